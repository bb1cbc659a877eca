"""Confirming: the only way out of *unconfirmed* is to ask the partner by our reference."""

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.errors import NotAuthorized, ProviderError
from integrations.jobs import enqueue
from integrations.providers.base import FindsOrders
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.connections import needs_attention, provider_for
from integrations.types import PlacedOrder
from orders.models import Order, PartnerOrder, Submission
from orders.services.closing import CannotSubmit, fix_content, why_not
from orders.services.content import differs
from orders.services.history import record
from orders.services.routing import unroute
from orders.services.settling import (
    fingerprint,
    lock_orders,
    look_later,
    settle_absent,
    settle_failed,
    settle_submitted,
)
from orders.services.status import refresh_all

Status = Submission.Status
LEASE_S = 90


def confirm(submission: Submission, now: datetime | None = None) -> None:
    """Look for it: found = submitted, surely absent = pending, found but different = failed.

    A look-up that fails changes nothing. Where the provider cannot be asked, a person decides.
    """
    now = now or timezone.now()
    submission.refresh_from_db()
    early = submission.retry_at is not None and submission.retry_at > now
    if submission.status != Status.UNCONFIRMED or early:
        return
    if not submission.take_lease(now, LEASE_S):
        return
    connection = submission.partner_order.connection
    assert connection is not None
    try:
        provider = provider_for(connection)
        if not isinstance(provider, FindsOrders):
            _ask_a_person(submission)
            return
        found = provider.find_order(submission.reference)
    except NotAuthorized as exc:
        look_later(submission, now, exc)
        needs_attention(connection, exc)
    except ProviderError as exc:
        look_later(submission, now, exc)
    else:
        _conclude(submission, found, connection.account, now)


def _conclude(
    submission: Submission, found: PlacedOrder | None, account: str, now: datetime
) -> None:
    if found is None or (found.reference, found.account) != (submission.reference, account):
        settle_absent(submission, now)
        enqueue("orders.tasks.submit", submission.pk)
    elif found.status == "canceled":
        settle_failed(
            submission,
            "different",
            f"It is there as {found.number or found.external_id}, but canceled.",
            old=Status.UNCONFIRMED,
        )
    elif difference := differs(submission, found.lines):
        settle_failed(
            submission,
            "different",
            f"It is there as {found.number or found.external_id}, but differs: {difference}.",
            old=Status.UNCONFIRMED,
        )
    else:
        settle_submitted(submission, found, old=Status.UNCONFIRMED)


def _ask_a_person(submission: Submission) -> None:
    submission.drop_lease()
    submission.update_where(Q(status=Status.UNCONFIRMED), retry_at=None)
    raise_alert(
        fingerprint(submission),
        "placement",
        f"Did {submission.partner_order.partner} get {submission.reference}?",
        "Their system cannot be asked. Look there, then say: it exists, send it again, or drop it.",
        submission.partner_order,
    )


def retry(submission: Submission, user: AbstractBaseUser) -> bool:
    """A person corrected the cause: content is rebuilt from the live lines, same reference."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        placed = PartnerOrder.objects.select_for_update(of=("self",)).get(
            pk=submission.partner_order_id
        )
        if reasons := why_not(placed):
            raise CannotSubmit(" ".join(reasons))
        content, digest = fix_content(placed)
        fields = {
            "content": content,
            "digest": digest,
            "approved_at": timezone.now(),
            "approved_by_id": user.pk,
            "attempts": 0,
            "retry_at": None,
            "settled_at": None,
        }
        if not submission.move(Status.FAILED, Status.PENDING, **fields):
            return False
        close_alert(fingerprint(submission))
        refresh_all(_orders(placed))
        record(placed, "retried", "Retried.", user=user)
        enqueue("orders.tasks.submit", submission.pk)
    return True


def link_existing(submission: Submission, external_id: str, user: AbstractBaseUser) -> bool:
    """A person saw it there: settled as submitted under their id.

    Raises CannotSubmit if another partner order has that id.
    """
    found = PlacedOrder(external_id.strip(), submission.reference, "")
    submission.refresh_from_db()
    try:
        with transaction.atomic():
            done = settle_submitted(submission, found, old=Status.UNCONFIRMED)
    except IntegrityError:
        other = PartnerOrder.objects.get(
            connection=submission.partner_order.connection, external_id=found.external_id
        )
        raise CannotSubmit(f"{found.external_id} is {other} already. Look again.") from None
    if done:
        submission.update_where(Q(), decided_by_id=user.pk)
        record(submission.partner_order, "linked", f"Linked to {external_id}.", user=user)
    return done


def send_again(submission: Submission, user: AbstractBaseUser) -> bool:
    """A person made sure it is not there."""
    with transaction.atomic():
        fields = {"retry_at": None, "decided_by_id": user.pk, "sent_at": None}
        if not submission.move(Status.UNCONFIRMED, Status.PENDING, **fields):
            return False
        record(submission.partner_order, "sent_again", "Not there: send it again.", user=user)
        enqueue("orders.tasks.submit", submission.pk)
    return True


def drop(submission: Submission, user: AbstractBaseUser, reason: str) -> bool:
    """Give up placing it: its lines are unrouted with the reason, for a person to route again."""
    droppable = [Status.PENDING, Status.UNCONFIRMED, Status.FAILED]
    with transaction.atomic():
        lock_orders(submission.partner_order)
        fields = {"decided_by_id": user.pk, "error": reason, "settled_at": timezone.now()}
        if not submission.move(droppable, Status.DROPPED, **fields):
            return False
        placed = submission.partner_order
        orders = _orders(placed)
        placed.move(PartnerOrder.Status.OPEN, PartnerOrder.Status.CANCELED)
        for part in placed.lines.filter(canceled_at=None).select_related("order_line__order"):
            unroute(part, f"{placed.reference} was dropped: {reason}")
        record(placed, "dropped", f"Dropped: {reason}", user=user)
        close_alert(fingerprint(submission))
        for order in orders:
            record(order, "dropped", f"{placed.reference} was dropped: {reason}", user=user)
        refresh_all(orders)
    return True


def _orders(placed: PartnerOrder) -> list[Order]:
    return list(Order.objects.filter(lines__parts__partner_order=placed).distinct())
