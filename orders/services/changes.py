"""What a channel says later about an order we have: payment, cancellation, other quantities."""

from datetime import datetime

from integrations.services.webhooks import release_waiting
from integrations.types import ChannelLine, ChannelOrder
from orders.models import Order, OrderLine, PartnerOrder
from orders.services.choosing import identify
from orders.services.customer_mails import tell_customer
from orders.services.fitting import fit_order, recount
from orders.services.history import ERROR, record
from orders.services.lines import insert_line, write_contact
from orders.services.locking import live_parts, lock_unsent
from orders.services.refund_decisions import follow_refund
from orders.services.status import refresh_status


def apply_change(order: Order, remote: ChannelOrder, now: datetime) -> None:
    """Bring an order to a newer version. Runs inside the transaction that locked the order.

    What no partner was told of follows at once; what one was told, or may have been told, stays as
    it is: a person decides about the difference once the outcome is known.
    """
    actor = order.connection.name if order.connection else ""
    news = []
    if remote.paid_at and not order.paid_at:
        record(order, "paid", "Paid.", actor=actor)
        news.append("order.confirmed")
    if remote.canceled_at and not order.canceled_at:
        record(order, "canceled", "Canceled in the store.", actor=actor)
        news.append("order.canceled")
    _copy_facts(order, remote)
    for event in news:
        tell_customer(order, event)
    lock_unsent(order)
    if write_contact(order, remote.contact):
        _send_elsewhere(order)
    _apply_lines(order, remote.lines)
    fit_order(order, now)
    follow_refund(order)
    refresh_status(order)


def _copy_facts(order: Order, remote: ChannelOrder) -> None:
    order.source_version = remote.version
    order.paid_at = order.paid_at or remote.paid_at
    order.canceled_at = order.canceled_at or remote.canceled_at
    order.cancel_reason = order.cancel_reason or remote.cancel_reason
    order.total, order.tax, order.shipping = remote.total, remote.tax, remote.shipping
    # What was paid back is not taken again: news that know of less do not lower it.
    order.refunded_total = max(order.refunded_total, remote.refunded_total)
    order.note = remote.note
    order.save(
        update_fields=[
            "source_version", "paid_at", "canceled_at", "cancel_reason", "total", "tax",
            "shipping", "refunded_total", "note",
        ]
    )  # fmt: skip


def _send_elsewhere(order: Order) -> None:
    """What goes to the customer and was not sent goes to the new address, approved again."""
    record(order, "edited", "The store changed the customer or the address.")
    waiting = order.partner_orders.filter(
        ship_to=PartnerOrder.ShipTo.CUSTOMER, status=PartnerOrder.Status.OPEN
    )
    recount(waiting.filter(submissions__status="pending").distinct())


def _apply_lines(order: Order, lines: tuple[ChannelLine, ...]) -> None:
    known = {line.external_id: line for line in order.lines.all()}
    for remote in lines:
        row = known.get(remote.external_id)
        if row is None:
            insert_line(order, remote)
            record(order, "edited", f"The store added {remote.quantity} x {remote.title}.")
            assert order.connection is not None
            release_waiting(order.connection)
        elif row.quantity != remote.quantity:
            _change_quantity(order, row, remote)


def _change_quantity(order: Order, row: OrderLine, remote: ChannelLine) -> None:
    before, row.quantity = row.quantity, remote.quantity
    row.canceled_quantity = remote.canceled_quantity
    row.variant = row.variant or identify(row, order.connection, remote.variant_id)
    row.save(update_fields=["quantity", "canceled_quantity", "variant"])
    text = f"The store changed {row.title} from {before} to {remote.quantity}."
    told = [part for part in live_parts(order) if part.order_line_id == row.pk and part.is_sent]
    if remote.quantity < sum(part.quantity for part in told):
        record(order, "edited", f"{text} A partner has more.", level=ERROR)
    else:
        record(order, "edited", text)
