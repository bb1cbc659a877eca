"""Closing a partner order: it takes no more lines, and what it says is put up for sending."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.models import Approval, Dispatch, Partner
from integrations.jobs import enqueue
from integrations.models import Alert, Connection
from integrations.providers.base import PushesOrders
from integrations.services.alerts import close_alert, raise_alert
from orders.models import PartnerOrder, Submission
from orders.references import reference_of
from orders.services.calendar import next_batch
from orders.services.content import (
    build_content,
    digest_of,
    foreign_prices,
    sendable,
    ship_to_address,
)
from orders.services.history import record


class CannotSubmit(Exception):
    """Why a partner order may not go out now; the text is for staff."""


class ClosedAlready(CannotSubmit):
    """Somebody else closed it in the same moment: nothing is left to do."""


@dataclass
class Closed:
    """What `submit_due_batches` did: submissions made, and partners that had to wait and why."""

    submissions: list[Submission] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)


def why_not(partner_order: PartnerOrder) -> list[str]:
    """Everything that keeps it from going out, in words; empty when it may."""
    partner, connection, reasons = partner_order.partner, partner_order.connection, []
    if partner.terms_confirmed_at is None:
        reasons.append(f"Confirm the terms of {partner} first.")
    if ship_to_address(partner_order) is None:
        center = partner_order.ship_to == PartnerOrder.ShipTo.CENTER
        reasons.append(
            "Fill in the address of your fulfillment center first."
            if center
            else "The customer has no address it could be sent to."
        )
    if connection is None or not issubclass(connection.provider_class, PushesOrders):
        reasons.append(f"{partner} has no system orders can be placed in.")
    elif connection.status == Connection.Status.ARCHIVED:
        reasons.append(f"{connection} is archived.")
    if partner_order.held_at:
        reasons.append("It is on hold.")
    if not sendable(partner_order):
        reasons.append("No line is ready to be sent.")
    if foreign := foreign_prices(partner_order):
        reasons.append(
            f"{', '.join(foreign)}: priced in another currency than {partner_order.currency}."
        )
    return reasons


def needs_approval(submission: Submission) -> bool:
    """Whether a person must say yes before it is sent."""
    partner = submission.partner_order.partner
    if submission.approved_at or partner.approval == Approval.NEVER:
        return False
    over = Decimal(submission.content["total"]) > partner.approval_limit
    return partner.approval == Approval.ALWAYS or over


def close_and_submit(
    partner_order: PartnerOrder, user: AbstractBaseUser | None = None, digest: str = ""
) -> Submission:
    """Stop taking lines and write the submission; a person doing it approves it.

    `digest` is that of the preview the person saw. Raises CannotSubmit with a sentence; nothing
    is changed then.
    """
    with transaction.atomic():
        row = PartnerOrder.objects.select_for_update().get(pk=partner_order.pk)
        if row.closed_at or row.status != PartnerOrder.Status.OPEN:
            raise ClosedAlready(f"{row} was closed already.")
        if reasons := why_not(row):
            raise CannotSubmit(" ".join(reasons))
        submission = _close(row, user, digest)
        record(row, "closed", "Closed for new lines.", user=user)
        enqueue("orders.tasks.submit", submission.pk)
    return submission


def _close(row: PartnerOrder, user: AbstractBaseUser | None, digest: str) -> Submission:
    now = timezone.now()
    content, fresh = fix_content(row)
    if digest and digest != fresh:
        raise CannotSubmit("It changed since you looked at it. Look at it again, then send it.")
    row.update_where(Q(closed_at=None), closed_at=now)
    submission = Submission.objects.create(
        partner_order=row,
        kind=Submission.Kind.CREATE,
        reference=reference_of(row.reference, 1),
        content=content,
        digest=fresh,
        approved_by_id=user.pk if user else None,
        approved_at=now if user else None,
    )
    row.lines.filter(canceled_at=None).update(submission=submission)
    return submission


def fix_content(row: PartnerOrder) -> tuple[dict[str, Any], str]:
    """Leave only what would be sent now in it; returns the content and its digest.

    What is held or belongs to a held order goes back and waits for its release.
    """
    going = [part.pk for part in sendable(row)]
    row.lines.exclude(pk__in=going).filter(canceled_at=None).update(
        partner_order=None, submission=None, ready_at=None
    )
    content = build_content(row).as_json()
    row.update_where(Q(), cost_total=Decimal(content["total"]))
    return content, digest_of(content, ship_to_address(row))


def rebuild(submission: Submission) -> None:
    """Lines left a submission that was not sent: what remains must be approved again.

    Call it with the row locked. Nothing left: it is dropped, and its partner order canceled.
    """
    row = submission.partner_order
    content, digest = fix_content(row)
    if content["lines"]:
        submission.update_where(
            Q(status=Submission.Status.PENDING),
            content=content,
            digest=digest,
            approved_at=None,
            approved_by_id=None,
        )
        return
    pending = [Submission.Status.PENDING, Submission.Status.FAILED]
    if submission.move(pending, Submission.Status.DROPPED, settled_at=timezone.now()):
        row.move(PartnerOrder.Status.OPEN, PartnerOrder.Status.CANCELED)
        record(row, "dropped", "No line was left in it.")


def hold_partner_order(
    partner_order: PartnerOrder, user: AbstractBaseUser, *, hold: bool = True
) -> bool:
    """Keep an open partner order from being closed, or let it go; False if it is so already."""
    with transaction.atomic():
        condition = Q(held_at=None) if hold else ~Q(held_at=None)
        moment = timezone.now() if hold else None
        if not partner_order.update_where(condition & Q(closed_at=None), held_at=moment):
            return False
        word = "held" if hold else "released"
        record(partner_order, word, "Put on hold." if hold else "Released.", user=user)
    return True


def approve(submission: Submission, user: AbstractBaseUser) -> bool:
    """A person says yes to exactly this content; False if it was approved or settled before."""
    with transaction.atomic():
        waiting = Submission.objects.filter(
            pk=submission.pk, approved_at=None, status=Submission.Status.PENDING
        )
        if not waiting.update(approved_at=timezone.now(), approved_by_id=user.pk):
            return False
        record(submission.partner_order, "approved", "Approved.", user=user)
        enqueue("orders.tasks.submit", submission.pk)
    return True


def due_orders(now: datetime, partner: Partner | None = None) -> list[PartnerOrder]:
    """Open partner orders to close now: consolidated ones past their time, every immediate one."""
    rows = PartnerOrder.objects.filter(
        status=PartnerOrder.Status.OPEN, closed_at=None, held_at=None
    )
    due = Q(closes_at__lte=now) | Q(closes_at=None) | Q(partner__dispatch=Dispatch.IMMEDIATE)
    rows = rows.filter(~Q(order=None) | due)
    if partner:
        rows = rows.filter(partner=partner)
    return list(rows.select_related("partner", "connection").order_by("pk"))


def submit_due_batches(now: datetime, partner: Partner | None = None) -> Closed:
    """Close what is due at `now`; what must wait is named with the reason."""
    done = Closed()
    for row in due_orders(now, partner):
        if row.order_id is None and (reason := _not_worth_it(row)):
            row.update_where(Q(closed_at=None), closes_at=_next_batch_or_tell(row.partner, now))
            done.waiting[row.reference] = reason
            continue
        result = close_when_possible(row)
        if isinstance(result, Submission):
            done.submissions.append(result)
        else:
            done.waiting[row.reference] = result
    return done


def _not_worth_it(row: PartnerOrder) -> str:
    least = row.partner.minimum_total
    if not sendable(row):
        return "No line is ready."
    if row.cost_total < least:
        record(row, "waiting", f"Below the minimum of {least:.2f} {row.currency}: it waits.")
        return f"{row.partner} has a minimum of {least:.2f} {row.currency}."
    return ""


def plan_batches(now: datetime) -> None:
    """Keep every partner's next run, and its open order's cut-off, true to the terms of today."""
    for partner in Partner.objects.exclude(dispatch=Dispatch.IMMEDIATE).filter(archived_at=None):
        due = _next_batch_or_tell(partner, now)
        if due is None:
            continue
        if partner.next_batch_at != due:
            Partner.objects.filter(pk=partner.pk).update(next_batch_at=due)
        ahead = PartnerOrder.objects.filter(partner=partner, closed_at=None, order=None)
        ahead.filter(closes_at__gt=now).exclude(closes_at=due).update(closes_at=due)


def _next_batch_or_tell(partner: Partner, now: datetime) -> datetime | None:
    try:
        return next_batch(partner, now)
    except (ZoneInfoNotFoundError, ValueError):
        raise_alert(
            f"partner_zone:{partner.pk}",
            "schedule",
            f"{partner}: {partner.timezone} is not a time zone",
            "Open its terms and choose another time zone; until then its orders wait.",
            partner,
        )
        return None


def close_when_possible(row: PartnerOrder) -> Submission | str:
    """Close it without a person; where that cannot be, an alert says why and it stays open."""
    try:
        submission = close_and_submit(row)
    except ClosedAlready as exc:
        return str(exc)
    except CannotSubmit as exc:
        _say_waiting(row, str(exc))
        return str(exc)
    close_alert(f"batch:{row.pk}")
    return submission


def _say_waiting(row: PartnerOrder, reason: str) -> None:
    open_ones = Alert.objects.filter(fingerprint=f"batch:{row.pk}", closed_at=None)
    if not sendable(row) or open_ones.filter(advice__startswith=reason).exists():
        return
    raise_alert(
        f"batch:{row.pk}",
        "placement",
        f"The order for {row.partner} cannot be placed",
        f"{reason} Its lines wait in {row.reference}; nothing is lost.",
        row,
    )
