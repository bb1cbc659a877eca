"""A submission's own content as the values a provider is given."""

from typing import Any, cast

from integrations.types import Address, CustomerOrder, OrderToPlace, PlacedLine
from orders.models import OrderContact, PartnerOrder, Submission
from orders.services.content import lines_in, ship_to_address


def order_to_place(submission: Submission) -> OrderToPlace:
    """Exactly what was approved, from the submission's own content."""
    row = submission.partner_order
    customer = _customer_order(row)
    return OrderToPlace(
        reference=submission.reference,
        currency=submission.content["currency"],
        lines=tuple(lines_in(submission).values()),
        ship_to=ship_to_address(row) or Address(),
        email=OrderContact.objects.get(order=row.order).email if customer else "",
        note=f"Crossdock {submission.reference}",
        customer=customer,
    )


def _customer_order(row: PartnerOrder) -> CustomerOrder | None:
    """The customer's order behind it, where it goes to that customer."""
    if row.order is None or row.ship_to == PartnerOrder.ShipTo.CENTER:
        return None
    order = row.order
    return CustomerOrder(
        number=order.number,
        placed_at=order.placed_at,
        currency=order.currency,
        total=order.total,
        is_paid=order.paid_at is not None,
        delivery_method=cast(Any, order.delivery_method),
        delivery_zone=order.delivery_zone,
    )


def wanted_lines(submission: Submission) -> list[PlacedLine]:
    """The absolute quantity of each line, as an order at the partner is to show it."""
    lines = lines_in(submission).values()
    return [PlacedLine(line.external_id, line.sku, line.quantity) for line in lines]
