"""Buttons on many rows: asked about, done one by one in the background, each row's outcome kept.

A row's effect and its outcome are one transaction, so nothing is done twice, whichever worker dies.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, models, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.jobs import enqueue
from integrations.models import BulkAction, BulkRow
from integrations.models.base import locked
from integrations.services.alerts import close_alert, raise_alert

log = logging.getLogger(__name__)
Status, Outcome = BulkAction.Status, BulkRow.Outcome

TASK = "integrations.tasks.do_bulk"
ALIVE = (Status.QUEUED, Status.RUNNING)
LEASE_S = 60
SLICE_S = 15.0  # then other jobs of the queue have their turn
SLICE_ROWS = 500
TRIES = 3  # of a row whose transaction the database ended, in a deadlock for example
MOST_LOSSES = 3
LOST_AFTER = timedelta(minutes=2)
UNEXPECTED = "Something unexpected happened; the log of the worker has it."


@dataclass(frozen=True)
class Done:
    """What came of one row: its outcome, and the sentence for staff."""

    outcome: str
    note: str = ""


class CannotGoOn(Exception):
    """No row of it can be done; the text says why."""


Act = Callable[[BulkAction, int], Done]


def ask_bulk(
    user: AbstractBaseUser,
    model: type[models.Model],
    button: tuple[str, str],
    ids: Sequence[int],
    back: str = "",
) -> BulkAction:
    """A draft with these rows, in this order, for a person who will be asked; `button` is (name,
    label). What joins or leaves the list from now on changes nothing."""
    name, label = button
    with transaction.atomic():
        bulk = BulkAction.objects.create(
            user_id=user.pk,
            content_type=ContentType.objects.get_for_model(model),
            action=name,
            label=label,
            back=back,
            total=len(ids),
        )
        rows = (BulkRow(bulk=bulk, object_id=pk) for pk in ids)
        BulkRow.objects.bulk_create(rows, batch_size=1000)
    return bulk


def start_bulk(bulk: BulkAction, answers: Mapping[str, list[str]]) -> bool:
    """The person said yes; False if it was started already: a second click does nothing."""
    with transaction.atomic():
        if not bulk.move(Status.DRAFT, Status.QUEUED, answers=dict(answers)):
            return False
        enqueue(TASK, bulk.pk)
    return True


def cancel_bulk(bulk: BulkAction) -> bool:
    """No further row is begun; False if it ended meanwhile."""
    alive = [*ALIVE, Status.INTERRUPTED]
    if not bulk.move(alive, Status.CANCELED, finished_at=timezone.now()):
        return False
    close_alert(_fingerprint(bulk))
    return True


def resume_bulk(bulk: BulkAction) -> bool:
    """Go on after an interruption, without the row at which the workers ended."""
    with transaction.atomic():
        if not bulk.move(Status.INTERRUPTED, Status.QUEUED, reason="", losses=0, finished_at=None):
            return False
        if bulk.at_row is not None:
            note = "Left out: the worker stopped each time it was at it."
            _settle(bulk, bulk.at_row, Done(Outcome.FAILED, note))
        enqueue(TASK, bulk.pk)
    close_alert(_fingerprint(bulk))
    return True


def do_bulk(
    pk: int, act: Act, *, slice_s: float = SLICE_S, clock: Callable[[], float] = time.monotonic
) -> str:
    """Do its next rows, then let the queue go on; returns its status. Harmless when repeated."""
    bulk = BulkAction.objects.select_related("user", "content_type").get(pk=pk)
    if bulk.status not in ALIVE or not bulk.take_lease(timezone.now(), LEASE_S):
        return bulk.status
    try:
        if bulk.status == Status.QUEUED:
            begun = bulk.started_at or timezone.now()
            bulk.move(Status.QUEUED, Status.RUNNING, where=bulk.mine(), started_at=begun)
        _do_slice(bulk, act, clock() + slice_s, clock)
    except CannotGoOn as exc:
        _interrupt(bulk, str(exc), bulk.mine())
    finally:
        bulk.drop_lease()
    bulk.refresh_from_db(fields=["status"])
    if bulk.status == Status.RUNNING:
        enqueue(TASK, bulk.pk)
    return bulk.status


def _do_slice(bulk: BulkAction, act: Act, until: float, clock: Callable[[], float]) -> None:
    left = bulk.rows.filter(outcome=Outcome.WAITING).order_by("pk")
    ids = list(left.values_list("object_id", flat=True)[:SLICE_ROWS])
    for object_id in ids:
        if clock() > until or not _take_in_hand(bulk, object_id):
            return
        _do_row(bulk, object_id, act)
    if not left.exists():
        ended = {"finished_at": timezone.now(), "at_row": None}
        bulk.move(Status.RUNNING, Status.COMPLETED, where=bulk.mine(), **ended)


def _take_in_hand(bulk: BulkAction, object_id: int) -> bool:
    """Note which row is begun; False if it was canceled, or another worker took over."""
    losses = bulk.losses if bulk.at_row == object_id else 0
    until = timezone.now() + timedelta(seconds=LEASE_S)
    running = bulk.mine() & Q(status=Status.RUNNING)
    return bulk.update_where(running, at_row=object_id, losses=losses, lease_until=until)


def _do_row(bulk: BulkAction, object_id: int, act: Act, tries: int = TRIES) -> None:
    """Its effect and its outcome together, or neither."""
    rows = bulk.rows.filter(object_id=object_id, outcome=Outcome.WAITING)
    try:
        with transaction.atomic():
            if locked(rows).first() is not None:
                _settle(bulk, object_id, act(bulk, object_id))
    except CannotGoOn:
        raise
    except Exception as exc:
        if isinstance(exc, OperationalError) and tries > 1:
            return _do_row(bulk, object_id, act, tries - 1)
        log.exception("bulk action %s: row %s failed", bulk.pk, object_id)
        _settle(bulk, object_id, Done(Outcome.FAILED, UNEXPECTED))


def _settle(bulk: BulkAction, object_id: int, done: Done) -> None:
    row = bulk.rows.filter(object_id=object_id, outcome=Outcome.WAITING)
    row.update(outcome=done.outcome, note=done.note, at=timezone.now())


def find_lost_bulk(now: datetime, awake: Iterable[int]) -> list[int]:
    """Those that need a job: queued or running, in nobody's hand, and not in the queue.

    One whose worker ended with it three times at the same row is interrupted instead.
    """
    waiting = Q(status=Status.QUEUED, created_at__lt=now - LOST_AFTER)
    silent = BulkAction.free(now) & Q(status=Status.RUNNING)
    lost = BulkAction.objects.filter(waiting | silent).exclude(pk__in=list(awake)).order_by("pk")
    return [bulk.pk for bulk in lost if not _gave_up(bulk, now)]


def _gave_up(bulk: BulkAction, now: datetime) -> bool:
    """Count a worker that ended with it; True if there were too many."""
    if bulk.lease_until is None:
        return False
    same = bulk.mine() & Q(lease_until__lt=now, status=Status.RUNNING)
    if not bulk.update_where(same, losses=bulk.losses + 1, lease_token=None, lease_until=None):
        return True  # it is alive after all
    if bulk.losses < MOST_LOSSES:
        return False
    _interrupt(bulk, f"Its worker stopped {bulk.losses} times at the same row.", Q())
    return True


def _interrupt(bulk: BulkAction, reason: str, where: Q) -> None:
    ended: dict[str, Any] = {"reason": reason, "finished_at": timezone.now()}
    if bulk.move(Status.RUNNING, Status.INTERRUPTED, where=where, **ended):
        advice = "Open it: it says what was done. Press Go on to leave that row out, or cancel it."
        raise_alert(_fingerprint(bulk), "bulk", f"{bulk} was interrupted", advice, bulk)


def _fingerprint(bulk: BulkAction) -> str:
    return f"bulk:{bulk.pk}"
