"""Alert: one thing that needs a person."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from integrations.models.base import Stamped
from integrations.models.trigrams import TrigramIndex


class Alert(Stamped):
    """Open while `closed_at` is empty. `title` says what, `advice` what to do about it."""

    fingerprint = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    advice = models.TextField(blank=True)
    content_type = models.ForeignKey(ContentType, models.SET_NULL, null=True)
    object_id = models.BigIntegerField(null=True)
    subject = GenericForeignKey("content_type", "object_id")
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    mailed_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(closed_at__isnull=True),
                name="alert_one_open_per_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["closed_at", "-last_at"], name="alert_open"),
            models.Index(fields=["-last_at"], name="alert_newest"),
            TrigramIndex(fields=["title"], name="alert_title_parts"),
            TrigramIndex(fields=["advice"], name="alert_advice_parts"),
        ]

    def __str__(self) -> str:
        return self.title
