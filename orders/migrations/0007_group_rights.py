"""What the first seeding of the groups missed: users for Owners, and rows of newer models."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

LABELS = ["integrations", "catalog", "inventory", "orders"]
GROUPS = ["Viewer", "Operator", "Manager", "Owner"]
USERS = ["view_user", "add_user", "change_user", "view_group"]


def mend(apps, schema_editor):
    """A permission exists only after its app's `post_migrate`, unless it is made before.

    So Owners of a fresh installation had no right to users, and nobody the right to view what was
    added later where the portal was updated. Schedules belong to connections: they are the Owners'.
    """
    for label in [*LABELS, "auth"]:
        create_permissions(
            installed.get_app_config(label), verbosity=0, using=schema_editor.connection.alias
        )
    permission = apps.get_model("auth", "Permission").objects.filter
    ours = permission(content_type__app_label__in=LABELS)
    users = permission(content_type__app_label="auth", codename__in=USERS)
    to_view = ours.filter(codename__startswith="view_").exclude(codename="view_payload")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(*to_view)
        if group.name == "Manager":
            group.permissions.remove(*ours.filter(codename="change_flowschedule"))
        if group.name == "Owner":
            group.permissions.add(*users)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_shortfalls"),
        ("catalog", "0004_unmatched"),
        ("integrations", "0005_bulk_actions"),
        ("inventory", "0003_rejected"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(mend, migrations.RunPython.noop)]
