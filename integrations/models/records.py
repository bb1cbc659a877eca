"""Small records: their ids for our rows, calls we made, and signs of life of the workers."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from integrations.models.base import Stamped, one_of
from integrations.models.connection import Connection
from integrations.models.runs import SyncRun


class RefKind(models.TextChoices):
    PURCHASE_ORDER = "purchase_order", "Purchase order"
    PRODUCT = "product", "Product"
    BRAND = "brand", "Brand"


class ExternalRef(Stamped):
    """Their id for one of our rows, with what they last said about it."""

    Kind = RefKind

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="refs")
    kind = models.CharField(max_length=20, choices=RefKind)
    external_id = models.CharField(max_length=200)
    content_type = models.ForeignKey(ContentType, models.PROTECT)
    object_id = models.BigIntegerField()
    subject = GenericForeignKey("content_type", "object_id")
    raw = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "external_id"], name="externalref_unique"
            ),
            one_of("kind", RefKind, "externalref_kind_known"),
        ]
        indexes = [models.Index(fields=["content_type", "object_id"], name="externalref_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


class ApiCall(models.Model):
    """One try of a call to a provider: no headers, no bodies, no query string.

    `verdict`: what a call said about the system, at its last try: good, failed or slow.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="calls")
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, related_name="calls")
    subject = models.CharField(max_length=60, blank=True)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField(null=True)
    ms = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    bytes = models.PositiveIntegerField(default=0)
    error_kind = models.CharField(max_length=20, blank=True)
    verdict = models.CharField(max_length=6, blank=True, default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["connection", "-id"], name="apicall_connection_newest"),
            models.Index(fields=["at"], name="apicall_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Heartbeat(models.Model):
    """When a worker cluster last ran the heartbeat job."""

    cluster = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.cluster
