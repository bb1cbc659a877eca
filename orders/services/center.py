"""Our fulfillment center: a parcel is received there, and goods go on to the customer."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from integrations.models.base import locked
from integrations.services.alerts import close_alert, raise_alert
from inventory.models import StockLevel
from inventory.services.adjust import adjust_stock
from inventory.services.reservations import release
from orders.models import (
    Order,
    OrderLine,
    PartnerOrder,
    PartnerOrderLine,
    Shipment,
    ShipmentLine,
)
from orders.services.dealing import say_left_over
from orders.services.growing import orders_in
from orders.services.history import record, record_for_orders
from orders.services.locking import lock_orders
from orders.services.shipments import all_shipped, parts_in, publish_and_tell
from orders.services.status import refresh_all, refresh_status, units_to_customer

CENTER, CUSTOMER = Shipment.BoundFor.CENTER, Shipment.BoundFor.CUSTOMER
Placed = PartnerOrder.Status
_COUNTED = Sum("shipped__received", filter=~Q(shipped__shipment__status="voided"))


class CannotShip(Exception):
    """Why nothing can be shipped or received; the text is for staff."""


def receive_shipment(
    shipment: Shipment,
    user: AbstractBaseUser,
    counted: Mapping[int, int] | None = None,
    now: datetime | None = None,
) -> bool:
    """Staff press Received on a center-bound parcel, whole or with units counted per line pk.

    When all parcels of the partner order are in, it is delivered. False if it was received before.
    """
    if shipment.bound_for != CENTER:
        raise CannotShip("This parcel goes to the customer, not to our center.")
    now = now or timezone.now()
    with transaction.atomic():
        # As reports of its parcels do: the customers' orders, then the partner order, whose parcels
        # take turns.
        assert shipment.partner_order is not None
        lock_orders(shipment.partner_order)
        list(locked(PartnerOrder.objects.all()).filter(shipments=shipment))
        if not shipment.update_where(Q(received_at=None), received_at=now):
            return False
        shipment.move(["in_transit", "exception"], "delivered", delivered_at=now)
        for line in shipment.lines.all():
            units = line.quantity if counted is None else counted.get(line.pk, 0)
            ShipmentLine.objects.filter(pk=line.pk).update(received=min(units, line.quantity))
        placed = shipment.partner_order
        say_left_over(shipment)
        _say_missing(shipment)
        _close_made_good(placed)
        if _all_received(placed):
            olds = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]
            placed.move([*olds, Placed.SHIPPED], Placed.DELIVERED)
            close_alert(f"partner_canceled:{placed.pk}")
        said, inside = f"Received {shipment}.", parts_in(shipment)
        record_for_orders(placed, "received", said, parts=inside, user=user)
        refresh_all(orders_in(placed))
    return True


def _say_missing(shipment: Shipment) -> None:
    lines = shipment.lines.filter(received__lt=F("quantity")).select_related("order_line__order")
    missing = [f"{one.quantity - one.received} x {one.order_line.title}" for one in lines]
    if missing:
        raise_alert(
            f"missing:{shipment.pk}",
            "shipment",
            f"{', '.join(missing)[:200]} was not in {shipment}",
            "Ask the partner to send it after, and count that parcel when it arrives.",
            shipment,
        )


def _close_made_good(placed: PartnerOrder) -> None:
    """What was missing from a parcel came with a later one: its alert is over."""
    arrived = placed.lines.filter(canceled_at=None).annotate(got=_COUNTED)
    short = [part.pk for part in arrived if (part.got or 0) < part.quantity - part.kept]
    counted = placed.shipments.exclude(received_at=None)
    open_ones = counted.filter(
        lines__partner_order_line__in=short, lines__received__lt=F("lines__quantity")
    )
    for shipment in counted.exclude(pk__in=open_ones.values("pk")):
        close_alert(f"missing:{shipment.pk}")


def _all_received(placed: PartnerOrder) -> bool:
    if not all_shipped(placed):
        return False
    return not placed.shipments.exclude(status="voided").filter(received_at=None).exists()


def at_center(order: Order) -> dict[OrderLine, int]:
    """Units of each line that lie at our center (received, or from our shelf), not yet shipped."""
    shipped, _ = units_to_customer(order)
    here = _received(order) + _on_our_shelf(order)
    lines = order.lines.filter(routable=True, quantity__gt=0).order_by("pk")
    left = {line: min(here[line.pk], line.quantity) - shipped[line.pk] for line in lines}
    return {line: units for line, units in left.items() if units > 0}


def _received(order: Order) -> Counter[int]:
    rows = ShipmentLine.objects.filter(order_line__order=order, shipment__bound_for=CENTER)
    counted = rows.exclude(shipment__status="voided").values_list("order_line")
    return Counter(dict(counted.annotate(Sum("received"))))


def _on_our_shelf(order: Order) -> Counter[int]:
    parts = PartnerOrderLine.objects.filter(
        order_line__order=order, partner__code="us", canceled_at=None, held_at=None
    )
    return Counter(dict(parts.values_list("order_line").annotate(Sum("quantity"))))


def ship_to_customer(
    order: Order,
    user: AbstractBaseUser,
    carrier: str,
    tracking_number: str,
    units: Mapping[int, int] | None = None,
) -> Shipment:
    """Send what lies at our center on; `units` by order line pk, default everything.

    Raises CannotShip with a sentence; a second press finds nothing left and says so.
    """
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        if order.canceled_at:
            raise CannotShip(f"{order} was canceled.")
        if order.held_at:
            raise CannotShip(f"{order} is on hold. Release it first.")
        there = at_center(order)
        going = {
            line: min(left, units.get(line.pk, 0) if units is not None else left)
            for line, left in there.items()
        }
        going = {line: number for line, number in going.items() if number > 0}
        if not going:
            raise CannotShip("Nothing of this order lies at our center.")
        shipment = Shipment.objects.create(
            order=order,
            bound_for=CUSTOMER,
            carrier=carrier,
            tracking_number=tracking_number.strip(),
            shipped_at=timezone.now(),
            source="center",
        )
        for line, number in going.items():
            ShipmentLine.objects.create(shipment=shipment, order_line=line, quantity=number)
        _take_from_shelf(order, going, user)
        parcel = f"{carrier} {shipment.tracking_number}".strip()
        record(order, "shipped", f"Shipped {parcel} to the customer.", user=user)
        publish_and_tell(shipment)
        refresh_status(order)
    return shipment


def _take_from_shelf(order: Order, going: Mapping[OrderLine, int], user: AbstractBaseUser) -> None:
    """What leaves our own shelf is counted down there, and no longer held beside it."""
    parts = PartnerOrderLine.objects.filter(
        order_line__in=list(going), partner__code="us", canceled_at=None
    ).select_related("variant", "order_line")
    for part in parts:
        units = min(part.quantity, next(n for line, n in going.items() if line == part.order_line))
        level = StockLevel.objects.filter(location__connection=None, variant=part.variant).first()
        if part.variant and level:
            note = f"{user.get_username()} shipped {order}."
            adjust_stock(level.location, part.variant, -units, note, user=None)
        if _shipped_in_full(part):
            release([part.reservation_key])


def _shipped_in_full(part: PartnerOrderLine) -> bool:
    shipped, _ = units_to_customer(part.order_line.order)
    return shipped[part.order_line_id] >= part.quantity
