import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

STATUSES = [
    ("draft", "Draft"), ("queued", "Queued"), ("running", "Running"), ("completed", "Completed"),
    ("interrupted", "Interrupted"), ("canceled", "Canceled"),
]
OUTCOMES = [("waiting", "Waiting"), ("done", "Done"), ("skipped", "Skipped"), ("failed", "Failed")]


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("integrations", "0004_held_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="inboundevent",
            options={
                "permissions": [
                    ("replay_event", "Can replay webhooks"),
                    ("view_payload", "Can read the body of webhooks"),
                ],
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
            },
        ),
        migrations.CreateModel(
            name="BulkAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("action", models.CharField(max_length=60)),
                ("label", models.CharField(max_length=100)),
                ("back", models.TextField(blank=True)),
                ("answers", models.JSONField(default=dict)),
                ("total", models.PositiveIntegerField()),
                ("status", models.CharField(choices=STATUSES, default="draft", max_length=12)),
                ("reason", models.TextField(blank=True)),
                ("at_row", models.BigIntegerField(null=True)),
                ("losses", models.PositiveSmallIntegerField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("content_type", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contenttypes.contenttype")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(status__in=[word for word, _ in STATUSES]), name="bulkaction_status_known"),
                ],
                "indexes": [models.Index(fields=["status"], name="bulkaction_status")],
            },
        ),
        migrations.CreateModel(
            name="BulkRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_id", models.BigIntegerField()),
                ("outcome", models.CharField(choices=OUTCOMES, default="waiting", max_length=8)),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField(null=True)),
                ("bulk", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="integrations.bulkaction")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bulk", "object_id"), name="bulkrow_once"),
                    models.CheckConstraint(condition=Q(outcome__in=[word for word, _ in OUTCOMES]), name="bulkrow_outcome_known"),
                ],
                "indexes": [models.Index(fields=["bulk", "outcome", "id"], name="bulkrow_outcome")],
            },
        ),
    ]
