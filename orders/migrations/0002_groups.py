"""The four groups of staff and what each may do; nobody may delete, rows are archived."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

LABELS = ["integrations", "catalog", "inventory", "orders"]
OPERATOR = [
    "run_flow", "submit_partnerorder", "approve_order", "replay_event", "change_shipment",
    "change_alert",
]
MANAGER = [
    "release_run", "import_product", "cancel_order", "view_payload", "export_data",
    "change_partner", "change_location", "change_stocklevel", "change_flowschedule",
]
OWNER = ["manage_connection", "add_connection", "change_connection", "add_partner"]
USERS = ["view_user", "add_user", "change_user", "view_group"]


def seed(apps, schema_editor):
    for label in LABELS:
        create_permissions(
            installed.get_app_config(label), verbosity=0, using=schema_editor.connection.alias
        )
    permission = apps.get_model("auth", "Permission").objects.filter
    ours = permission(content_type__app_label__in=LABELS)
    viewer = list(ours.filter(codename__startswith="view_").exclude(codename="view_payload"))
    operator = viewer + list(ours.filter(codename__in=OPERATOR))
    manager = operator + list(ours.filter(codename__in=MANAGER))
    owner = manager + list(ours.filter(codename__in=OWNER))
    owner += list(permission(content_type__app_label="auth", codename__in=USERS))
    for name, permissions in [
        ("Viewer", viewer), ("Operator", operator), ("Manager", manager), ("Owner", owner)
    ]:
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.set(permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
        ("inventory", "0002_center"),
        ("catalog", "0002_us"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
