"""Where a partner was told to ship to, beside where the customer lives now."""

from collections.abc import Iterable

from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.content import digest_of, ship_to_address

Placed = PartnerOrder.Status
# Delivered, it cannot be sent elsewhere; open, it was not sent anywhere yet.
UNDER_WAY = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED, Placed.SHIPPED]


def rows_with_old_address(order: Order, parts: Iterable[PartnerOrderLine]) -> list[PartnerOrder]:
    """Partner orders on their way to an address that is not the customer's any more.

    What goes to our center never carried an address of a customer.
    """
    straight = {
        part.partner_order.pk: part.partner_order
        for part in parts
        if part.partner_order
        and part.partner_order.order_id == order.pk
        and part.partner_order.ship_to == PartnerOrder.ShipTo.CUSTOMER
        and part.partner_order.status in UNDER_WAY
    }
    return [row for row in straight.values() if _is_elsewhere(row)]


def _is_elsewhere(row: PartnerOrder) -> bool:
    digest = address_digest(row)
    first = row.submissions.filter(kind=Submission.Kind.CREATE).first()
    return bool(digest and first and digest not in (first.digest, row.agreed_digest))


def address_digest(row: PartnerOrder) -> str:
    """The fingerprint of what was placed with where it would go to now; empty while unknown.

    A redacted customer has no address, which is no news for the partner.
    """
    address = ship_to_address(row)
    first = row.submissions.filter(kind=Submission.Kind.CREATE).first()
    return digest_of(first.content, address) if address and first else ""
