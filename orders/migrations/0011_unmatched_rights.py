"""Operators may ignore SKUs nobody knows; Managers may make a product of our own of one."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

SEE, IGNORE, MAKE = "view_skualias", "change_unmatchedsku", "add_product"
GROUPS = {
    "Viewer": [SEE],
    "Operator": [SEE, IGNORE],
    "Manager": [SEE, IGNORE, MAKE],
    "Owner": [SEE, IGNORE, MAKE],
}


def give(apps, schema_editor):
    """A permission exists only after its app's `post_migrate`, unless it is made before."""
    create_permissions(
        installed.get_app_config("catalog"), verbosity=0, using=schema_editor.connection.alias
    )
    permission = apps.get_model("auth", "Permission").objects.filter
    for name, codenames in GROUPS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            group.permissions.add(
                *permission(content_type__app_label="catalog", codename__in=codenames)
            )


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0010_import_rights"),
        ("catalog", "0006_ignored_skus"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
