"""Settling: what the outcome of a submission means for its partner order and its customers."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.errors import ProviderError
from integrations.models.base import locked
from integrations.services.alerts import close_alert, raise_alert
from integrations.types import PlacedOrder
from inventory.services.reservations import accept
from orders.models import PartnerOrder, PartnerOrderLine, Submission
from orders.services.additions import concerned, tell_appended
from orders.services.alarms import close_differences, difference_of, fingerprint
from orders.services.canceling import cancel_placed
from orders.services.content import lines_in, lowered_of
from orders.services.differing import differs
from orders.services.fitting import catch_up
from orders.services.growing import hand_on, orders_in
from orders.services.history import ERROR, record_for_orders
from orders.services.locking import lock_orders
from orders.services.refusals import explain_refusal
from orders.services.routing import lower_part
from orders.services.status import refresh_all
from orders.services.waiting import end_waiting

Status, Kind = Submission.Status, Submission.Kind


def settle_submitted(
    submission: Submission, placed: PlacedOrder, old: str = Status.SUBMITTING
) -> bool:
    """The partner did what was asked: placed it, took the lines, or canceled. False: too late.

    All in one transaction, and only while the lease is ours.
    """
    now = timezone.now()
    ways = {Kind.APPEND: _appended, Kind.UPDATE: _moved, Kind.CANCEL: _canceled}
    done = ways.get(Kind(submission.kind), _placed)
    with transaction.atomic():
        lock_orders(submission.partner_order)
        if not _settle(submission, old, Status.SUBMITTED, now):
            return False
        row = locked(PartnerOrder.objects.all()).get(pk=submission.partner_order_id)
        submission.partner_order = row
        orders = orders_in(row)
        done(submission, placed, now)
        catch_up(row)
        refresh_all(orders)
        close_alert(fingerprint(submission))
    return True


def _placed(submission: Submission, placed: PlacedOrder, now: datetime) -> None:
    row = submission.partner_order
    row.move(
        PartnerOrder.Status.OPEN,
        PartnerOrder.Status.SUBMITTED,
        external_id=placed.external_id,
        external_number=placed.number,
        submitted_at=now,
        status_raw=placed.status[:100],
    )
    _accept_parts(submission, now)
    number = placed.number or placed.external_id
    record_for_orders(row, "placed", f"Placed with {row.partner} as {number}.")
    _say_difference(submission, placed)


def _appended(submission: Submission, placed: PlacedOrder, now: datetime) -> None:
    row = submission.partner_order
    _accept_parts(submission, now)
    row.update_where(Q(), cost_total=Decimal(submission.content["total"]))
    number = row.external_number or row.external_id
    tell_appended(submission)
    lowered = lowered_of(submission)
    for part in PartnerOrderLine.objects.filter(pk__in=lowered, canceled_at=None):
        lower_part(part, lowered[part.pk], f"{row.partner} took it off {number}.")
    _say_difference(submission, placed)


def _canceled(submission: Submission, placed: PlacedOrder, now: datetime) -> None:
    row = submission.partner_order
    why = f"{row.partner} canceled {row.reference} as asked."
    record_for_orders(row, "canceled", why)
    cancel_placed(row, why, asked=True)


def _moved(submission: Submission, placed: PlacedOrder, now: datetime) -> None:
    row = submission.partner_order
    row.update_where(Q(), agreed_digest=submission.digest)
    record_for_orders(row, "address", f"{row.partner} knows where {row} goes to.")


def _accept_parts(submission: Submission, now: datetime) -> None:
    parts = submission.partner_order.lines.filter(submission=submission)
    accept([part.reservation_key for part in parts], now)


def _say_difference(submission: Submission, placed: PlacedOrder) -> None:
    if not placed.tells_lines:
        return
    if changed := differs(lines_in(submission), placed.lines):
        tell_changed(submission.partner_order, submission, changed)
    elif placed.lines:
        close_differences(submission.partner_order)


def tell_changed(row: PartnerOrder, submission: Submission, changed: str) -> None:
    """An alert: the partner's order says something else than ours."""
    raise_alert(
        difference_of(submission),
        "difference",
        f"{row.partner} changed {row.reference}",
        f"{changed}. Agree with the partner. It closes when their lines are ours again; close it "
        "yourself where you accept theirs.",
        row,
    )


def settle_failed(
    submission: Submission, kind: str, sentence: str, old: str = Status.SUBMITTING
) -> bool:
    """It will not work as it is: a person is told why."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        fields = {"error_kind": kind, "error": sentence}
        if not _settle(submission, old, Status.FAILED, timezone.now(), **fields):
            return False
        row, refusal = submission.partner_order, explain_refusal(submission)
        told, whose = f"{refusal.title}: {sentence}", concerned(submission)
        record_for_orders(row, "placement_failed", told, parts=whose, level=ERROR)
        refresh_all(orders_in(row))
        raise_alert(fingerprint(submission), "placement", refusal.title, refusal.text, row)
        catch_up(row)
    return True


def settle_not_as_left(submission: Submission, sentence: str, changed: str) -> bool:
    """The partner began work, closed or changed the order: its new lines go with the next one.

    Less of what is there already cannot be had any more: that fails, and a person is told.
    """
    with transaction.atomic():
        row = submission.partner_order
        lock_orders(row)
        fields = {"error_kind": "rejected", "error": sentence}
        if not _settle(submission, Status.SUBMITTING, Status.FAILED, timezone.now(), **fields):
            return False
        row = locked(PartnerOrder.objects.all()).get(pk=row.pk)
        if changed:
            tell_changed(row, submission, changed)
        if lowered_of(submission):
            _say_too_late(submission)
        whose, orders = concerned(submission), orders_in(row)
        hand_on(row, sentence)
        catch_up(row)
        record_for_orders(row, "not_added", sentence, parts=whose)
        refresh_all(orders)
    return True


def _say_too_late(submission: Submission) -> None:
    refusal = explain_refusal(submission)
    row = submission.partner_order
    raise_alert(fingerprint(submission), "placement", refusal.title, refusal.text, row)


def settle_unconfirmed(submission: Submission, exc: ProviderError, look_at: datetime) -> bool:
    """We do not know: it is never sent again before it was looked for, first at `look_at`."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        fields = {"error_kind": exc.kind, "error": str(exc), "retry_at": look_at, "looks": 0}
        if not _settle(submission, Status.SUBMITTING, Status.UNCONFIRMED, None, **fields):
            return False
        record_for_orders(
            submission.partner_order,
            "unconfirmed",
            f"{exc} We ask {submission.partner_order.partner} for {submission.reference} before "
            "anything is sent again.",
            parts=concerned(submission),
        )
    return True


def settle_absent(submission: Submission, now: datetime) -> bool:
    """Looked for and surely not there: it may be sent again."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        if not _settle(submission, Status.UNCONFIRMED, Status.PENDING, None, retry_at=now):
            return False
        partner = submission.partner_order.partner
        absent = {
            Kind.APPEND: f"{submission.partner_order} is as it was before",
            Kind.UPDATE: f"Whether {submission.partner_order} goes to the new address is not said",
            Kind.CANCEL: f"{submission.partner_order} is not canceled there",
        }.get(Kind(submission.kind), f"{partner} does not have {submission.reference}")
        record_for_orders(
            submission.partner_order,
            "absent",
            f"{absent}: {submission.reference} is sent again.",
            parts=concerned(submission),
        )
        catch_up(submission.partner_order)
        close_alert(fingerprint(submission))
    return True


def look_later(submission: Submission, now: datetime, exc: ProviderError) -> bool:
    """A look-up that failed changes nothing but when we look again, and how often we did."""
    return submission.update_where(
        submission.mine() & Q(status=Status.UNCONFIRMED),
        retry_at=now + timedelta(seconds=60),
        looks=submission.looks + 1,
        error=str(exc),
        lease_token=None,
        lease_until=None,
    )


def _settle(
    submission: Submission, old: str, new: str, settled_at: datetime | None, **fields: object
) -> bool:
    settled = submission.move(
        old,
        new,
        where=submission.mine(),
        settled_at=settled_at,
        lease_token=None,
        lease_until=None,
        **fields,
    )
    if settled:  # whatever they said, they were called
        end_waiting(submission.partner_order, concerned(submission))
    return settled
