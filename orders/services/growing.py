"""Orders that grow after they were put up: lines join, leave, or go on into the next one."""

from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from integrations.words import counted
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.closing import fix_content
from orders.services.consolidation import assign_order
from orders.services.content import lowered_of, sendable
from orders.services.history import record
from orders.services.status import refresh_all

Sending = Submission.Status
UNSETTLED = [Sending.PENDING, Sending.FAILED]


def take_in(submission: Submission) -> bool:
    """Put lines that came later into a submission nobody approved or sent; True if there were any.

    What was approved is what is sent: an approved one stays as it is, and they go with the next.
    Call it with the partner order locked.
    """
    late = [part for part in sendable(submission.partner_order) if part.submission is None]
    if submission.approved_at or not late:
        return False
    _write(submission)
    return True


def rebuild(submission: Submission) -> None:
    """Lines left a submission that was not sent: what remains must be approved again.

    Call it with the row locked. Nothing left: it is dropped, and with it an order that was never
    placed.
    """
    row = submission.partner_order
    # Lines that came later do not end with an order that was never placed: they go with it.
    own = [p for p in sendable(row) if p.submission_id == submission.pk or not row.external_id]
    if own or lowered_of(submission):
        _write(submission)
        return
    if submission.move(UNSETTLED, Sending.DROPPED, settled_at=timezone.now()):
        fix_content(row)
        if not row.external_id:
            end(row)
        record(row, "dropped", "Given up: no line was left in it.")


def _write(submission: Submission) -> None:
    row = submission.partner_order
    content, digest = fix_content(row, lowered_of(submission))
    content |= {key: True for key in ("may_repeat",) if submission.content.get(key)}
    changed = submission.update_where(
        Q(status=Sending.PENDING) & ~Q(digest=digest),
        content=content,
        digest=digest,
        approved_at=None,
        approved_by_id=None,
    )
    if changed:
        going = [part.pk for part in sendable(row)]
        row.lines.filter(pk__in=going).update(submission=submission)


def end(row: PartnerOrder) -> None:
    """An order that was never placed is given up: it takes no more lines."""
    row.move(PartnerOrder.Status.OPEN, PartnerOrder.Status.CANCELED)
    row.update_where(Q(closed_at=None), closed_at=timezone.now())
    row.update_where(Q(), due_at=None)


def hand_on(row: PartnerOrder, why: str) -> list[PartnerOrderLine]:
    """Its partner began work, closed or changed it: what it was not told goes into the next one.

    Returns the lines that went on. Runs inside the caller's transaction, the customers' orders
    locked before the partner order.
    """
    now = timezone.now()
    row.update_where(Q(closed_at=None), closed_at=now)
    row.update_where(Q(), due_at=None)
    for waiting in row.submissions.filter(status__in=UNSETTLED, kind=Submission.Kind.APPEND):
        refused = waiting.status == Sending.FAILED and lowered_of(waiting)
        if not waiting.may_have_told and not refused:  # a person is to see what was refused
            waiting.move(UNSETTLED, Sending.DROPPED, settled_at=now)
    live = row.lines.filter(canceled_at=None).select_related("submission", "order_line__order")
    late = [part for part in live.order_by("pk") if not part.is_sent]
    if not late:
        return []
    row.lines.filter(pk__in=[part.pk for part in late]).update(
        partner_order=None, submission=None, ready_at=None
    )
    _recount(row)
    going = f"{counted(len(late), 'line')} {'goes' if len(late) == 1 else 'go'}"
    record(row, "handed_on", f"{why} {going} with the next order.")
    orders = {part.order_line.order_id: part.order_line.order for part in late}
    for order in orders.values():
        assign_order(order, now)
    refresh_all(orders.values())
    return late


def _recount(row: PartnerOrder) -> None:
    content, _ = fix_content(row)
    row.update_where(Q(), cost_total=Decimal(content["total"]))


def orders_in(row: PartnerOrder) -> list[Order]:
    """The customers' orders with a line in it."""
    return list(Order.objects.filter(lines__parts__partner_order=row).distinct().order_by("pk"))
