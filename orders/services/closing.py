"""Putting a partner order up for sending: its content is fixed, and it closes unless it grows."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from catalog.models import Approval, Dispatch
from catalog.services.partners import can_append
from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.models.base import locked
from integrations.providers.base import PushesOrders
from orders.models import PartnerOrder, Submission
from orders.references import reference_of
from orders.services.consolidation import GROWING
from orders.services.content import (
    build_content,
    digest_of,
    foreign_prices,
    sendable,
    sent_parts,
    ship_to_address,
    unpriced,
)
from orders.services.history import record
from orders.services.planning import next_run_or_tell
from orders.services.restoring import may_be_a_repeat

Kind, Sending = Submission.Kind, Submission.Status
# What `needs_approval` says, for many submissions at once.
UNAPPROVED = Q(approved_at=None) & (
    Q(partner_order__partner__approval=Approval.ALWAYS)
    | Q(
        partner_order__partner__approval=Approval.OVER_LIMIT,
        partner_order__cost_total__gt=F("partner_order__partner__approval_limit"),
    )
    | Q(content__has_key="may_repeat")
)
IN_FLIGHT = [Sending.PENDING, Sending.SUBMITTING, Sending.UNCONFIRMED]


class CannotSubmit(Exception):
    """Why a partner order may not go out now; the text is for staff."""


class ClosedAlready(CannotSubmit):
    """Somebody else put it up for sending in the same moment: nothing is left to do."""


def why_not(partner_order: PartnerOrder) -> list[str]:
    """Everything that keeps its lines from going out, in words; empty when they may."""
    reasons = why_not_at_all(partner_order)
    if not sendable(partner_order):
        reasons.append("No line is ready to be sent.")
    if foreign := foreign_prices(partner_order):
        reasons.append(
            f"{', '.join(foreign)}: priced in another currency than {partner_order.currency}."
        )
    if unknown := unpriced(partner_order):
        reasons.append(f"{', '.join(unknown)}: the partner gave no price. Ask for it first.")
    return reasons


def why_not_at_all(partner_order: PartnerOrder) -> list[str]:
    """What keeps anything from being sent about it, whatever its lines are."""
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
    return reasons


def needs_approval(submission: Submission) -> bool:
    """Whether a person must say yes before it is sent."""
    partner = submission.partner_order.partner
    if submission.approved_at:
        return False
    if submission.content.get("may_repeat"):
        return True
    if partner.approval == Approval.NEVER:
        return False
    over = Decimal(submission.content["total"]) > partner.approval_limit
    return partner.approval == Approval.ALWAYS or over


def in_flight(partner_order: PartnerOrder) -> Submission | None:
    """The submission about it whose outcome is open, if there is one."""
    return partner_order.submissions.filter(status__in=IN_FLIGHT).first()


def unsettled(partner_order: PartnerOrder) -> Submission | None:
    """What must come to an end before anything else is said: in flight, or refused lines."""
    refused = partner_order.submissions.filter(status=Sending.FAILED).exclude(
        kind__in=[Kind.UPDATE, Kind.CANCEL]
    )
    return in_flight(partner_order) or refused.last()


def stays_open(partner_order: PartnerOrder, now: datetime) -> bool:
    """Whether lines can still be added to it after it was placed: until its cut-off."""
    partner = partner_order.partner
    if partner.dispatch != Dispatch.WEEKLY_APPEND or partner_order.order_id is not None:
        return False
    return can_append(partner) and (partner_order.closes_at or now) > now


def is_over(partner_order: PartnerOrder) -> bool:
    """Whether nothing more goes out with it: it closed, and what was in it was put up."""
    closed = partner_order.closed_at is not None and partner_order.due_at is None
    return closed or partner_order.status not in GROWING


def close_and_submit(
    partner_order: PartnerOrder,
    user: AbstractBaseUser | None = None,
    digest: str = "",
    now: datetime | None = None,
) -> Submission:
    """Write the submission that sends what is ready; a person doing it approves it.

    It stops taking lines, except one that is added to until its cut-off. `digest` is that of the
    preview the person saw. Raises CannotSubmit with a sentence; nothing is changed then.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = locked(PartnerOrder.objects.all()).get(pk=partner_order.pk)
        if is_over(row) or in_flight(row):
            raise ClosedAlready(f"{row} was put up for sending already.")
        if refused := unsettled(row):
            raise CannotSubmit(f"{refused} was refused: press Retry or Give up first.")
        if reasons := why_not(row):
            raise CannotSubmit(" ".join(reasons))
        submission = put_up(row, user=user, digest=digest)
        _close_or_plan(row, now, user)
        enqueue("orders.tasks.submit", submission.pk)
    return submission


def _close_or_plan(row: PartnerOrder, now: datetime, user: AbstractBaseUser | None) -> None:
    if stays_open(row, now):
        row.update_where(Q(), due_at=next_run_or_tell(row.partner, now))
        return
    row.update_where(Q(), due_at=None)
    if row.update_where(Q(closed_at=None), closed_at=now):
        record(row, "closed", "Closed for new lines.", user=user)


def put_up(
    row: PartnerOrder,
    *,
    kind: str = "",
    user: AbstractBaseUser | None = None,
    digest: str = "",
    lowered: Mapping[int, int] | None = None,
) -> Submission:
    """Fix what is said to the partner and write it down; the row is locked by the caller.

    The kind follows from whether the partner has the order. Raises CannotSubmit for a digest that
    is no longer the one of what would be sent.
    """
    now = timezone.now()
    repeat = {"may_repeat": True} if may_be_a_repeat(row) else {}
    content, fresh = fix_content(row, lowered)
    if digest and digest != fresh:
        raise CannotSubmit("It changed since you looked at it. Look at it again, then send it.")
    seq = row.submissions.count() + 1
    submission = Submission.objects.create(
        partner_order=row,
        kind=kind or (Kind.APPEND if row.external_id else Kind.CREATE),
        seq=seq,
        reference=reference_of(row.reference, seq),
        content=content | repeat,
        digest=fresh,
        approved_by_id=user.pk if user else None,
        approved_at=now if user else None,
    )
    going = [part.pk for part in sendable(row)]
    row.lines.filter(pk__in=going).update(submission=submission)
    return submission


def fix_content(
    row: PartnerOrder, lowered: Mapping[int, int] | None = None
) -> tuple[dict[str, Any], str]:
    """Leave only what was sent, or would be sent now, in it; returns the content and its digest.

    What is held or belongs to a held order goes back and waits for its release.
    """
    staying = [part.pk for part in [*sendable(row), *sent_parts(row)]]
    row.lines.exclude(pk__in=staying).filter(canceled_at=None).update(
        partner_order=None, submission=None, ready_at=None
    )
    content = build_content(row, lowered).as_json()
    row.update_where(Q(), cost_total=Decimal(content["total"]))
    return content, digest_of(content, ship_to_address(row))


def hold_partner_order(
    partner_order: PartnerOrder, user: AbstractBaseUser, *, hold: bool = True
) -> bool:
    """Keep an open partner order from being sent, or let it go; False if it is so already."""
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
            pk=submission.pk, approved_at=None, status=Sending.PENDING
        )
        if not waiting.update(approved_at=timezone.now(), approved_by_id=user.pk):
            return False
        record(submission.partner_order, "approved", "Approved.", user=user)
        enqueue("orders.tasks.submit", submission.pk)
    return True
