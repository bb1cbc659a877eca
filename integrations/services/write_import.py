"""Writing what was shown of a file: a few hundred rows at a time, each looked at once more first.

A chunk's effects and its rows' outcomes are one transaction, so nothing is written twice, whichever
worker dies. A row that is not any more what was shown is refused, not overwritten.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.importing.kinds import find_kind
from integrations.importing.resource import CREATE, ERROR, FileRow, ImportResource, Planned
from integrations.jobs import enqueue
from integrations.models import ImportJob, ImportRow
from integrations.services.imports import (
    AT_ONCE,
    CHUNK,
    LEASE_S,
    WRITE_TASK,
    Facts,
    counts_of,
    may_import,
    queue_of,
)
from integrations.services.lost_imports import interrupt

log = logging.getLogger(__name__)
Status, Action, Outcome = ImportJob.Status, ImportRow.Action, ImportRow.Outcome
ALIVE = (Status.READING, Status.QUEUED, Status.RUNNING)
SLICE_S = 15.0  # then other jobs of the queue have their turn
WHOLE_LEASE_S = 900  # of one that is a single transaction
TRIES = 3
CLASH = "The database refused it: something else has the same key. Look at the row, and try again."


class NotAll(Exception):
    """One row of an import that is all or nothing cannot be written; all is taken back."""

    def __init__(self, refused: dict[int, str]) -> None:
        super().__init__("all or nothing")
        self.refused = refused


def write_import(
    pk: int, *, slice_s: float = SLICE_S, clock: Callable[[], float] = time.monotonic
) -> str:
    """Write its next rows, then let the queue go on; returns its status. Harmless when repeated."""
    job = ImportJob.objects.select_related("user").get(pk=pk)
    lease = WHOLE_LEASE_S if job.all_or_nothing else LEASE_S
    if job.status not in (Status.QUEUED, Status.RUNNING):
        return job.status
    if not job.take_lease(timezone.now(), lease):
        return job.status
    try:
        if job.status == Status.QUEUED:
            begun = job.started_at or timezone.now()
            job.move(Status.QUEUED, Status.RUNNING, where=job.mine(), started_at=begun)
        _write(job, clock() + slice_s, clock)
    finally:
        job.drop_lease()
    job.refresh_from_db(fields=["status"])
    if job.status == Status.RUNNING:
        enqueue(WRITE_TASK, job.pk, queue=queue_of(job))
    return job.status


def _write(job: ImportJob, until: float, clock: Callable[[], float]) -> None:
    kind = find_kind(job.kind)
    if kind is None or not may_import(job.user, kind):
        who = "The person who asked may not import these any more."
        interrupt(job, who if kind else "This version does not know such files.", job.mine())
        return
    if job.all_or_nothing:
        _write_all(job, kind)
        return
    while rows := _waiting(job):
        if clock() > until or not _write_chunk(job, kind, rows):
            return
    _complete(job, kind)


def _waiting(job: ImportJob, after: int = 0) -> list[ImportRow]:
    rows = ImportRow.objects.filter(job=job, outcome=Outcome.WAITING, number__gt=after)
    return list(rows.filter(action__in=[Action.CREATE, Action.UPDATE]).order_by("number")[:CHUNK])


def _write_chunk(
    job: ImportJob, kind: type[ImportResource], rows: list[ImportRow], tries: int = TRIES
) -> bool:
    """False if it was canceled, or another worker took over."""
    try:
        with transaction.atomic():
            if not _hold(job):
                return False
            refused = _write_rows(job, kind, rows)
            _settle(job, rows, refused)
    except OperationalError:  # the database ended it, in a deadlock for example
        if tries <= 1:
            raise
        return _write_chunk(job, kind, rows, tries - 1)
    return True


def _hold(job: ImportJob) -> bool:
    """Nobody cancels it or takes it over until the transaction ends."""
    until, running = timezone.now() + timedelta(seconds=LEASE_S), Q(status=Status.RUNNING)
    return job.update_where(job.mine() & running, lease_until=until, losses=0)


def _write_rows(
    job: ImportJob, kind: type[ImportResource], rows: Sequence[ImportRow]
) -> dict[int, str]:
    """All that are still what was shown, together; returns number -> why not of the others."""
    try:
        with transaction.atomic():
            return _look_and_write(job, kind, rows)
    except (IntegrityError, DataError):
        if len(rows) == 1:
            log.warning("import %s: row %s clashes", job.pk, rows[0].number, exc_info=True)
            return {rows[0].number: CLASH}
    refused: dict[int, str] = {}
    for row in rows:
        refused |= _write_rows(job, kind, [row])
    return refused


def _look_and_write(
    job: ImportJob, kind: type[ImportResource], rows: Sequence[ImportRow]
) -> dict[int, str]:
    resource = kind(job.user, job.file_name, locks=True)
    shown = {row.number: row for row in rows}
    as_files = [FileRow(row.number, row.cells, row.lead) for row in rows]
    plans = resource.plan(job.columns, as_files)
    refused = {one.number: why for one in plans if (why := moved(shown[one.number], one))}
    good = [one for one in plans if one.number not in refused]
    refused |= (orphans := resource.without_lead(good))
    good = [one for one in good if one.number not in orphans]
    if good:
        resource.write(good)
        _log_rows(job, resource, good)
    return refused


def moved(shown: ImportRow, now: Planned) -> str:
    """Why the row is not any more what was shown; empty if it is."""
    if now.action == ERROR:
        return " ".join(now.errors.values())
    if now.changes == shown.changes and now.action == shown.action:
        return ""
    for name, (before, _) in shown.changes.items():
        current = now.changes.get(name)
        if current is None or current[0] != before:
            was = f"was {before or 'empty'} when it was shown"
            return f"It changed meanwhile: {name} {was}. Choose the file again."
    return "It changed meanwhile. Choose the file again."


def _settle(job: ImportJob, rows: Sequence[ImportRow], refused: dict[int, str]) -> None:
    mine = ImportRow.objects.filter(job=job, outcome=Outcome.WAITING)
    done = [row.pk for row in rows if row.number not in refused]
    mine.filter(pk__in=done).update(outcome=Outcome.DONE)
    for number, why in refused.items():
        mine.filter(number=number).update(outcome=Outcome.REFUSED, note=why)


def _log_rows(job: ImportJob, resource: ImportResource, good: Sequence[Planned]) -> None:
    """Each row's own history says who changed what, by which file."""
    kinds: dict[type, int] = {}
    entries = []
    for planned in good:
        if (obj := resource.logged(planned)) is None:
            continue
        kinds.setdefault(type(obj), ContentType.objects.get_for_model(obj).pk)
        entries.append(
            LogEntry(
                user_id=job.user_id or 0,
                content_type_id=kinds[type(obj)],
                object_id=str(obj.pk),
                object_repr=str(obj)[:200],
                action_flag=ADDITION if planned.action == CREATE else CHANGE,
                change_message=f"Imported from {job.file_name}: {said_changes(planned.changes)}",
            )
        )
    LogEntry.objects.bulk_create(entries)


def said_changes(changes: dict[str, list[str]]) -> str:
    """price 10 to 12, barcode empty to 400."""
    return ", ".join(
        f"{name} {before or 'empty'} to {after or 'empty'}"
        for name, (before, after) in changes.items()
    )


# --- all or nothing


def _write_all(job: ImportJob, kind: type[ImportResource]) -> None:
    """Every row in one transaction; one that is refused takes all back."""
    try:
        with transaction.atomic():
            _write_or_raise(job, kind)
            if not job.update_where(job.mine() & Q(status=Status.RUNNING), losses=0):
                transaction.set_rollback(True)  # canceled meanwhile, or taken over
                return
            _complete(job, kind)
    except NotAll as exc:
        _fail(job, exc.refused)


def _write_or_raise(job: ImportJob, kind: type[ImportResource]) -> None:
    errors = ImportRow.objects.filter(job=job, action=Action.ERROR).order_by("number")
    if first := errors.first():
        raise NotAll({first.number: " ".join(first.errors.values())})
    rows: list[ImportRow] = []
    while rows := _waiting(job, rows[-1].number if rows else 0):
        if refused := _write_rows(job, kind, rows):
            raise NotAll(refused)
        _settle(job, rows, {})


def _fail(job: ImportJob, refused: dict[int, str]) -> None:
    number, why = next(iter(refused.items()))
    with transaction.atomic():
        reason = f"Nothing was imported, because of row {number}: {why}"
        ended: Facts = {"reason": reason, "finished_at": timezone.now()}
        if job.move(Status.RUNNING, Status.FAILED, where=job.mine(), **ended):
            _settle(job, [], refused)
            job.update_where(Q(), counts=counts_of(job))


# --- the end


def _complete(job: ImportJob, kind: type[ImportResource]) -> None:
    counts = counts_of(job)
    with transaction.atomic():
        ended: Facts = {"finished_at": timezone.now(), "counts": counts}
        if not job.move(Status.RUNNING, Status.COMPLETED, where=job.mine(), **ended):
            return
        LogEntry.objects.create(
            user_id=job.user_id or 0,
            content_type=job.content_type,
            object_repr=kind.label,
            action_flag=CHANGE,
            change_message=f"Imported {job.file_name}: {said_counts(counts)}",
        )
        kind.finish(job.user, _changed_columns(job))


def _changed_columns(job: ImportJob) -> set[str]:
    done = ImportRow.objects.filter(job=job, outcome=Outcome.DONE).order_by()
    changes = done.values_list("changes", flat=True).iterator()
    return {name for found in changes for name in found}


def said_counts(counts: dict[str, int]) -> str:
    """3 created, 9 updated, 1 refused, 2 with mistakes."""
    words = {
        "created": "created",
        "updated": "updated",
        "unchanged": "unchanged",
        "refused": "refused",
        "error": "with mistakes",
        "left": "not done",
    }
    found = [f"{counts[key]:,} {word}" for key, word in words.items() if counts.get(key)]
    return ", ".join(found) or "nothing to do"


def write_now(job: ImportJob) -> bool:
    """Whether it is small enough for the person to wait; then it is done when this returns."""
    if job.total > AT_ONCE:
        return False
    write_import(job.pk, slice_s=3600)
    return True
