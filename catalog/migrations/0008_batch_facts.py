from django.db import migrations, models

FACTS = ("thc", "batch", "certificate_url")


def take_over(apps, schema_editor):
    """What was kept among the attributes moves into its columns."""
    Variant = apps.get_model("catalog", "Variant")
    rows = Variant.objects.exclude(attributes={}).only("attributes").iterator(chunk_size=500)
    for variant in rows:
        told = {name: str(variant.attributes.pop(name, "") or "") for name in FACTS}
        if any(told.values()):
            for name, value in told.items():
                most = Variant._meta.get_field(name).max_length
                setattr(variant, name, value if len(value) <= most else "")
            variant.save(update_fields=[*FACTS, "attributes"])


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_purchase_source'),
    ]

    operations = [
        migrations.AddField(
            model_name='variant',
            name='thc',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='THC'),
        ),
        migrations.AddField(
            model_name='variant',
            name='batch',
            field=models.CharField(blank=True, db_default='', default='', max_length=120),
        ),
        migrations.AddField(
            model_name='variant',
            name='certificate_url',
            field=models.URLField(blank=True, db_default='', default='', max_length=500, verbose_name='certificate'),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
