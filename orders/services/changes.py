"""What a channel says later about an order we have: payment, cancellation, other quantities."""

from datetime import datetime

from integrations.types import ChannelLine, ChannelOrder
from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine, Submission
from orders.services.closing import rebuild
from orders.services.consolidation import assign_order, refresh_cost
from orders.services.history import ERROR, record
from orders.services.lines import insert_line, write_contact
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
    _lock_unsent(order)
    write_contact(order, remote.contact)
    if order.canceled_at:
        cancel_unsent(order)
    else:
        _apply_lines(order, remote.lines)
        route_lines(order)
        assign_order(order, now)
    refresh_status(order)


def _lock_unsent(order: Order) -> None:
    # What closing and claiming lock too: a line is out before it is sent, or it counts as sent.
    parts = PartnerOrderLine.objects.filter(order_line__order=order, canceled_at=None)
    placed = parts.filter(partner_order__status=PartnerOrder.Status.OPEN)
    ids = placed.values("partner_order")
    list(PartnerOrder.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    rows = Submission.objects.select_for_update(of=("self",)).filter(partner_order__in=ids)
    list(rows.order_by("pk"))


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
    end_parts(parts, "The order was canceled.")
    return len(parts)


def end_parts(parts: list[PartnerOrderLine], reason: str) -> None:
    """Cancel parts that were not sent; what remains of their partner orders is counted anew."""
    for part in parts:
        cancel_part(part, reason)
    rows = {part.partner_order for part in parts if part.partner_order}
    for placed in rows:
        waiting = placed.submissions.filter(status=Submission.Status.PENDING).first()
        if waiting:
            rebuild(waiting)
        else:
            refresh_cost(placed)


def is_sent(part: PartnerOrderLine) -> bool:
    """Whether a partner was told, or may have been told, of this part.

    A submission that is pending, or that the partner refused, has told it nothing.
    """
    placed, submission = part.partner_order, part.submission
    if placed is None or (placed.status == PartnerOrder.Status.OPEN and submission is None):
        return False
    if submission is None:
        return True
    refused = submission.status == Submission.Status.FAILED and submission.error_kind != "different"
    return not (refused or submission.status == Submission.Status.PENDING)


def _live_parts(order: Order) -> list[PartnerOrderLine]:
    parts = PartnerOrderLine.objects.filter(order_line__order=order, canceled_at=None)
    return list(
        parts.select_related("partner_order__partner", "submission", "order_line", "partner")
    )


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
    end_parts(live, "The quantity was changed.")
    record(order, "edited", text)
