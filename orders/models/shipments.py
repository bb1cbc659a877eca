"""Shipment: parcels, to our center or to the customer, and how far they are published."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value

from catalog.models import ShipTo
from integrations.models.base import Leased, Movable, Stamped, one_of
from integrations.models.trigrams import TrigramIndex
from orders.models.orders import Order, OrderLine
from orders.models.partner_orders import PartnerOrder, PartnerOrderLine


class ShipmentStatus(models.TextChoices):
    IN_TRANSIT = "in_transit", "In transit"
    DELIVERED = "delivered", "Delivered"
    EXCEPTION = "exception", "Exception"
    VOIDED = "voided", "Voided"


class PublishStatus(models.TextChoices):
    NONE = "none", "Not published"
    PENDING = "pending", "To publish"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    UNCONFIRMED = "unconfirmed", "Unconfirmed"
    FAILED = "failed", "Failed"


class Shipment(Movable, Leased, Stamped):
    """`bound_for` center: staff press Received; customer: published to the channel and mailed.

    The lease is that of publishing. `published_ref` is the channel's fulfillment id. `left_over`
    counts units by SKU that were in it and that nobody ordered.
    """

    Status, Publish, BoundFor = ShipmentStatus, PublishStatus, ShipTo
    named_by = "tracking_number"
    MOVES: ClassVar = {
        "in_transit": {"delivered", "exception", "voided"},
        "exception": {"in_transit", "delivered", "voided"},
    }
    PUBLISH_MOVES: ClassVar = {
        "none": {"pending"},
        "pending": {"publishing", "published"},
        "publishing": {"published", "pending", "unconfirmed", "failed"},
        "unconfirmed": {"published", "pending", "failed"},
        "failed": {"pending"},
    }

    partner_order = models.ForeignKey(
        PartnerOrder, models.PROTECT, null=True, related_name="shipments"
    )
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="shipments")
    external_id = models.CharField(max_length=200, blank=True)
    bound_for = models.CharField(max_length=10, choices=ShipTo)
    carrier = models.CharField(max_length=60, blank=True)
    service = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=500, blank=True)
    status = models.CharField(
        max_length=12, choices=ShipmentStatus, default=ShipmentStatus.IN_TRANSIT
    )
    shipped_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=20)
    publish_status = models.CharField(
        max_length=12, choices=PublishStatus, default=PublishStatus.NONE
    )
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    published_ref = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    left_over = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(partner_order__isnull=False),
                name="shipment_belongs_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(bound_for="center") | Q(order__isnull=False),
                name="shipment_customer_has_order",
            ),
            models.UniqueConstraint(
                fields=["partner_order", "external_id"],
                condition=~Q(external_id=""),
                name="shipment_external_unique",
            ),
            one_of("bound_for", ShipTo, "shipment_bound_for_known"),
            one_of("status", ShipmentStatus, "shipment_status_known"),
            one_of("publish_status", PublishStatus, "shipment_publish_status_known"),
        ]
        indexes = [
            models.Index(fields=["tracking_number"], name="shipment_tracking"),
            models.Index(fields=["publish_status", "retry_at"], name="shipment_publish_due"),
            models.Index(fields=["-shipped_at", "-id"], name="shipment_newest"),
            models.Index(
                fields=["-id"],
                condition=Q(bound_for="center", received_at=None),
                name="shipment_to_receive",
            ),
            models.Index(
                fields=["-id"],
                condition=Q(status="exception"),
                name="shipment_exception",
            ),
            TrigramIndex(fields=["tracking_number"], name="shipment_tracking_parts"),
        ]

    def __str__(self) -> str:
        return self.tracking_number or f"Shipment {self.pk}"


class ShipmentLine(Stamped):
    """Units of one customer line in a parcel; `received` of them were counted at our center."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="shipped")
    partner_order_line = models.ForeignKey(
        PartnerOrderLine, models.PROTECT, null=True, related_name="shipped"
    )
    quantity = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "order_line", "partner_order_line"],
                name="shipmentline_unique",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipmentline_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.order_line.title}"
