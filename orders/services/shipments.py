"""Shipments: what partners report, dealt to customer lines; Received; Ship to customer."""

from collections import Counter

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from catalog.models import normalize_sku
from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.services.alerts import raise_alert
from integrations.types import RemoteShipment
from inventory.services.reservations import accept_shipped
from orders.models import (
    Order,
    PartnerOrder,
    PartnerOrderLine,
    Shipment,
    ShipmentLine,
)
from orders.services.history import record, record_for_orders
from orders.services.lines import clip
from orders.services.notifications import notify
from orders.services.status import refresh_all, refresh_status

CENTER, CUSTOMER = Shipment.BoundFor.CENTER, Shipment.BoundFor.CUSTOMER
Placed = PartnerOrder.Status


def record_shipment(connection: Connection, remote: RemoteShipment) -> tuple[Shipment | None, bool]:
    """Take in a parcel a partner reports. Returns it and whether it is new; None: not ours.

    Repeated and late news change nothing but a later status and a tracking number that was empty.
    """
    with transaction.atomic():
        placed = (
            PartnerOrder.objects.select_for_update(of=("self",))
            .select_related("partner")
            .filter(connection=connection, external_id=remote.order_id)
            .first()
        )
        if placed is None:
            return None, False
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
    dealt = deal_units(placed, remote)
    for part, units in dealt:
        ShipmentLine.objects.create(
            shipment=shipment,
            order_line=part.order_line,
            partner_order_line=part,
            quantity=units,
        )
    left = [part for part, units in dealt if (part.done or 0) + units >= part.quantity]  # type: ignore[attr-defined]
    accept_shipped([part.reservation_key for part in left])
    _after_shipping(placed, shipment)
    return shipment


def deal_units(placed: PartnerOrder, remote: RemoteShipment) -> list[tuple[PartnerOrderLine, int]]:
    """Deal the units of a parcel to the customer lines behind them, oldest order first.

    Units nobody ordered (a strange SKU, more than was placed) are left over: an alert names them.
    """
    dealt, left_over = [], []
    variants = _variants_by_sku(placed)
    names = {normalize_sku(line.sku): line.sku for line in remote.lines}
    for sku, units in _units_by_sku(remote).items():
        left = units
        for part in _unshipped_parts(placed, variants.get(sku)):
            take = min(left, part.quantity - (part.done or 0))  # type: ignore[attr-defined]
            if take > 0:
                left -= take
                dealt.append((part, take))
        if left:
            left_over.append(f"{left} x {names[sku] or 'a line without SKU'}")
    if left_over:
        _say_left_over(placed, remote, left_over)
    return dealt


def _units_by_sku(remote: RemoteShipment) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in remote.lines:
        units[normalize_sku(line.sku)] += line.quantity
    return units


def _variants_by_sku(placed: PartnerOrder) -> dict[str, int]:
    """Our variant of each SKU that was sent, as the submissions say."""
    contents = placed.submissions.values_list("content", flat=True)
    rows = [row for content in contents for row in content.get("lines", ())]
    return {normalize_sku(row["sku"]): row["variant"] for row in rows}


def _say_left_over(placed: PartnerOrder, remote: RemoteShipment, left_over: list[str]) -> None:
    raise_alert(
        f"left_over:{placed.pk}:{remote.external_id}",
        "shipment",
        f"{placed.partner} shipped what {placed.reference} does not have",
        f"{', '.join(left_over)}. Ask the partner, and count the parcel when it arrives.",
        placed,
    )


def _unshipped_parts(placed: PartnerOrder, variant_id: int | None) -> list[PartnerOrderLine]:
    if variant_id is None:
        return []
    parts = placed.lines.filter(canceled_at=None, variant_id=variant_id)
    done = Sum("shipped__quantity", filter=~Q(shipped__shipment__status="voided"))
    return list(
        parts.annotate(done=done)
        .select_related("order_line__order")
        .order_by("order_line__order__placed_at", "pk")
    )


def _after_shipping(placed: PartnerOrder, shipment: Shipment) -> None:
    if all_shipped(placed):
        early = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]
        placed.move(early, Placed.SHIPPED)
    parcel = f"{shipment.carrier} {shipment.tracking_number}".strip() or "a parcel without a number"
    where = "to our center" if shipment.bound_for == CENTER else "to the customer"
    orders = record_for_orders(
        placed, "shipped", f"{placed.partner} shipped {parcel} {where}.", actor=placed.partner.name
    )
    if shipment.bound_for == CUSTOMER:
        publish_and_tell(shipment)
        _finish_if_arrived(shipment)
    refresh_all(orders)


def all_shipped(placed: PartnerOrder) -> bool:
    """Whether every live unit of it is in a parcel."""
    parts = placed.lines.filter(canceled_at=None)
    wanted = parts.aggregate(n=Sum("quantity"))["n"] or 0
    lines = ShipmentLine.objects.filter(shipment__partner_order=placed)
    done = lines.exclude(shipment__status="voided").aggregate(n=Sum("quantity"))["n"] or 0
    return bool(done >= wanted)


def publish_and_tell(shipment: Shipment) -> None:
    """A parcel to the customer: publish it to the channel and mail its number."""
    assert shipment.order is not None
    if shipment.order.connection_id:
        shipment.update_where(Q(publish_status="none"), publish_status="pending")
        enqueue("orders.tasks.publish_shipment", shipment.pk)
    notify(shipment.order, "shipment.shipped", shipment)


def follow(shipment: Shipment, remote: RemoteShipment) -> None:
    """Take over what a later report of the same parcel adds: a number, a status further on."""
    late = {
        "carrier": remote.carrier,
        "tracking_number": remote.tracking_number,
        "url": remote.url,
    }
    for name, value in late.items():
        if value and not getattr(shipment, name):
            shipment.update_where(Q(**{name: ""}), **clip(Shipment, **{name: value}))
    if remote.status != shipment.status and remote.status in Shipment.MOVES.get(
        shipment.status, ()
    ):
        shipment.move(shipment.status, remote.status, delivered_at=remote.delivered_at)
        _after_move(shipment)


def _after_move(shipment: Shipment) -> None:
    _finish_if_arrived(shipment)
    orders = Order.objects.filter(lines__shipped__shipment=shipment).distinct()
    for order in orders:
        record(order, "shipment_status", f"{shipment}: {shipment.get_status_display().lower()}.")
        refresh_status(order)


def _finish_if_arrived(shipment: Shipment) -> None:
    """A customer-bound order is done when everything of it arrived: it is no longer asked for."""
    placed = shipment.partner_order
    if placed is None or placed.ship_to != CUSTOMER or not all_shipped(placed):
        return
    parcels = placed.shipments.exclude(status__in=["voided", "delivered"])
    if not parcels.exists():
        early = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]
        placed.move([*early, Placed.SHIPPED], Placed.DELIVERED)
