"""InboundEvent: a webhook as received, stored before it is understood."""

from typing import Any, ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from integrations.models.base import Leased, Movable, Stamped, one_of
from integrations.models.connection import Connection
from integrations.models.trigrams import TrigramIndex


class EventStatus(models.TextChoices):
    RECEIVED = "received", "Received"
    HANDLING = "handling", "Handling"
    DONE = "done", "Done"
    IGNORED = "ignored", "Ignored"
    WAITING = "waiting", "Waiting"
    UNREADABLE = "unreadable", "Unreadable"
    FAILED = "failed", "Failed"


class InboundEvent(Movable, Leased, Stamped):
    """`body` is the raw bytes; `headers` an allow-list without signatures; both for replay.

    `due_on` is the day by which a person's request must be answered: until then nothing of the row
    is deleted. `quiet` means that no customer is mailed for it. `forgotten_at` is when the body was
    wiped because it held somebody who asked to be forgotten.
    """

    Status = EventStatus
    named_by = "topic"
    MOVES: ClassVar = {
        "received": {"handling", "ignored"},
        "handling": {"done", "ignored", "waiting", "unreadable", "received", "failed"},
        "waiting": {"handling", "failed", "ignored"},
        "failed": {"handling", "ignored"},
        "ignored": {"handling"},
        "done": {"handling"},
        "unreadable": {"handling", "ignored"},
    }

    provider = models.CharField(max_length=40)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="events")
    account = models.CharField(max_length=200, blank=True)
    topic = models.CharField(max_length=100)
    dedupe_key = models.CharField(max_length=400)
    body = models.BinaryField(default=b"")
    headers = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=12, choices=EventStatus, default=EventStatus.RECEIVED)
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    handled_at = models.DateTimeField(null=True)
    content_type = models.ForeignKey(ContentType, models.SET_NULL, null=True)
    object_id = models.BigIntegerField(null=True)
    quiet = models.BooleanField(default=False, db_default=False)
    due_on = models.DateField(null=True)
    forgotten_at = models.DateTimeField(null=True)
    subject = GenericForeignKey("content_type", "object_id")

    class Meta:
        verbose_name = "webhook"
        verbose_name_plural = "webhooks"
        permissions = [
            ("replay_event", "Can replay webhooks"),
            ("view_payload", "Can read the body of webhooks"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "dedupe_key"], name="inboundevent_dedupe_unique"
            ),
            one_of("status", EventStatus, "inboundevent_status_known"),
        ]
        indexes = [
            models.Index(fields=["status", "retry_at"], name="inboundevent_due"),
            models.Index(fields=["received_at"], name="inboundevent_received"),
            models.Index(
                fields=["connection", "topic", "received_at"], name="inboundevent_topic_newest"
            ),
            TrigramIndex(fields=["dedupe_key"], name="inboundevent_key_parts"),
        ]

    # Set by a handler: once the event is handled its body must not stay.
    is_to_be_forgotten = False

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"

    @staticmethod
    def link_to(subject: models.Model | None) -> dict[str, Any]:
        """The fields that say which row an event was about; none where it is about none."""
        if subject is None:
            return {}
        kind = ContentType.objects.get_for_model(subject)
        return {"content_type": kind, "object_id": subject.pk}
