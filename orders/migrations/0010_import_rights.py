"""Managers may bring in files; whoever may look at rows may look at what was imported of them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

LABELS = ["integrations", "catalog", "inventory"]
VIEWS = ["view_importjob", "view_importrow"]
IMPORTS = ["import_variant", "import_listing", "import_stocklevel", "import_purchaseorder"]


def give(apps, schema_editor):
    """A permission exists only after its app's `post_migrate`, unless it is made before."""
    for label in LABELS:
        create_permissions(
            installed.get_app_config(label), verbosity=0, using=schema_editor.connection.alias
        )
    permission = apps.get_model("auth", "Permission").objects.filter
    ours = permission(content_type__app_label__in=LABELS)
    group = apps.get_model("auth", "Group").objects.filter
    for one in group(name__in=["Viewer", "Operator", "Manager", "Owner"]):
        one.permissions.add(*ours.filter(codename__in=VIEWS))
    for one in group(name__in=["Manager", "Owner"]):
        one.permissions.add(*ours.filter(codename__in=IMPORTS))


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0010_api_keys"),
        ("catalog", "0006_imports"),
        ("integrations", "0011_imports"),
        ("inventory", "0006_imports"),
    ]
    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
