"""Shipments: what partners report, dealt to customer lines; Received; Ship to customer."""

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.models.base import locked
from integrations.providers.base import PublishesShipments
from integrations.services.alerts import close_alert
from integrations.types import RemoteShipment
from inventory.services.reservations import accept_shipped
from orders.models import (
    Order,
    PartnerOrder,
    PartnerOrderLine,
    Shipment,
    ShipmentLine,
)
from orders.services.dealing import deal, deal_again, fully_shipped, say_left_over
from orders.services.growing import hand_on, orders_in
from orders.services.history import record, record_for_orders
from orders.services.lines import clip
from orders.services.locking import lock_orders
from orders.services.notifications import notify
from orders.services.status import refresh_all, refresh_status
from orders.services.told_wrong import say_late_number, say_voided

CENTER, CUSTOMER = Shipment.BoundFor.CENTER, Shipment.BoundFor.CUSTOMER
Placed = PartnerOrder.Status


def record_shipment(connection: Connection, remote: RemoteShipment) -> tuple[Shipment | None, bool]:
    """Take in a parcel a partner reports. Returns it and whether it is new; None: not ours.

    Repeated and late news change nothing but a later status and a tracking number that was empty.
    """
    with transaction.atomic():
        ours = PartnerOrder.objects.filter(connection=connection, external_id=remote.order_id)
        found = ours.first()
        if found is None:
            return None, False
        lock_orders(found)
        rows = locked(PartnerOrder.objects.all()).select_related("partner")
        placed = rows.get(pk=found.pk)
        known = placed.shipments.filter(external_id=remote.external_id).first()
        if known:
            follow(known, remote)
            return known, False
        return _create(placed, remote), True


def _create(placed: PartnerOrder, remote: RemoteShipment) -> Shipment:
    bound_for = placed.ship_to
    shipment = Shipment.objects.create(
        partner_order=placed,
        order=placed.order if bound_for == CUSTOMER else None,
        bound_for=bound_for,
        **clip(
            Shipment,
            external_id=remote.external_id,
            carrier=remote.carrier,
            service=remote.service,
            tracking_number=remote.tracking_number,
            url=remote.url,
            status=remote.status,
            shipped_at=remote.shipped_at or timezone.now(),
            delivered_at=remote.delivered_at,
            source=placed.connection.provider if placed.connection else "partner",
        ),
    )
    if shipment.status == Shipment.Status.VOIDED:
        return shipment  # it never left: nothing is counted, published or mailed
    if placed.closed_at is None:
        hand_on(placed, f"{placed.partner} began to ship it.")
    deal(placed, shipment, remote)
    accept_shipped([part.reservation_key for part in fully_shipped(shipment)])
    _after_shipping(placed, shipment)
    return shipment


def _after_shipping(placed: PartnerOrder, shipment: Shipment) -> None:
    if all_shipped(placed):
        early = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]
        placed.move(early, Placed.SHIPPED)
    parcel = f"{shipment.carrier} {shipment.tracking_number}".strip() or "a parcel without a number"
    where = "to our center" if shipment.bound_for == CENTER else "to the customer"
    said, inside = f"{placed.partner} shipped {parcel} {where}.", parts_in(shipment)
    record_for_orders(placed, "shipped", said, parts=inside, actor=placed.partner.name)
    if shipment.bound_for == CUSTOMER:
        publish_and_tell(shipment)
        _finish_if_arrived(shipment)
    refresh_all(orders_in(placed))


def parts_in(shipment: Shipment) -> list[PartnerOrderLine]:
    """The parts with units in a partner's parcel."""
    return list(PartnerOrderLine.objects.filter(shipped__shipment=shipment).distinct())


def all_shipped(placed: PartnerOrder) -> bool:
    """Whether every live unit of it is in a parcel."""
    parts = placed.lines.filter(canceled_at=None)
    wanted = parts.aggregate(n=Sum("quantity"))["n"] or 0
    lines = ShipmentLine.objects.filter(shipment__partner_order=placed)
    done = lines.exclude(shipment__status="voided").aggregate(n=Sum("quantity"))["n"] or 0
    return bool(done >= wanted)


def publish_and_tell(shipment: Shipment) -> None:
    """A parcel to the customer: publish it to the channel and mail its number.

    Who canceled is not told that it is on its way: a person decides what is done about it.
    """
    assert shipment.order is not None
    if shipment.order.connection and publishes(shipment.order.connection):
        shipment.update_where(Q(publish_status="none"), publish_status="pending")
        enqueue("orders.tasks.publish_shipment", shipment.pk)
    if shipment.order.canceled_at is None:
        notify(shipment.order, "shipment.shipped", shipment)


def publishes(connection: Connection) -> bool:
    """Whether the channel wants to be told of parcels: a payment service does not."""
    return issubclass(connection.provider_class, PublishesShipments)


def follow(shipment: Shipment, remote: RemoteShipment) -> None:
    """Take over what a later report of the same parcel adds: a number, a status further on."""
    late = {
        "carrier": remote.carrier,
        "tracking_number": remote.tracking_number,
        "url": remote.url,
    }
    known = bool(shipment.tracking_number)
    for name, value in late.items():
        if value and not getattr(shipment, name):
            shipment.update_where(Q(**{name: ""}), **clip(Shipment, **{name: value}))
    if shipment.tracking_number and not known:
        say_late_number(shipment)
    if remote.status != shipment.status and remote.status in Shipment.MOVES.get(
        shipment.status, ()
    ):
        shipment.move(shipment.status, remote.status, delivered_at=remote.delivered_at)
        _after_move(shipment)


def _after_move(shipment: Shipment) -> None:
    if shipment.status == Shipment.Status.VOIDED:
        say_voided(shipment)
        if shipment.partner_order:
            say_left_over(shipment)
            deal_again(shipment.partner_order)
    _finish_if_arrived(shipment)
    inside = Order.objects.filter(lines__shipped__shipment=shipment)
    for order in inside.distinct().order_by("pk"):
        record(order, "shipment_status", f"{shipment}: {shipment.get_status_display().lower()}.")
        refresh_status(order)
    if shipment.partner_order:
        refresh_all(orders_in(shipment.partner_order))


def _finish_if_arrived(shipment: Shipment) -> None:
    """A customer-bound order is done when everything of it arrived: it is no longer asked for."""
    placed = shipment.partner_order
    if placed is None or placed.ship_to != CUSTOMER or not all_shipped(placed):
        return
    parcels = placed.shipments.exclude(status__in=["voided", "delivered"])
    if not parcels.exists():
        early = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]
        placed.move([*early, Placed.SHIPPED], Placed.DELIVERED)
        close_alert(f"partner_canceled:{placed.pk}")
