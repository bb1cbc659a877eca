"""What a partner tells of an order placed with it: today, that it was canceled there."""

from django.db import transaction

from integrations.models import Connection
from integrations.services.alerts import raise_alert
from orders.models import PartnerOrder
from orders.services.history import ERROR, record_for_orders
from orders.services.routing import unroute
from orders.services.status import refresh_all

Placed = PartnerOrder.Status
CANCELABLE = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]


def take_cancellation(connection: Connection, external_id: str, reason: str) -> PartnerOrder | None:
    """The partner canceled an order of ours: its lines wait unrouted, a person decides.

    None if the order is not ours. One that was shipped is not moved; an alert says what they said.
    """
    with transaction.atomic():
        placed = PartnerOrder.objects.filter(connection=connection, external_id=external_id).first()
        if placed is None or placed.status == Placed.CANCELED:
            return placed
        why = f"{placed.partner} canceled {placed.reference}. {reason}".strip()
        orders = record_for_orders(placed, "partner_canceled", why, level=ERROR)
        if placed.move(CANCELABLE, Placed.CANCELED):
            for part in placed.lines.filter(canceled_at=None).select_related("order_line__order"):
                unroute(part, why)
        raise_alert(
            f"partner_canceled:{placed.pk}",
            "placement",
            f"{placed.partner} canceled {placed.reference}",
            "Press Route again on its orders when another partner has the goods, or cancel them.",
            placed,
        )
        refresh_all(orders)
    return placed
