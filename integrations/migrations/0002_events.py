
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='old_secrets_until',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='inboundevent',
            name='due_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='inboundevent',
            name='forgotten_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='inboundevent',
            name='quiet',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
