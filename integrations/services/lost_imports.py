"""Imports whose job or worker was lost: found by the tick, given up after three workers."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from integrations.jobs import Queue
from integrations.models import ImportJob
from integrations.services.alerts import raise_alert
from integrations.services.imports import (
    READ_TASK,
    WRITE_TASK,
    Facts,
    counts_of,
    fingerprint,
    queue_of,
)

Status = ImportJob.Status
MOST_LOSSES = 3
LOST_AFTER = timedelta(minutes=2)


def find_lost_imports(now: datetime, awake: Iterable[int]) -> list[tuple[str, int, Queue]]:
    """(task, id, queue) of those that need a job: in nobody's hand and not in the queue.

    One whose worker ended with it three times without getting further is interrupted instead.
    """
    free = ImportJob.free(now)
    waiting = Q(status__in=[Status.READING, Status.QUEUED], created_at__lt=now - LOST_AFTER)
    lost = ImportJob.objects.filter(free, waiting | Q(status=Status.RUNNING))
    lost = lost.exclude(pk__in=list(awake)).order_by("pk")
    found = [(READ_TASK if job.status == Status.READING else WRITE_TASK, job) for job in lost]
    return [(task, job.pk, queue_of(job)) for task, job in found if not _gave_up(job, now)]


def _gave_up(job: ImportJob, now: datetime) -> bool:
    """Count a worker that ended with it; True if there were too many."""
    if job.lease_until is None:
        return False
    same = job.mine() & Q(lease_until__lt=now, status=job.status)
    if not job.update_where(same, losses=job.losses + 1, lease_token=None, lease_until=None):
        return True  # it is alive after all
    if job.losses < MOST_LOSSES:
        return False
    reason = f"Its worker stopped {job.losses} times at the same place."
    if job.status == Status.READING:
        ended: Facts = {"reason": reason, "finished_at": now, "content": b""}
        job.move(Status.READING, Status.FAILED, **ended)
    else:
        interrupt(job, reason, Q())
    return True


def interrupt(job: ImportJob, reason: str, where: Q) -> None:
    """It stops in the middle, under a condition; a person decides how it goes on."""
    ended: Facts = {"reason": reason, "finished_at": timezone.now(), "counts": counts_of(job)}
    if job.move(Status.RUNNING, Status.INTERRUPTED, where=where, **ended):
        advice = "Open it: it says what was imported. Press Go on for the rest, or cancel it."
        title = f"The import of {job} was interrupted"
        raise_alert(fingerprint(job), "import", title, advice, job)
