from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_imports'),
    ]

    operations = [
        migrations.AlterField(
            model_name='unmatchedsku',
            name='source',
            field=models.CharField(choices=[('stock', 'Stock'), ('order', 'Orders'), ('purchase', 'Purchase orders')], max_length=10),
        ),
        migrations.RemoveConstraint(
            model_name='unmatchedsku',
            name='unmatchedsku_source_known',
        ),
        migrations.AddConstraint(
            model_name='unmatchedsku',
            constraint=models.CheckConstraint(condition=models.Q(('source__in', ['stock', 'order', 'purchase'])), name='unmatchedsku_source_known'),
        ),
    ]
