"""PrivacyRequest: a customer asks what is stored, or to be forgotten; it must be answered."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from integrations.models import Connection, InboundEvent
from integrations.models.base import Movable, Stamped, one_of


class PrivacyKind(models.TextChoices):
    DATA = "data_request", "Asks for their data"
    REDACT = "customer_redact", "Asks to be forgotten"
    SHOP = "shop_redact", "Store left: forget everybody"


class PrivacyStatus(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"


class PrivacyRequest(Movable, Stamped):
    """No person in it: who it is stands in the body of `event`, which is wiped once it is done.

    `account` is the store it came from, `order_ids` and `customer_id` are that store's. It must be
    answered until `due_on`. `key` comes from the request itself, so its repeats are one row.
    """

    Kind, Status = PrivacyKind, PrivacyStatus
    named_by = ""
    MOVES: ClassVar = {"open": {"done"}}

    kind = models.CharField(max_length=20, choices=PrivacyKind)
    provider = models.CharField(max_length=40)
    account = models.CharField(max_length=200)
    connection = models.ForeignKey(Connection, models.PROTECT, null=True, related_name="+")
    event = models.ForeignKey(InboundEvent, models.SET_NULL, null=True, related_name="+")
    key = models.CharField(max_length=64)
    order_ids = models.JSONField(default=list)
    customer_id = models.CharField(max_length=60, blank=True)
    due_on = models.DateField()
    status = models.CharField(max_length=8, choices=PrivacyStatus, default=PrivacyStatus.OPEN)
    outcome = models.CharField(max_length=300, blank=True)
    exported_at = models.DateTimeField(null=True)
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="privacyrequest_once"),
            one_of("kind", PrivacyKind, "privacyrequest_kind_known"),
            one_of("status", PrivacyStatus, "privacyrequest_status_known"),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(status="open"), name="privacyrequest_open")
        ]

    def __str__(self) -> str:
        return f"Privacy request {self.pk}"
