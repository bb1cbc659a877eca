"""What a channel says later about an order we have: payment, cancellation, other quantities."""

from collections.abc import Iterable
from datetime import datetime

from integrations.types import ChannelLine, ChannelOrder
from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine, Submission
from orders.services.consolidation import assign_order, refresh_cost
from orders.services.growing import rebuild
from orders.services.history import ERROR, record
from orders.services.lines import insert_line, write_contact
from orders.services.locking import live_parts, lock_unsent
from orders.services.routing import cancel_part, identify, route_lines
from orders.services.status import refresh_status


def apply_change(order: Order, remote: ChannelOrder, now: datetime) -> None:
    """Bring an order to a newer version. Runs inside the transaction that locked the order."""
    actor = order.connection.name if order.connection else ""
    if remote.paid_at and not order.paid_at:
        record(order, "paid", "Paid.", actor=actor)
    if remote.canceled_at and not order.canceled_at:
        record(order, "canceled", "Canceled in the store.", actor=actor)
    _copy_facts(order, remote)
    lock_unsent(order)
    write_contact(order, remote.contact)
    if order.canceled_at:
        cancel_unsent(order)
    else:
        _apply_lines(order, remote.lines)
        route_lines(order)
        assign_order(order, now)
    refresh_status(order)


def _copy_facts(order: Order, remote: ChannelOrder) -> None:
    order.source_version = remote.version
    order.paid_at = order.paid_at or remote.paid_at
    order.canceled_at = order.canceled_at or remote.canceled_at
    order.cancel_reason = order.cancel_reason or remote.cancel_reason
    order.total, order.tax, order.shipping = remote.total, remote.tax, remote.shipping
    order.refunded_total, order.note = remote.refunded_total, remote.note
    order.save(
        update_fields=[
            "source_version", "paid_at", "canceled_at", "cancel_reason", "total", "tax",
            "shipping", "refunded_total", "note",
        ]
    )  # fmt: skip


def cancel_unsent(order: Order) -> int:
    """End every part no partner has been told of; returns how many."""
    parts = [part for part in live_parts(order) if not part.is_sent]
    end_parts(parts, "The order was canceled.")
    return len(parts)


def end_parts(parts: list[PartnerOrderLine], reason: str) -> None:
    """Cancel parts that were not sent; what remains of their partner orders is counted anew."""
    for part in parts:
        cancel_part(part, reason)
    recount([part.partner_order for part in parts if part.partner_order])


def recount(rows: Iterable[PartnerOrder]) -> None:
    """Lines left these partner orders: their cost, and what waits to be sent, is written anew."""
    for placed in {row.pk: row for row in rows}.values():
        waiting = placed.submissions.filter(status=Submission.Status.PENDING).first()
        if waiting:
            rebuild(waiting)
        else:
            refresh_cost(placed)


def _apply_lines(order: Order, lines: tuple[ChannelLine, ...]) -> None:
    known = {line.external_id: line for line in order.lines.all()}
    for remote in lines:
        row = known.get(remote.external_id)
        if row is None:
            insert_line(order, remote)
            record(order, "edited", f"The store added {remote.quantity} x {remote.title}.")
        elif row.quantity != remote.quantity:
            _change_quantity(order, row, remote)


def _change_quantity(order: Order, row: OrderLine, remote: ChannelLine) -> None:
    before, row.quantity = row.quantity, remote.quantity
    row.canceled_quantity = remote.canceled_quantity
    row.variant = row.variant or identify(row, order.connection, remote.variant_id)
    row.save(update_fields=["quantity", "canceled_quantity", "variant"])
    live = [p for p in live_parts(order) if p.order_line_id == row.pk]
    text = f"The store changed {row.title} from {before} to {remote.quantity}."
    if any(part.is_sent for part in live):
        record(order, "edited", f"{text} A partner already has it.", level=ERROR)
        return
    end_parts(live, "The quantity was changed.")
    record(order, "edited", text)
