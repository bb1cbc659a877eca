"""What a channel says later about an order we have: payment, cancellation, other quantities."""

from datetime import datetime

from integrations.types import ChannelLine, ChannelOrder
from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine
from orders.services.consolidation import assign_order
from orders.services.history import ERROR, record
from orders.services.lines import insert_line
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
    parts = [part for part in _live_parts(order) if not is_sent(part)]
    for part in parts:
        cancel_part(part, "The order was canceled.")
    return len(parts)


def is_sent(part: PartnerOrderLine) -> bool:
    """Whether a partner was told, or may have been told, of this part."""
    placed = part.partner_order
    return placed is not None and (
        placed.status != PartnerOrder.Status.OPEN or placed.closed_at is not None
    )


def _live_parts(order: Order) -> list[PartnerOrderLine]:
    parts = PartnerOrderLine.objects.filter(order_line__order=order, canceled_at=None)
    return list(parts.select_related("partner_order", "order_line", "partner__connection"))


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
    live = [p for p in _live_parts(order) if p.order_line_id == row.pk]
    text = f"The store changed {row.title} from {before} to {remote.quantity}."
    if any(is_sent(part) for part in live):
        record(order, "edited", f"{text} A partner already has it.", level=ERROR)
        return
    for part in live:
        cancel_part(part, "The quantity was changed.")
    record(order, "edited", text)
