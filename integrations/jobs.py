"""The queue: it only wakes work up. The only file that imports django_q's async_task."""

from collections import defaultdict
from typing import Literal

from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

Queue = Literal["crossdock", "flows"]


def enqueue(task: str, *ids: int | str, queue: Queue = "crossdock") -> None:
    """Run `task` (dotted path) with these ids in a worker, soon.

    Called inside a transaction the job is part of it (the queue lives in the same database): it is
    neither lost nor run before the commit. Ids only: payloads are re-read from their rows.
    """
    async_task(task, *ids, cluster=queue)


def waiting_jobs(queue: Queue = "crossdock") -> dict[str, set[int]]:
    """By task, the first argument of every job that lies in the queue untouched: one pass over it.

    Jobs a worker has in its hand do not count: it may have died with them.
    """
    found: dict[str, set[int]] = defaultdict(set)
    rows = OrmQ.objects.filter(key=queue, lock__lte=timezone.now())
    for job in (row.task for row in rows.iterator()):
        if job.get("args"):
            found[job["func"]].add(job["args"][0])
    return dict(found)


def waiting_ids(task: str, queue: Queue = "crossdock") -> set[int]:
    """Those of one task."""
    return waiting_jobs(queue).get(task, set())
