"""The location of our shelf: its address is the fulfillment center, filled in by staff."""

from django.db import migrations


def seed(apps, schema_editor):
    location = apps.get_model("inventory", "Location")
    if not location.objects.filter(connection=None).exists():
        location.objects.create(name="Our fulfillment center", serves=True)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
