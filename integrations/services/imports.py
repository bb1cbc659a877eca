"""Files staff bring in: taken, read row by row, shown; nothing is changed before a yes."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from integrations.importing.kinds import check_columns, file_rows, find_kind, number_rows
from integrations.importing.reading import CannotRead, Table, read_table
from integrations.importing.resource import ERROR, FileRow, ImportResource, Planned
from integrations.jobs import Queue, enqueue
from integrations.models import ImportJob, ImportRow
from integrations.services.alerts import close_alert

Status, Action, Outcome = ImportJob.Status, ImportRow.Action, ImportRow.Outcome

READ_TASK, WRITE_TASK = "integrations.tasks.read_import", "integrations.tasks.write_import"
AT_ONCE = 1000  # larger files are read and written in the background
CHUNK = 500
LEASE_S = 90
Facts = dict[str, Any]
NUL_SHOWN = "\N{REPLACEMENT CHARACTER}"


def take_file(
    kind: type[ImportResource], data: bytes, file_name: str, user: AbstractBaseUser
) -> ImportJob:
    """Keep a file and what its rows would do; a large one is read by a worker.

    Raises CannotRead with a sentence, and then nothing is kept; and PermissionDenied.
    """
    if not may_import(user, kind):
        raise PermissionDenied("You may not import these.")
    table = read_table(data)
    unread = check_columns(kind, table)
    total, is_large = table.count(), False
    is_large = total > AT_ONCE
    with transaction.atomic():
        job = ImportJob.objects.create(
            user_id=user.pk,
            content_type=ContentType.objects.get_for_model(kind._meta.model),
            kind=kind.kind,
            file_name=file_name.replace("\x00", "")[-200:] or "file.csv",
            content=zlib.compress(data) if is_large else b"",
            columns=list(table.columns),
            notes=[note for note in (table.note, unread) if note],
            total=total,
            status=Status.READING,
        )
        if is_large:
            enqueue(READ_TASK, job.pk, queue="flows")
        else:
            for _ in _plan_file(job, kind, table):
                pass
            _to_confirm(job)
    return job


def read_import(pk: int) -> str:
    """Read a large file, in a worker; returns its status. Begun anew, it begins anew."""
    job = ImportJob.objects.get(pk=pk)
    kind = find_kind(job.kind)
    if job.status != Status.READING or not job.take_lease(timezone.now(), LEASE_S):
        return job.status
    try:
        if _read_all(job, kind):
            _to_confirm(job)
    except CannotRead as exc:
        ended: Facts = {"reason": str(exc), "finished_at": timezone.now(), "content": b""}
        job.move(Status.READING, Status.FAILED, where=job.mine(), **ended)
    finally:
        job.drop_lease()
    job.refresh_from_db(fields=["status"])
    return job.status


def _read_all(job: ImportJob, kind: type[ImportResource] | None) -> bool:
    """False if it was canceled, or another worker took over. Raises CannotRead."""
    if kind is None:
        raise CannotRead("This version does not know such files any more.")
    ImportRow.objects.filter(job=job).delete()
    for _ in _plan_file(job, kind, read_table(zlib.decompress(bytes(job.content)))):
        until = timezone.now() + timedelta(seconds=LEASE_S)
        reading = job.mine() & Q(status=Status.READING)
        if not job.update_where(reading, lease_until=until):
            return False
    return True


def start_import(job: ImportJob, *, all_or_nothing: bool = False) -> bool:
    """The person said yes; False if it was started or canceled already. It still must be done."""
    with transaction.atomic():
        if not job.move(Status.DRAFT, Status.QUEUED, all_or_nothing=all_or_nothing):
            return False
        enqueue(WRITE_TASK, job.pk, queue=queue_of(job))
    return True


def cancel_import(job: ImportJob) -> bool:
    """No further row is written; what was written stays. False if it ended meanwhile."""
    alive = [Status.READING, Status.DRAFT, Status.QUEUED, Status.RUNNING, Status.INTERRUPTED]
    ended: Facts = {"finished_at": timezone.now(), "content": b"", "counts": counts_of(job)}
    if not job.move(alive, Status.CANCELED, **ended):
        return False
    close_alert(fingerprint(job))
    return True


def resume_import(job: ImportJob) -> bool:
    """Go on after an interruption with the rows that are left."""
    with transaction.atomic():
        ended: Facts = {"reason": "", "losses": 0, "finished_at": None}
        if not job.move(Status.INTERRUPTED, Status.QUEUED, **ended):
            return False
        enqueue(WRITE_TASK, job.pk, queue=queue_of(job))
    close_alert(fingerprint(job))
    return True


def queue_of(job: ImportJob) -> Queue:
    """What must be one piece may take minutes; the rest lets others have their turn."""
    return "flows" if job.status == Status.READING or job.all_or_nothing else "crossdock"


def may_import(user: Any, kind: type[ImportResource] | None) -> bool:
    """Whether this person may bring in such files."""
    if kind is None or user is None:
        return False
    return bool(user.is_active and user.has_perm(kind.perm))


def counts_of(job: ImportJob) -> dict[str, int]:
    """Rows by what they would do, and by what was done of it (`done`, `refused`, `left`)."""
    found = dict.fromkeys([*Action.values, "created", "updated", "refused", "left"], 0)
    rows = ImportRow.objects.filter(job=job).order_by().values_list("action", "outcome")
    for action, outcome, number in rows.annotate(n=Count("pk")):
        found[action] += number
        if action in (Action.CREATE, Action.UPDATE):
            found[_ended_as(action, outcome)] += number
    return found


def _ended_as(action: str, outcome: str) -> str:
    if outcome == Outcome.DONE:
        return "created" if action == Action.CREATE else "updated"
    return "refused" if outcome == Outcome.REFUSED else "left"


def fingerprint(job: ImportJob) -> str:
    """Of its alert."""
    return f"import:{job.pk}"


# --- reading


def _plan_file(job: ImportJob, kind: type[ImportResource], table: Table) -> Iterator[None]:
    """Write down what each row would do; a step is a few hundred rows."""
    resource = kind(job.user, job.file_name)
    twice, leads = number_rows(kind, table.columns, table.rows())
    rows = iter(file_rows(table.rows(), leads))
    done = 0
    while some := list(islice(rows, CHUNK)):
        plans = resource.plan(table.columns, some)
        orphans = resource.without_lead([one for one in plans if one.writes])
        keep_plans(job, some, plans, orphans | twice)
        done += len(some)
        ImportJob.objects.filter(pk=job.pk).update(read_rows=done)
        yield


def keep_plans(
    job: ImportJob, rows: Sequence[FileRow], plans: Iterable[Planned], faults: dict[int, str]
) -> None:
    """One ImportRow for each; `faults` are what only its neighbors tell."""
    by_number = {planned.number: planned for planned in plans}
    ImportRow.objects.bulk_create(
        _row_of(job, row, by_number[row.number], faults.get(row.number, "")) for row in rows
    )


def _row_of(job: ImportJob, row: FileRow, planned: Planned, fault: str) -> ImportRow:
    errors = planned.errors | ({"": fault} if fault else {})
    return ImportRow(
        job=job,
        number=row.number,
        lead=row.lead,
        name=planned.name.replace("\x00", NUL_SHOWN)[:300],
        cells=[cell.replace("\x00", NUL_SHOWN) for cell in row.cells],
        action=ERROR if errors else planned.action,
        changes={} if errors else planned.changes,
        errors=errors,
    )


def _to_confirm(job: ImportJob) -> None:
    facts: Facts = {"counts": counts_of(job), "content": b"", "read_rows": job.total}
    job.move(Status.READING, Status.DRAFT, where=job.mine(), **facts)
