"""Parcels the channel reports: what staff shipped in the store itself, and echoes of our own."""

from django.db import transaction
from django.db.models import Q

from integrations.errors import Retryable
from integrations.models import Connection
from integrations.types import RemoteShipment
from orders.models import Order, Shipment, ShipmentLine
from orders.services.history import record
from orders.services.routing import close_routed_alerts
from orders.services.shipments import follow
from orders.services.status import refresh_status

Publish = Shipment.Publish


def record_channel_shipment(
    connection: Connection, remote: RemoteShipment
) -> tuple[Shipment | None, bool]:
    """Take in a parcel of the store. Returns it and whether it is new; None: no such order here.

    The echo of a parcel we published is that parcel. Raises Retryable while one of the order is
    being published: it may be this one. The store mails its own parcels, so we do not.
    """
    with transaction.atomic():
        order = (
            Order.objects.select_for_update(of=("self",))
            .filter(connection=connection, external_id=remote.order_id)
            .first()
        )
        if order is None:
            return None, False
        known = _ours(order, remote)
        if known:
            follow(known, remote)
            return known, False
        unsure = [Publish.PUBLISHING, Publish.UNCONFIRMED]
        if order.shipments.filter(publish_status__in=unsure).exists():
            raise Retryable("A parcel of this order is being published; it may be this one.")
        return _create(order, remote), True


def _ours(order: Order, remote: RemoteShipment) -> Shipment | None:
    same = Q(published_ref=remote.external_id)
    if remote.tracking_number:
        # One parcel of ours becomes a fulfillment per location there, all with its number.
        same |= Q(tracking_number=remote.tracking_number)
    return order.shipments.filter(same, bound_for="customer").first()


def _create(order: Order, remote: RemoteShipment) -> Shipment:
    shipment = Shipment.objects.create(
        order=order,
        bound_for=Shipment.BoundFor.CUSTOMER,
        carrier=remote.carrier,
        tracking_number=remote.tracking_number,
        url=remote.url,
        status=remote.status,
        shipped_at=remote.shipped_at or order.placed_at,
        delivered_at=remote.delivered_at,
        source="channel",
        publish_status=Publish.PUBLISHED,
        published_ref=remote.external_id,
    )
    lines = {line.external_id: line for line in order.lines.all()}
    for sent in remote.lines:
        if sent.line_id in lines:
            ShipmentLine.objects.create(
                shipment=shipment, order_line=lines[sent.line_id], quantity=sent.quantity
            )
    record(order, "shipped", f"Shipped in the store: {shipment}.", actor=str(order.connection))
    refresh_status(order)
    close_routed_alerts(order)
    return shipment
