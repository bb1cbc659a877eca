"""Holding: a line no partner was told of leaves its partner order, and is let go again."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.models.base import locked
from integrations.services.alerts import close_alert
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.alarms import fingerprint
from orders.services.consolidation import assign_order, refresh_cost
from orders.services.growing import rebuild
from orders.services.history import record
from orders.services.status import refresh_status

Sending = Submission.Status
# What `Submission.may_have_told` says of one the partner refused, for many lines at once.
REFUSED = Q(submission__status=Sending.FAILED) & ~Q(submission__error_kind="different")
MAY_LEAVE = Q(partner_order=None) | Q(partner_order__closed_at=None, submission=None) | REFUSED


def may_leave(part: PartnerOrderLine) -> bool:
    """Whether it can be taken out of its partner order: not put up for sending, or refused."""
    placed, told = part.partner_order, part.submission
    if told is not None:
        return told.status == Sending.FAILED and not told.may_have_told
    return placed is None or placed.closed_at is None


def take_out(part: PartnerOrderLine, **fields: object) -> tuple[bool, PartnerOrder | None]:
    """Take a line out of its partner order, writing `fields` to it.

    (False, None) if it was put up for sending meanwhile; else with the order it left. What the
    partner refused is written anew, and dropped with its last line. Runs inside the caller's
    transaction, the customer's order locked.
    """
    now_in = PartnerOrderLine.objects.get(pk=part.pk).partner_order_id
    # The lock closing takes too: the line leaves before the content is built, or not at all.
    before = locked(PartnerOrder.objects.all()).filter(pk=now_in).first() if now_in else None
    fresh = PartnerOrderLine.objects.select_related("submission").get(pk=part.pk)
    leaving = PartnerOrderLine.objects.filter(MAY_LEAVE, pk=part.pk, canceled_at=None)
    if fresh.partner_order_id != now_in or not leaving.update(
        partner_order=None, submission=None, ready_at=None, **fields
    ):
        return False, None
    if before:
        _write_anew(before, fresh.submission)
    return True, before


def _write_anew(row: PartnerOrder, refused: Submission | None) -> None:
    if refused is None:
        refresh_cost(row)
        return
    refused.partner_order = row
    rebuild(refused)
    if refused.status == Sending.DROPPED:
        close_alert(fingerprint(refused))


def hold_line(part: PartnerOrderLine, reason: str, user: AbstractBaseUser | None = None) -> bool:
    """Keep a line back from its partner order; False if it was put up for sending.

    One the partner refused can be held, too: Retry sends the rest.
    """
    order = part.order_line.order
    with transaction.atomic():
        locked(Order.objects.all()).get(pk=order.pk)
        held = {"held_at": timezone.now(), "hold_reason": reason[:300]}
        done, before = take_out(part, **held)
        if not done:
            return False
        if before:
            record(before, "line_held", f"Held back: {part}.", user=user)
        record(order, "line_held", f"Held back: {part}.", user=user)
        refresh_status(order)
    return True


def release_line(part: PartnerOrderLine, user: AbstractBaseUser | None = None) -> bool:
    """Let a held line go again, into the order that is open now."""
    held = PartnerOrderLine.objects.filter(pk=part.pk, canceled_at=None).exclude(held_at=None)
    with transaction.atomic():
        if not held.update(held_at=None, hold_reason=""):
            return False
        record(part.order_line.order, "line_released", f"Released: {part}.", user=user)
        assign_order(part.order_line.order)
    return True
