"""Owners make API keys; nobody else sees them."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def allow(apps, schema_editor):
    config = installed.get_app_config("integrations")
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias)
    permission = apps.get_model("auth", "Permission").objects.get(codename="manage_apikey")
    for group in apps.get_model("auth", "Group").objects.filter(name="Owner"):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_waiting"),
        ("integrations", "0010_api_keys"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
