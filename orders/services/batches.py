"""Batches: what is due goes out by itself, and what must wait says why."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from catalog.models import Dispatch, Partner
from integrations.models import Alert
from integrations.models.base import locked
from integrations.services.alerts import close_alert, raise_alert
from orders.models import PartnerOrder, Submission
from orders.services.closing import (
    CannotSubmit,
    ClosedAlready,
    close_and_submit,
    unsettled,
)
from orders.services.consolidation import GROWING
from orders.services.content import sendable
from orders.services.growing import take_in
from orders.services.history import record, record_for_orders
from orders.services.planning import plan

Sending = Submission.Status


@dataclass
class Closed:
    """What `submit_due_batches` did: submissions made, and partners that had to wait and why."""

    submissions: list[Submission] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)


def due_orders(now: datetime, partner: Partner | None = None) -> list[PartnerOrder]:
    """Partner orders to send from now: consolidated ones past their time, every immediate one."""
    alone = Q(status=PartnerOrder.Status.OPEN, closed_at=None) & (
        ~Q(order=None) | Q(partner__dispatch=Dispatch.IMMEDIATE)
    )
    due = Q(due_at__lte=now, status__in=GROWING)
    rows = PartnerOrder.objects.filter(alone | due, held_at=None)
    if partner:
        rows = rows.filter(partner=partner)
    return list(rows.select_related("partner", "connection").order_by("pk"))


def submit_due_batches(now: datetime, partner: Partner | None = None) -> Closed:
    """Send what is due at `now`; what must wait is named with the reason."""
    done = Closed()
    for row in due_orders(now, partner):
        result = _run(row, now)
        if isinstance(result, Submission):
            done.submissions.append(result)
        elif result:
            done.waiting[row.reference] = result
    return done


def _run(row: PartnerOrder, now: datetime) -> Submission | str:
    """One due partner order: a submission, or why there is none ("" if there was nothing to do)."""
    at_once = row.partner.dispatch == Dispatch.IMMEDIATE and not row.external_id
    if row.order_id is not None or at_once:
        return close_when_possible(row, now)
    if (open_one := unsettled(row)) is not None:
        return _wait_for(row, open_one, now)
    if reason := _not_worth_it(row):
        return _next_time(row, now, reason)
    return close_when_possible(row, now)


def _wait_for(row: PartnerOrder, submission: Submission, now: datetime) -> str:
    """Its cut-off is kept all the same; what is in it goes out when the outcome is known."""
    with transaction.atomic():
        row = locked(PartnerOrder.objects.all()).get(pk=row.pk)
        # Locked, it is not claimed while lines join it.
        submission = locked(Submission.objects.all()).get(pk=submission.pk)
        if submission.status == Sending.PENDING:
            take_in(submission)
        _close_if_over(row, now)
    if submission.status == Sending.FAILED:
        return f"{submission} was refused: press Retry or Give up first."
    return f"The outcome of {submission} is not known yet."


def _close_if_over(row: PartnerOrder, now: datetime) -> None:
    over = row.closes_at is not None and row.closes_at <= now
    if over and row.update_where(Q(closed_at=None), closed_at=now):
        record(row, "closed", "Closed for new lines.")


def _not_worth_it(row: PartnerOrder) -> str:
    if not sendable(row):
        return "No line is ready."
    least = row.partner.minimum_total
    if row.external_id or row.cost_total >= least:
        return ""
    return f"{row.partner} has a minimum of {least:.2f} {row.currency}."


def _next_time(row: PartnerOrder, now: datetime, reason: str) -> str:
    """Nothing goes out in this run. One that was placed ends at its cut-off; others go on."""
    with transaction.atomic():
        if row.external_id:
            _close_if_over(row, now)
            row.refresh_from_db()
        if row.closed_at is not None:
            row.update_where(Q(), due_at=None)
            return ""
        if row.cost_total and sendable(row):
            record(row, "waiting", f"{reason} It waits for the next run.")
        plan(row, row.partner, now)
    return reason


def close_when_possible(row: PartnerOrder, now: datetime) -> Submission | str:
    """Send it without a person; where that cannot be, an alert says why and it waits."""
    try:
        submission = close_and_submit(row, now=now)
    except ClosedAlready as exc:
        return str(exc)
    except CannotSubmit as exc:
        _close_at_cutoff(row, now)
        _say_waiting(row, str(exc))
        return str(exc)
    close_alert(f"batch:{row.pk}")
    return submission


def _close_at_cutoff(row: PartnerOrder, now: datetime) -> None:
    # A placed one keeps its cut-off though it cannot be sent to now; others go on taking lines.
    if row.external_id:
        with transaction.atomic():
            _close_if_over(row, now)


def _say_waiting(row: PartnerOrder, reason: str) -> None:
    """Once for each reason: an alert, and a line in the history of every order that waits."""
    open_ones = Alert.objects.filter(fingerprint=f"batch:{row.pk}", closed_at=None)
    parts = sendable(row)
    if not parts or open_ones.filter(advice__startswith=reason).exists():
        return
    said = f"{reason} What goes to {row.partner} waits in {row.reference}."
    record_for_orders(row, "waiting", said, parts=parts)
    raise_alert(
        f"batch:{row.pk}",
        "placement",
        f"The order for {row.partner} cannot be placed",
        f"{reason} Its lines wait in {row.reference}; nothing is lost.",
        row,
    )
