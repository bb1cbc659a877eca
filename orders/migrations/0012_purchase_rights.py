"""Everybody in the groups may look at purchase orders; nobody writes what the ERP keeps."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = ["Viewer", "Operator", "Manager", "Owner"]
TO_VIEW = ["view_purchaseorder", "view_purchaseorderline"]


def grant(apps, schema_editor):
    """A permission exists only after its app's `post_migrate`, unless it is made before."""
    alias = schema_editor.connection.alias
    create_permissions(installed.get_app_config("inventory"), verbosity=0, using=alias)
    permission = apps.get_model("auth", "Permission").objects.filter
    to_view = permission(content_type__app_label="inventory", codename__in=TO_VIEW)
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(*to_view)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0011_unmatched_rights"),
        ("inventory", "0005_purchase_orders"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
