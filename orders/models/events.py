"""The history of an order, and what was mailed to whom."""

from typing import ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from integrations.models.base import Leased, Movable, Stamped, one_of
from integrations.models.trigrams import TrigramIndex
from orders.models.orders import Order
from orders.models.partner_orders import PartnerOrder


class Level(models.TextChoices):
    INFO = "info", "Info"
    ERROR = "error", "Error"


class OrderEvent(models.Model):
    """One line of an order's history; append-only, no person in `message` or `data`."""

    Level = Level

    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="events")
    partner_order = models.ForeignKey(
        PartnerOrder, models.CASCADE, null=True, related_name="events"
    )
    kind = models.CharField(max_length=40)
    level = models.CharField(max_length=5, choices=Level, default=Level.INFO)
    message = models.TextField()
    data = models.JSONField(default=dict)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=120, default="Crossdock")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [one_of("level", Level, "orderevent_level_known")]
        indexes = [
            models.Index(fields=["order", "id"], name="orderevent_order"),
            models.Index(fields=["partner_order", "id"], name="orderevent_partner_order"),
        ]

    def __str__(self) -> str:
        return self.message


class NotificationStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    SUPPRESSED = "suppressed", "Suppressed"


class NotificationType(models.TextChoices):
    ORDER = "order", "Order"
    STATUS = "status", "Status"
    FULFILLMENT = "fulfillment", "Fulfillment"
    OFFER = "offer", "Offer"


class Notification(Movable, Leased, Stamped):
    """One e-mail about one thing to one person, once. `unknown`: the server's answer was lost."""

    Status, Type = NotificationStatus, NotificationType
    named_by = "subject"
    MOVES: ClassVar = {
        "queued": {"sending", "suppressed"},
        "sending": {"sent", "queued", "failed", "unknown"},
        "failed": {"queued", "suppressed"},
        "unknown": {"queued", "sent", "suppressed"},
        "suppressed": {"queued"},
        "sent": {"queued"},
    }

    type = models.CharField(max_length=12, choices=NotificationType)
    event = models.CharField(max_length=40)
    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.BigIntegerField()
    about = GenericForeignKey("content_type", "object_id")
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="notifications")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    status = models.CharField(
        max_length=12, choices=NotificationStatus, default=NotificationStatus.QUEUED
    )
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "content_type", "object_id", "recipient"],
                name="notification_once",
            ),
            one_of("status", NotificationStatus, "notification_status_known"),
            one_of("type", NotificationType, "notification_type_known"),
        ]
        indexes = [
            models.Index(fields=["recipient", "status"], name="notification_recipient"),
            models.Index(fields=["order"], name="notification_order"),
            models.Index(
                fields=["status", "-id"],
                condition=~models.Q(status="sent"),
                name="notification_not_sent",
            ),
            TrigramIndex(fields=["recipient"], name="notification_recipient_parts"),
            TrigramIndex(fields=["subject"], name="notification_subject_parts"),
        ]

    def __str__(self) -> str:
        return self.subject
