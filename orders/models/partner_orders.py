"""PartnerOrder: what we place with a partner; its lines keep each customer's line apart."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from catalog.models import Money, Partner, ShipTo, Variant
from integrations.models import Connection
from integrations.models.base import Movable, Stamped, one_of
from integrations.models.trigrams import TrigramIndex
from orders.models.orders import Order, OrderLine
from orders.references import make_reference


class PartnerOrderStatus(models.TextChoices):
    OPEN = "open", "Open"
    SUBMITTED = "submitted", "Placed"
    CONFIRMED = "confirmed", "Confirmed"
    PICKING = "picking", "Picking"
    PACKED = "packed", "Packed"
    SHIPPED = "shipped", "Shipped"
    DELIVERED = "delivered", "Delivered"
    CANCELED = "canceled", "Canceled"


class PartnerOrder(Movable, Stamped):
    """Consolidated where `order` is empty: `period` is its cut-off date, `seq` counts within it.

    `due_at` is when its lines go out next by plan; `closes_at` when lines stop being taken by plan,
    `closed_at` when they did. One that is added to stays open after it was placed. `cost_total` is
    in `currency`. A center-bound order that staff received is `delivered`. `agreed_digest` is of
    the lines and the address a person agreed on with the partner after it was sent. `waits_since`:
    its lines wait for the connection, as far as the history says. `polled_at` and
    `parcels_asked_at`: when its system was last asked how far it is, and for its parcels.
    """

    Status, ShipTo = PartnerOrderStatus, ShipTo
    named_by = "reference"
    MOVES: ClassVar = {
        "open": {"submitted", "canceled"},
        "submitted": {"confirmed", "picking", "packed", "shipped", "delivered", "canceled"},
        "confirmed": {"picking", "packed", "shipped", "delivered", "canceled"},
        "picking": {"packed", "shipped", "delivered", "canceled"},
        "packed": {"shipped", "delivered", "canceled"},
        "shipped": {"delivered"},
    }

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="partner_orders")
    connection = models.ForeignKey(
        Connection, models.PROTECT, null=True, related_name="partner_orders"
    )
    reference = models.CharField(max_length=17, unique=True, default=make_reference)
    status = models.CharField(
        max_length=10, choices=PartnerOrderStatus, default=PartnerOrderStatus.OPEN
    )
    external_id = models.CharField(max_length=200, blank=True)
    external_number = models.CharField(max_length=60, blank=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="partner_orders")
    period = models.DateField(null=True)
    seq = models.PositiveIntegerField(default=1)
    ship_to = models.CharField(max_length=10, choices=ShipTo)
    currency = models.CharField(max_length=3)
    cost_total = Money(default=0)
    due_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    status_raw = models.CharField(max_length=100, blank=True)
    polled_at = models.DateTimeField(null=True)
    parcels_asked_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    waits_since = models.DateTimeField(null=True)
    agreed_digest = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("submit_partnerorder", "Can approve, send, hold and decide about partner orders")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"],
                condition=~Q(external_id=""),
                name="partnerorder_external_unique",
            ),
            models.UniqueConstraint(
                fields=["partner", "period", "seq"],
                condition=Q(period__isnull=False),
                name="partnerorder_period_unique",
            ),
            models.UniqueConstraint(
                fields=["partner"],
                condition=Q(closed_at__isnull=True, order__isnull=True),
                name="partnerorder_one_open",
            ),
            one_of("status", PartnerOrderStatus, "partnerorder_status_known"),
            one_of("ship_to", ShipTo, "partnerorder_ship_to_known"),
        ]
        indexes = [
            models.Index(fields=["status", "polled_at"], name="partnerorder_polled"),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="partnerorder_due"
            ),
            models.Index(
                fields=["partner"], condition=Q(submitted_at=None), name="partnerorder_unplaced"
            ),
            models.Index(
                fields=["waits_since"],
                condition=Q(waits_since__isnull=False),
                name="partnerorder_waits",
            ),
            models.Index(fields=["external_number"], name="partnerorder_number"),
            TrigramIndex(fields=["reference"], name="partnerorder_reference_parts"),
            TrigramIndex(fields=["external_number"], name="partnerorder_number_parts"),
            TrigramIndex(fields=["external_id"], name="partnerorder_external_parts"),
        ]

    def __str__(self) -> str:
        return self.reference


class PartnerOrderLine(Stamped):
    """Units of one customer line with one partner. `part` counts when a line is split or replaced.

    Unrouted where `partner` is empty: `route_reason` says why. `ready_at` is set by the partner's
    trigger; a held line (`held_at`) is not sent. `unit_cost` is in the partner's currency; `short`
    units are not there, and with `placed_anyway` a person lets it go all the same; `kept` units
    come although the customer wants them no more, and a person agreed to that.
    """

    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="parts")
    part = models.PositiveIntegerField(default=1)
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="lines")
    route_reason = models.CharField(max_length=300, blank=True)
    partner_order = models.ForeignKey(PartnerOrder, models.PROTECT, null=True, related_name="lines")
    submission = models.ForeignKey(
        "orders.Submission", models.SET_NULL, null=True, related_name="lines"
    )
    quantity = models.PositiveIntegerField()
    unit_cost = Money(null=True)
    short = models.PositiveIntegerField(default=0)
    placed_anyway = models.BooleanField(default=False, db_default=False)
    kept = models.PositiveIntegerField(default=0, db_default=0)
    ready_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    hold_reason = models.CharField(max_length=300, blank=True)
    canceled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_line", "part"], name="partnerorderline_part_unique"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="partnerorderline_quantity"),
        ]
        indexes = [
            models.Index(
                fields=["partner", "ready_at"],
                condition=Q(partner_order__isnull=True, canceled_at__isnull=True),
                name="partnerorderline_waiting",
            ),
            models.Index(fields=["partner_order"], name="partnerorderline_order"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.order_line.title}"

    @property
    def reservation_key(self) -> str:
        """The key of the Reservation that holds these units."""
        return f"line:{self.pk}"

    @property
    def is_sent(self) -> bool:
        """Whether a partner was told, or may have been told, of these units.

        A submission that is pending, or that the partner refused, has told it nothing.
        """
        return self.submission is not None and self.submission.may_have_told
