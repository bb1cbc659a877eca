"""The words of an order's badges, which are those of its tabs and filters too."""

from django.db.models import F, Q

from config.adminkit.changelist import Rule
from integrations.models import Connection
from orders.models import Order, PartnerOrderLine

Status = Order.Status
WAITS = "Waits for"
WAITS_FOR_PARTNER = f"{WAITS} partner"
REFUNDED = Q(total__gt=0, refunded_total__gte=F("total"))
PAYMENTS: list[tuple[str, str, Rule]] = [
    ("pending", "Pending", Q(paid_at=None)),
    ("paid", "Paid", Q(paid_at__isnull=False) & ~REFUNDED),
    ("refunded", "Refunded", Q(paid_at__isnull=False) & REFUNDED),
]


def say_own_lines(order: Order) -> str:
    """What We ship it does, with the lines it does it to."""
    parts = PartnerOrderLine.objects.filter(order_line__order=order, partner=None, canceled_at=None)
    names = [
        f"{part.quantity} x {part.order_line.title}" for part in parts.select_related("order_line")
    ]
    what = ", ".join(names) or "Its lines without a partner"
    return f"{what}: ready to ship from your fulfillment center. No partner is told."


def payment_word(order: Order) -> str:
    """Paid, Refunded or Pending."""
    if order.paid_at is None:
        return "Pending"
    return "Refunded" if 0 < order.total <= order.refunded_total else "Paid"


def fulfillment_word(order: Order, waits_for: Connection | None = None) -> str:
    """What needs work, else whose system it waits for, else where the goods are."""
    if order.attention:
        return order.get_attention_display()
    return f"{WAITS} {waits_for}" if waits_for else order.get_status_display()


def fulfillment_tone(order: Order, waits_for: Connection | None = None) -> str | None:
    """Only of what waits, the others have that of their word: calm where staff paused it."""
    if order.attention or waits_for is None:
        return None
    return "warn" if waits_for.status == Connection.Status.PAUSED else "bad"
