"""The handful of schedules the queue itself holds; declared here, never by hand."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django_q.models import Schedule


class Job(NamedTuple):
    """A task the queue starts by itself every `minutes`, in the cluster of that name."""

    task: str
    minutes: int
    cluster: str | None = None


NIGHTLY_HOUR_UTC = 3
JOBS = {
    "integrations tick": Job("integrations.tasks.tick", 1),
    "orders tick": Job("orders.tasks.tick", 1),
    "heartbeat crossdock": Job("integrations.tasks.heartbeat_crossdock", 1),
    "heartbeat flows": Job("integrations.tasks.heartbeat_flows", 1, "flows"),
    "nightly": Job("integrations.tasks.look_after", 24 * 60),
    "nightly privacy": Job("orders.tasks.look_after_privacy", 24 * 60),
}


def sync_schedules(now: datetime) -> tuple[int, int]:
    """Make the rows be what is declared; returns how many exist and how many were removed.

    One malformed row stops every schedule of the queue, so whatever is not ours is removed.
    """
    for name, job in JOBS.items():
        rows = Schedule.objects.filter(name=name)
        kept = rows.order_by("pk").first()
        rows.exclude(pk=kept.pk if kept else None).delete()
        fields = _fields(job)
        if kept is None:
            Schedule.objects.create(name=name, next_run=_first_run(job, now), **fields)
        else:
            Schedule.objects.filter(pk=kept.pk).update(**fields)
    removed, _ = Schedule.objects.exclude(name__in=JOBS).delete()
    return len(JOBS), removed


def _fields(job: Job) -> dict[str, object]:
    return {
        "func": job.task,
        "schedule_type": Schedule.MINUTES,
        "minutes": job.minutes,
        "cluster": job.cluster,
        "repeats": -1,
        "args": None,
        "kwargs": None,
        "hook": None,
        "cron": None,
    }


def _first_run(job: Job, now: datetime) -> datetime:
    """At once for what comes every minute; the next night for what comes every day."""
    if job.minutes < 24 * 60:
        return now
    tonight = now.replace(hour=NIGHTLY_HOUR_UTC, minute=0, second=0, microsecond=0)
    return tonight if tonight > now else tonight + timedelta(days=1)
