"""Submission: claim, call, settle. A partner is told everything exactly once, whatever breaks."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.errors import (
    Duplicate,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
)
from integrations.models import Connection, SyncRun
from integrations.providers.base import PullsStock
from integrations.services.breaker import admit, give_back, state_of
from integrations.services.connections import needs_attention, provider_for
from integrations.services.run_requests import request_run
from integrations.types import PlacedOrder
from orders.models import Submission
from orders.services.closing import needs_approval
from orders.services.fitting import catch_up
from orders.services.locking import lock_orders
from orders.services.partner_news import take_cancellation
from orders.services.placing import CanceledThere, NotAsLeft
from orders.services.placing import place as make_call
from orders.services.settling import (
    settle_failed,
    settle_not_as_left,
    settle_submitted,
    settle_unconfirmed,
)

Status = Submission.Status

LEASE_S = 90
MARGIN_S = 5
ATTEMPTS = 5
# Counts attempts that killed their worker or were never answered, too.
MOST_ATTEMPTS = 7
GAPS_S = (2, 4, 8, 16)
LONGEST_WAIT_IN_TASK_S = 16
Sleep = Callable[[float], None]


class TooLate(Exception):
    """Less of the lease is left than a call may take: leave it to the next claim."""


def submit(submission: Submission, sleep: Sleep = time.sleep) -> None:
    """Send it if it is pending, due and approved. No transaction is open while we wait.

    A short wait before a retry is slept here with the lease given up; longer ones are left to the
    tick. Harmless when called twice, in parallel, or for one that is settled.
    """
    while claim(submission, timezone.now()):
        _try_once(submission)
        wait = _seconds_to_retry(submission)
        if wait is None:
            return
        sleep(wait)


def claim(submission: Submission, now: datetime) -> bool:
    """Take a pending one: counts the attempt and takes the lease in one UPDATE.

    Nothing is taken while its connection is not active, or is left alone (breaker, rate limit).
    """
    submission.refresh_from_db()
    if submission.attempts >= MOST_ATTEMPTS:
        give_up(submission)
        return False
    if needs_approval(submission):
        return False
    due = Q(retry_at=None) | Q(retry_at__lte=now)
    active = Q(partner_order__connection__status=Connection.Status.ACTIVE)
    if not Submission.objects.filter(due & active, pk=submission.pk).exists():
        return False
    connection = submission.partner_order.connection
    if connection is None or not admit(connection, now):
        return False
    # The probe of a system that was silent does not count.
    submission.counted = state_of(connection, now) == "closed"
    if _take(submission, now):
        return True
    give_back(connection)
    return False


def _take(submission: Submission, now: datetime) -> bool:
    if not submission.take_lease(now, LEASE_S):
        return False
    attempts = F("attempts") + int(submission.counted)
    fresh = {"attempts": attempts, "sent_at": None, "error": "", "error_kind": ""}
    # What it says, or its approval, may have changed since it was read: then it is not taken now.
    as_read = submission.mine() & Q(digest=submission.digest, approved_at=submission.approved_at)
    if submission.move(Status.PENDING, Status.SUBMITTING, where=as_read, **fresh):
        return True
    submission.drop_lease()
    return False


def give_up(submission: Submission) -> None:
    """It ended its worker, or was never answered, too often: a person looks at it."""
    said = submission.error or "Nothing came of it."
    settle_failed(submission, "exhausted", f"{said} Tried {submission.attempts} times.", "pending")


def _try_once(submission: Submission) -> None:
    try:
        placed = place(submission)
    except TooLate:
        settle(submission, Status.PENDING, retry_at=timezone.now())
    except NotAsLeft as exc:
        settle_not_as_left(submission, str(exc), exc.changed)
    except CanceledThere as exc:
        end_canceled(submission, str(exc))
    except ProviderError as exc:
        _settle_error(submission, exc)
    else:
        settle_submitted(submission, placed)


def _settle_error(submission: Submission, exc: ProviderError) -> None:
    match exc:
        case NotAuthorized():
            put_back(submission, exc)
        case Retryable():
            try_later(submission, exc)
        case Duplicate():
            settle_unconfirmed(submission, exc, look_at=timezone.now())
        case Rejected():
            settle_failed(submission, exc.kind, str(exc))
            ask_for_stock(submission)
        case _ if submission.sent_at is None:  # a look before the call could not be read
            try_later(submission, Retryable(str(exc)))
        case _:  # a write that ended in any other word has an unknown outcome
            settle_unconfirmed(submission, exc, look_at=_first_look())


def end_canceled(submission: Submission, sentence: str) -> None:
    """What was to be added has no order any more: everything in it waits for a person."""
    row = submission.partner_order
    if settle(submission, Status.FAILED, error_kind="rejected", error=sentence):
        assert row.connection is not None
        take_cancellation(row.connection, row.external_id, "")


def ask_for_stock(submission: Submission) -> None:
    """A refusal may mean that they have less than they told: ask, so that no more is sold."""
    connection = submission.partner_order.connection
    if connection and issubclass(connection.provider_class, PullsStock):
        request_run(connection, "stock", trigger=SyncRun.Trigger.SCHEDULE)


def place(submission: Submission) -> PlacedOrder:
    """Commit `sent_at`, then make the one call. Raises ProviderError, TooLate, and placing's."""
    connection = submission.partner_order.connection
    assert connection is not None
    return make_call(submission, provider_for(connection), lambda: _commit_sent_at(submission))


def _commit_sent_at(submission: Submission) -> None:
    now = timezone.now()
    assert submission.lease_until is not None
    if submission.lease_until - now < timedelta(seconds=settings.HTTP_DEADLINE_S + MARGIN_S):
        raise TooLate
    held = submission.mine() & Q(status=Status.SUBMITTING)
    if not submission.update_where(held, sent_at=now):
        raise TooLate


def settle(submission: Submission, new: str, **fields: object) -> bool:
    """Record an outcome if the lease is still ours, and give the lease back.

    Nothing was told: what customers changed meanwhile is in it when it is tried again.
    """
    free = {"lease_token": None, "lease_until": None}
    with transaction.atomic():
        lock_orders(submission.partner_order)
        settled = submission.move(Status.SUBMITTING, new, where=submission.mine(), **free, **fields)
        if settled:
            catch_up(submission.partner_order)
    return settled


def put_back(submission: Submission, exc: NotAuthorized) -> None:
    """The account is ill, the order is not: it waits, and the attempt does not count."""
    assert submission.partner_order.connection is not None
    settle(
        submission,
        Status.PENDING,
        attempts=F("attempts") - int(submission.counted),
        sent_at=None,
        error_kind=exc.kind,
        error=str(exc),
    )
    needs_attention(submission.partner_order.connection, exc)


def try_later(submission: Submission, exc: Retryable) -> None:
    """Nothing happened there. An attempt that met no connection or a 429 does not count."""
    attempts = submission.attempts
    if not exc.counts and submission.counted:
        attempts -= 1
    if attempts >= ATTEMPTS:
        settle_failed(submission, exc.kind, f"{exc} Tried {attempts} times.")
        return
    gap = max(GAPS_S[min(max(attempts, 1), len(GAPS_S)) - 1], exc.retry_after or 0)
    settle(
        submission,
        Status.PENDING,
        attempts=attempts,
        sent_at=None,
        retry_at=timezone.now() + timedelta(seconds=gap),
        error_kind=exc.kind,
        error=str(exc),
    )


def _first_look() -> datetime:
    # Their search may lag behind their writes: an early "not there" would send it twice.
    return timezone.now() + timedelta(seconds=settings.CONFIRM_AFTER_S)


def _seconds_to_retry(submission: Submission) -> float | None:
    submission.refresh_from_db(fields=["status", "retry_at"])
    if submission.status != Status.PENDING or submission.retry_at is None:
        return None
    wait = (submission.retry_at - timezone.now()).total_seconds()
    return max(wait, 0.0) + 0.01 if wait <= LONGEST_WAIT_IN_TASK_S else None
