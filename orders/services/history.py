"""The history of orders: one function writes it, in words staff read."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from orders.models import Order, OrderEvent, PartnerOrder, PartnerOrderLine

INFO, ERROR = OrderEvent.Level.INFO, OrderEvent.Level.ERROR


def record(
    subject: Order | PartnerOrder,
    kind: str,
    message: str,
    *,
    level: str = INFO,
    user: AbstractBaseUser | None = None,
    actor: str = "",
    **data: Any,
) -> OrderEvent:
    """Add a line to the history of an order or of a partner order.

    `message` and `data` name no customer. `actor` is who did it where no `user` did: a system.
    """
    return OrderEvent.objects.create(
        order=subject if isinstance(subject, Order) else None,
        partner_order=subject if isinstance(subject, PartnerOrder) else None,
        kind=kind,
        level=level,
        message=message,
        data=data,
        user_id=user.pk if user else None,
        actor=(user.get_username() if user else actor) or "Crossdock",
        at=timezone.now(),
    )


def record_for_orders(
    partner_order: PartnerOrder,
    kind: str,
    message: str,
    *,
    parts: Iterable[PartnerOrderLine] | None = None,
    **rest: Any,
) -> list[Order]:
    """Add the line to the partner order and to the customer orders in it; returns those orders.

    With `parts` only to the orders of these: what befell others is not their history.
    """
    record(partner_order, kind, message, **rest)
    orders = Order.objects.filter(lines__parts__partner_order=partner_order)
    if parts is not None:
        orders = Order.objects.filter(lines__parts__in=[part.pk for part in parts])
    found = list(orders.distinct().order_by("pk"))
    for order in found:
        record(order, kind, message, reference=partner_order.reference, **rest)
    return found
