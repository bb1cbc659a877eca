"""Our own shelf is the partner `us`: no connection, nothing is ever submitted to it."""

from django.db import migrations


def seed(apps, schema_editor):
    partner = apps.get_model("catalog", "Partner")
    partner.objects.get_or_create(
        code="us",
        defaults={"name": "Our shelf", "dispatch": "immediate", "ship_to": "customer"},
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
