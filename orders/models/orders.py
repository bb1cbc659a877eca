"""Order, its lines, and the one table that holds a customer's person."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Money, Variant
from integrations.models import Connection
from integrations.models.base import Stamped, one_of
from integrations.models.trigrams import TrigramIndex


class OrderStatus(models.TextChoices):
    CAPTURED = "captured", "Waiting"
    PAID = "paid", "Queued"
    EXPORTED = "exported", "With partner"
    RECEIVED = "received", "Received"
    PICKING = "picking", "Picking"
    PACKED = "packed", "Packed"
    PARTIALLY_SHIPPED = "partially_shipped", "Partially shipped"
    SHIPPED = "shipped", "Shipped"
    DELIVERED = "delivered", "Delivered"
    CANCELED = "canceled", "Canceled"


class Attention(models.TextChoices):
    NONE = "", "None"
    UNROUTED = "unrouted", "No partner"
    ON_HOLD = "on_hold", "On hold"
    SHORTFALL = "shortfall", "Shortfall"
    PAYMENT_MISMATCH = "payment_mismatch", "Payment mismatch"
    PLACEMENT_FAILED = "placement_failed", "Placement failed"
    CHANGED_AFTER_SEND = "changed_after_send", "Changed after send"
    CANCELED_AFTER_SEND = "canceled_after_send", "Canceled after send"


class DeliveryMethod(models.TextChoices):
    SHIP = "ship", "Ship"
    PICKUP = "pickup", "Pickup"
    DELIVERY = "delivery", "Local delivery"


class Order(Stamped):
    """A customer's order. `status` and `attention` are written by `refresh_status` alone.

    `number` is the channel's name, with the connection's prefix from the second channel on.
    Amounts are in `currency`; `total` is what the customer owes, tax and shipping included.
    `payment_problem`: why what was paid is not for it, while nobody decided. `refund_note`: what
    was decided about the money of a canceled one.
    """

    Status, Attention, DeliveryMethod = OrderStatus, Attention, DeliveryMethod
    named_by = "number"

    number = models.CharField(max_length=60, unique=True)
    connection = models.ForeignKey(Connection, models.PROTECT, null=True, related_name="orders")
    external_id = models.CharField(max_length=200)
    source_version = models.DateTimeField()
    placed_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=OrderStatus, default=OrderStatus.CAPTURED)
    attention = models.CharField(max_length=20, choices=Attention, blank=True, default="")
    held_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    payment_reference = models.CharField(max_length=200, blank=True)
    payment_problem = models.CharField(max_length=300, blank=True, default="", db_default="")
    canceled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3)
    total = Money(default=0)
    tax = Money(default=0)
    shipping = Money(default=0)
    refunded_total = Money(default=0)
    refund_decided_at = models.DateTimeField(null=True)
    refund_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    refund_note = models.CharField(max_length=300, blank=True, default="", db_default="")
    delivery_method = models.CharField(
        max_length=10, choices=DeliveryMethod, default=DeliveryMethod.SHIP
    )
    delivery_zone = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("approve_order", "Can approve, hold and release orders"),
            ("cancel_order", "Can cancel orders"),
            ("export_data", "Can export data"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"],
                condition=Q(connection__isnull=False),
                name="order_external_unique",
            ),
            models.CheckConstraint(condition=Q(refunded_total__gte=0), name="order_refunded_total"),
            one_of("status", OrderStatus, "order_status_known"),
            one_of("attention", Attention, "order_attention_known"),
            one_of("delivery_method", DeliveryMethod, "order_delivery_method_known"),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="order_status_newest"),
            models.Index(fields=["-placed_at", "-id"], name="order_placed"),
            models.Index(fields=["attention"], condition=~Q(attention=""), name="order_needs_work"),
            models.Index(fields=["payment_reference"], name="order_payment"),
            models.Index(
                fields=["-placed_at", "-id"], condition=Q(paid_at=None), name="order_unpaid"
            ),
            TrigramIndex(fields=["number"], name="order_number_parts"),
            TrigramIndex(fields=["external_id"], name="order_external_parts"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderContact(Stamped):
    """The customer's person and address; redacting is one UPDATE here."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="contact")
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    company = models.CharField(max_length=200, blank=True)
    street1 = models.CharField(max_length=200, blank=True)
    street2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=60, blank=True)
    zip = models.CharField(max_length=30, blank=True)
    country = models.CharField(max_length=60, blank=True)
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["email"], name="ordercontact_email"),
            TrigramIndex(fields=["email"], name="ordercontact_email_parts"),
            TrigramIndex(fields=["name"], name="ordercontact_name_parts"),
        ]

    def __str__(self) -> str:
        return f"Contact of {self.order_id}"


class OrderLine(Stamped):
    """`quantity` is current units (edits and refunds subtracted); `price` per unit, `discount`
    for the whole line, both in the order's currency. `routable` is False for gift cards and what
    needs no shipping. `given_back` units were canceled by their partner and wait for a person to
    send them elsewhere; `noted` units went to the customer unwanted, and a person knows."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    external_id = models.CharField(max_length=200)
    variant = models.ForeignKey(Variant, models.SET_NULL, null=True, related_name="order_lines")
    sku = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField()
    canceled_quantity = models.PositiveIntegerField(default=0)
    price = Money()
    discount = Money(default=0)
    routable = models.BooleanField(default=True)
    given_back = models.PositiveIntegerField(default=0, db_default=0)
    noted = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="orderline_unique"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="orderline_quantity"),
        ]
        indexes = [
            models.Index(fields=["sku"], name="orderline_sku"),
            TrigramIndex(fields=["sku"], name="orderline_sku_parts"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"
