
import django.db.models.deletion
from django.apps import apps as installed
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models


def allow(apps, schema_editor):
    """Everyone of staff sees that there are requests; there is no person in them."""
    config = installed.get_app_config("orders")
    create_permissions(config, verbosity=0, using=schema_editor.connection.alias)
    permission = apps.get_model("auth", "Permission").objects.get(codename="view_privacyrequest")
    for group in apps.get_model("auth", "Group").objects.filter(
        name__in=["Viewer", "Operator", "Manager", "Owner"]
    ):
        group.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('integrations', '0002_events'),
        ('orders', '0003_weekly'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PrivacyRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('data_request', 'Asks for their data'), ('customer_redact', 'Asks to be forgotten'), ('shop_redact', 'Store left: forget everybody')], max_length=20)),
                ('provider', models.CharField(max_length=40)),
                ('account', models.CharField(max_length=200)),
                ('key', models.CharField(max_length=64)),
                ('order_ids', models.JSONField(default=list)),
                ('customer_id', models.CharField(blank=True, max_length=60)),
                ('due_on', models.DateField()),
                ('status', models.CharField(choices=[('open', 'Open'), ('done', 'Done')], default='open', max_length=8)),
                ('outcome', models.CharField(blank=True, max_length=300)),
                ('exported_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('connection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='integrations.connection')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='integrations.inboundevent')),
                ('exported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('status', 'open')), fields=['due_on'], name='privacyrequest_open')],
                'constraints': [models.UniqueConstraint(fields=('account', 'key'), name='privacyrequest_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['data_request', 'customer_redact', 'shop_redact'])), name='privacyrequest_kind_known'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'done'])), name='privacyrequest_status_known')],
            },
        ),
        migrations.RunPython(allow, migrations.RunPython.noop),
    ]
