"""Local delivery: what is packed is booked by staff, and delivered when they say so."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from integrations.services.alerts import close_alert, raise_alert
from integrations.types import RemoteShipment
from orders.models import Order, PartnerOrder
from orders.models.deliveries import Delivery
from orders.services.delivery_carriers import CARRIERS, Booking
from orders.services.history import record_for_orders
from orders.services.locking import lock_orders
from orders.services.shipments import follow, record_shipment

Status = Delivery.Status
OPEN = [Status.TO_BOOK, Status.BOOKED]


def is_driven(placed: PartnerOrder) -> bool:
    """Whether somebody brings it to its customer, instead of a parcel service."""
    return (
        placed.order is not None
        and placed.ship_to == PartnerOrder.ShipTo.CUSTOMER
        and placed.order.delivery_method == Order.DeliveryMethod.DELIVERY
    )


def schedule_delivery(placed: PartnerOrder) -> Delivery | None:
    """It is packed: somebody has to book its way. Inside the caller's transaction."""
    if not is_driven(placed):
        return None
    row, is_new = Delivery.objects.get_or_create(partner_order=placed)
    if is_new:
        record_for_orders(placed, "to_deliver", "Packed: its delivery is to be booked.")
        title = f"{placed.order} is packed: book its delivery"
        zone = placed.order.delivery_zone if placed.order else ""
        advice = f"{f'Zone {zone}. ' if zone else ''}Open {placed}, and press Book delivery."
        raise_alert(_fingerprint(placed), "delivery", title, advice, placed)
    return row


def book_delivery(row: Delivery, wanted: Booking, user: AbstractBaseUser) -> bool:
    """Book it, or book it anew; False if it is over. Raises ValueError with a sentence."""
    agreed = CARRIERS[row.carrier].book(row, wanted)
    fields = {
        "courier": agreed.courier[:60],
        "reference": agreed.reference[:120],
        "note": agreed.note[:300],
        "booked_for": agreed.booked_for,
        "booked_by_id": user.pk,
    }
    with transaction.atomic():
        if not row.move(OPEN, Status.BOOKED, **fields):
            return False
        close_alert(_fingerprint(row.partner_order))
        at = timezone.localtime(agreed.booked_for)
        said = f"Delivery booked: {agreed.courier}, {at:%a %d %b %H:%M %Z} {agreed.reference}"
        record_for_orders(row.partner_order, "delivery_booked", said.strip(), user=user)
    return True


def finish_delivery(row: Delivery, user: AbstractBaseUser) -> bool:
    """The customer has it; False if it is over. Its parcels, or one that stands for it, arrived."""
    placed = row.partner_order
    with transaction.atomic():
        lock_orders(placed)
        if not row.move(OPEN, Status.DONE):
            return False
        close_alert(_fingerprint(placed))
        record_for_orders(placed, "delivery_done", "Brought to the customer.", user=user)
        assert placed.connection is not None
        live = list(placed.shipments.exclude(status="voided"))
        for shipment in live:
            follow(shipment, _brought(row, shipment.external_id))
        if not live:
            record_shipment(placed.connection, _brought(row, f"delivery:{row.pk}"))
    return True


def _brought(row: Delivery, external_id: str) -> RemoteShipment:
    now = timezone.now()
    return RemoteShipment(
        external_id=external_id,
        order_id=row.partner_order.external_id,
        lines=(),
        carrier=row.courier,
        tracking_number=row.reference,
        status="delivered",
        shipped_at=now,
        delivered_at=now,
        is_whole=True,
    )


def drop_delivery(placed: PartnerOrder) -> None:
    """The order was canceled: nobody drives."""
    row = Delivery.objects.filter(partner_order=placed).first()
    if row is not None and row.move(OPEN, Status.CANCELED):
        close_alert(_fingerprint(placed))


def _fingerprint(placed: PartnerOrder) -> str:
    return f"delivery:{placed.pk}"
