import integrations.models.trigrams
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0008_batch_facts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='variant',
            index=models.Index(fields=['batch'], name='variant_batch'),
        ),
        migrations.AddIndex(
            model_name='variant',
            index=integrations.models.trigrams.TrigramIndex(fields=['batch'], name='variant_batch_parts'),
        ),
        migrations.RunPython(integrations.models.trigrams.analyze('catalog'), migrations.RunPython.noop),
    ]
