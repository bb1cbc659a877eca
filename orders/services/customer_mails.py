"""Which news a customer is mailed: once each, and not what their store mails them itself."""

from django.db import models

from orders.models import Notification, Order, PartnerOrder
from orders.services.notifications import notify

# What a channel with mails of its own says itself.
OF_THE_CHANNEL = frozenset({"order.confirmed", "order.delivered", "order.canceled"})


def tell_customer(
    order: Order, event: str, about: models.Model | None = None
) -> Notification | None:
    """Queue the e-mail of an event about an order; None where it is not ours to send.

    Runs inside the caller's transaction. A canceled order is told of its end alone.
    """
    if event in OF_THE_CHANNEL and _mails_itself(order):
        return None
    if order.canceled_at and event != "order.canceled":
        return None
    return notify(order, event, about or order)


def _mails_itself(order: Order) -> bool:
    return order.connection is not None and order.connection.provider_class.mails_customers


def tell_packed(placed: PartnerOrder) -> None:
    """What a customer fetches is ready for them."""
    order = placed.order
    is_fetched = order is not None and order.delivery_method == Order.DeliveryMethod.PICKUP
    if order is not None and is_fetched and placed.ship_to == PartnerOrder.ShipTo.CUSTOMER:
        tell_customer(order, "order.ready_for_pickup", placed)
