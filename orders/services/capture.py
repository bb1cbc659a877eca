"""Capture: take a channel's order in, exactly once, routed and reserved in one transaction."""

from datetime import datetime
from itertools import chain, count

from django.db import transaction
from django.utils import timezone

from integrations.models import Connection
from integrations.models.base import locked
from integrations.services.webhooks import release_waiting
from integrations.types import ChannelOrder
from orders.models import Order
from orders.services.changes import apply_change
from orders.services.consolidation import assign_order
from orders.services.customer_mails import tell_customer
from orders.services.history import record
from orders.services.lines import clip, insert_line, write_contact
from orders.services.refund_decisions import follow_refund
from orders.services.routing import route_lines
from orders.services.status import refresh_status


def capture_order(
    connection: Connection,
    remote: ChannelOrder,
    now: datetime | None = None,
    *,
    is_creation: bool = False,
) -> tuple[Order | None, bool]:
    """Take in an order, or what changed on one we have. Returns it and whether it is new.

    Test orders are not taken (None). An older version than the one we have changes nothing;
    `is_creation` says that no other version is older than this one. No network: safe inside a
    webhook job, and harmless when repeated.
    """
    if remote.test:
        return None, False
    with transaction.atomic():
        order = _existing(connection, remote)
        if order is None:
            return _create(connection, remote, now or timezone.now()), True
        # Their times have whole seconds: a change in the same second counts as newer.
        is_same = remote.version == order.source_version
        if remote.version > order.source_version or (is_same and not is_creation):
            apply_change(order, remote, now or timezone.now())
        return order, False


def _existing(connection: Connection, remote: ChannelOrder) -> Order | None:
    # The connection's row is what two deliveries of the same order queue for. Neither lock is FOR
    # UPDATE: whoever only points at the row would wait too, and may hold what we lock next.
    locked(Connection.objects.all()).get(pk=connection.pk)
    orders = locked(Order.objects.all()).filter(connection=connection)
    return orders.filter(external_id=remote.external_id).first()


def _create(connection: Connection, remote: ChannelOrder, now: datetime) -> Order:
    order = _insert(connection, remote)
    write_contact(order, remote.contact)
    for line in remote.lines:
        insert_line(order, line)
    record(order, "captured", f"Captured from {connection.name}.", actor=connection.name)
    if remote.canceled_at:
        record(order, "canceled", "It was canceled before it came in.", actor=connection.name)
    else:
        route_lines(order)
        assign_order(order, now)
    follow_refund(order)
    refresh_status(order)
    if order.paid_at:
        tell_customer(order, "order.confirmed")
    release_waiting(connection)
    return order


def _insert(connection: Connection, remote: ChannelOrder) -> Order:
    return Order.objects.create(
        connection=connection,
        **clip(
            Order,
            number=order_number(connection, remote.number),
            external_id=remote.external_id,
            source_version=remote.version,
            placed_at=remote.placed_at,
            paid_at=remote.paid_at,
            payment_reference=remote.payment_reference,
            canceled_at=remote.canceled_at,
            cancel_reason=remote.cancel_reason,
            currency=remote.currency,
            total=remote.total,
            tax=remote.tax,
            shipping=remote.shipping,
            refunded_total=remote.refunded_total,
            delivery_method=remote.delivery_method,
            delivery_zone=remote.delivery_zone,
            note=remote.note,
        ),
    )


def order_number(connection: Connection, name: str) -> str:
    """The channel's name for the order; from the second channel on with the connection's slug.

    A store that begins to count anew gives a name twice: the later one gets -2, -3 behind it.
    """
    first = Order.objects.order_by("pk").values_list("connection_id", flat=True).first()
    name = " ".join(name.split())
    wanted = name if first in (None, connection.pk) else f"{connection.slug}-{name}"
    names = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(one for one in names if not Order.objects.filter(number=one).exists())
