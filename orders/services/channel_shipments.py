"""Parcels the channel reports: what staff shipped in the store itself, and echoes of our own."""

from collections import Counter

from django.db import transaction

from integrations.errors import Retryable
from integrations.models import Connection
from integrations.models.base import locked
from integrations.types import RemoteShipment
from orders.models import Order, OrderLine, Shipment, ShipmentLine
from orders.services.history import record
from orders.services.lines import clip
from orders.services.routing import close_routed_alerts
from orders.services.shipments import follow
from orders.services.status import refresh_status
from orders.services.told_wrong import know_again, take_back

VOIDED = Shipment.Status.VOIDED
Publish = Shipment.Publish


def record_channel_shipment(
    connection: Connection, remote: RemoteShipment
) -> tuple[Shipment | None, bool]:
    """Take in a parcel of the store. Returns it and whether it is new.

    None: its order, or a line of it, is not here yet. The echo of a parcel we published is that
    parcel. Raises Retryable while one of the order is being published: it may be this one. The
    store mails its own parcels, so we do not.
    """
    with transaction.atomic():
        order = (
            locked(Order.objects.all())
            .filter(connection=connection, external_id=remote.order_id)
            .first()
        )
        if order is None:
            return None, False
        known = _ours(order, remote)
        if known:
            _follow(known, remote)
            return known, False
        unsure = [Publish.PUBLISHING, Publish.UNCONFIRMED]
        if order.shipments.filter(publish_status__in=unsure).exists():
            raise Retryable("A parcel of this order is being published; it may be this one.")
        lines = {line.external_id: line for line in order.lines.all()}
        if any(sent.line_id not in lines for sent in remote.lines):
            return None, False
        return _create(order, remote, lines), True


def _ours(order: Order, remote: RemoteShipment) -> Shipment | None:
    """The parcel with this fulfillment id, else the one we sent with this number.

    Two fulfillments staff made in the store are two, though they share a number.
    """
    parcels = order.shipments.filter(bound_for="customer")
    if same := parcels.filter(published_ref=remote.external_id).first():
        return same
    if not remote.tracking_number or remote.status == VOIDED:
        return None
    # One parcel of ours becomes a fulfillment per location there, all with its number.
    sent = parcels.filter(tracking_number=remote.tracking_number).exclude(source="channel")
    return sent.exclude(status=VOIDED).first()


def _follow(known: Shipment, remote: RemoteShipment) -> None:
    if known.source == "channel":
        follow(known, remote)
    elif remote.status == VOIDED:
        take_back(known)
    else:
        know_again(known, remote.external_id, remote.tracking_number)
        follow(known, remote)


def _create(order: Order, remote: RemoteShipment, lines: dict[str, OrderLine]) -> Shipment:
    shipment = Shipment.objects.create(
        order=order,
        bound_for=Shipment.BoundFor.CUSTOMER,
        source="channel",
        publish_status=Publish.PUBLISHED,
        **clip(
            Shipment,
            carrier=remote.carrier,
            tracking_number=remote.tracking_number,
            url=remote.url,
            status=remote.status,
            shipped_at=remote.shipped_at or order.placed_at,
            delivered_at=remote.delivered_at,
            published_ref=remote.external_id,
        ),
    )
    if shipment.status == VOIDED:
        return shipment  # what is told of it later, older, does not bring it back
    for line, units in _units(remote, lines).items():
        ShipmentLine.objects.create(shipment=shipment, order_line=line, quantity=units)
    record(order, "shipped", f"Shipped in the store: {shipment}.", actor=str(order.connection))
    refresh_status(order)
    close_routed_alerts(order)
    return shipment


def _units(remote: RemoteShipment, lines: dict[str, OrderLine]) -> Counter[OrderLine]:
    units: Counter[OrderLine] = Counter()
    for sent in remote.lines:
        units[lines[sent.line_id]] += sent.quantity
    return +units
