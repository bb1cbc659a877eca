"""What orders do with webhooks: each handler finds the rows and calls one service."""

from integrations.models import Connection, InboundEvent
from integrations.providers.base import PullsChannelOrders
from integrations.registry import on
from integrations.services.webhooks import Ignored, Waiting
from integrations.types import ChannelOrder, Event, Payment, PersonRequest, RemoteShipment
from orders.models import Order, PartnerOrder, PrivacyRequest, Shipment
from orders.services import payments
from orders.services.capture import capture_order
from orders.services.channel_shipments import record_channel_shipment
from orders.services.forgetting import keep_forgotten
from orders.services.partner_news import take_cancellation
from orders.services.privacy import take_request
from orders.services.refunds import take_refunded as take_refund
from orders.services.shipments import record_shipment


@on("order.created")
@on("order.updated")
@on("order.canceled")
def take_order(event: Event, row: InboundEvent) -> Order | PartnerOrder | None:
    """A customer's order, or what changed on it; from a partner, a cancellation of ours.

    A partner's own customers are none of our business: their orders are never taken in.
    """
    connection = _connection(row)
    assert isinstance(event.data, ChannelOrder)
    if _is_channel(connection):
        is_creation = event.topic == "order.created"
        order, _ = capture_order(connection, event.data, is_creation=is_creation)
        keep_forgotten(order, row)
        return order
    placed = None
    if event.data.canceled_at:
        placed = take_cancellation(connection, event.data.external_id, event.data.cancel_reason)
    if placed is None:
        _wait_if_placing(connection)
        raise Ignored("It is not an order we placed there.")
    keep_forgotten(placed.order, row)
    return placed


@on("shipment.reported")
def take_shipment(event: Event, row: InboundEvent) -> Shipment | None:
    """A parcel: a partner's for an order we placed, or the store's own to a customer."""
    connection = _connection(row)
    assert isinstance(event.data, RemoteShipment)
    if _is_channel(connection):
        shipment, _ = record_channel_shipment(connection, event.data)
        if shipment is None:
            raise Waiting("Its order, or a line of it, is not here yet.")
        keep_forgotten(shipment.order, row)
        return shipment
    shipment, _ = record_shipment(connection, event.data)
    if shipment is None:
        _wait_if_placing(connection)
        raise Ignored("It is not for an order we placed there.")
    keep_forgotten(shipment.order, row)
    return shipment


@on("privacy.data_request", of_the_gone=True)
@on("privacy.customer_redact", of_the_gone=True)
@on("privacy.shop_redact", of_the_gone=True)
def take_privacy_request(event: Event, row: InboundEvent) -> PrivacyRequest:
    """A customer's right, of whatever store, connected or not."""
    assert isinstance(event.data, PersonRequest)
    return take_request(row, event.topic.removeprefix("privacy."), event.data)


@on("payment.paid")
def take_paid(event: Event, row: InboundEvent) -> Order:
    """A payment that succeeded: of an order we have, or of a checkout that is read."""
    assert isinstance(event.data, Payment)
    return _kept(payments.take_paid(_connection(row), event.data), row)


@on("payment.failed")
def take_failed(event: Event, row: InboundEvent) -> Order:
    """A payment that did not succeed."""
    assert isinstance(event.data, Payment)
    return _kept(payments.take_failed(_connection(row), event.data), row)


@on("payment.refunded")
def take_refunded(event: Event, row: InboundEvent) -> Order:
    """Money that went back, all of it so far."""
    assert isinstance(event.data, Payment)
    connection = _connection(row)
    order = payments.order_of(connection, event.data)
    return _kept(take_refund(connection, order, event.data), row)


@on("payment.disputed")
def take_disputed(event: Event, row: InboundEvent) -> Order:
    """A payment the customer's bank asks back."""
    assert isinstance(event.data, Payment)
    return _kept(payments.take_disputed(_connection(row), event.data), row)


def _kept(order: Order, row: InboundEvent) -> Order:
    """Whoever asked to be forgotten does not come back with their payment."""
    keep_forgotten(order, row)
    return order


def _wait_if_placing(connection: Connection) -> None:
    placing = PartnerOrder.objects.filter(
        connection=connection, submissions__status__in=["submitting", "unconfirmed"]
    )
    if placing.exists():
        raise Waiting("A partner order is being placed: it may be the one this is about.")


def _connection(row: InboundEvent) -> Connection:
    assert row.connection is not None  # an event without one is ignored before it gets here
    return row.connection


def _is_channel(connection: Connection) -> bool:
    return issubclass(connection.provider_class, PullsChannelOrders)
