"""The dot at the top: do the workers give signs of life, and how much waits for them."""

from datetime import datetime

from django.utils import timezone
from django_q.models import OrmQ

from integrations.services.heartbeats import SILENT_AFTER, last_beats

SLOW_S = 60


def worker_status() -> tuple[str, str]:
    """(text, tone) for the shell."""
    now = timezone.now()
    silent = silent_workers(now)
    if silent:
        return f"Worker silent: {', '.join(silent)}", "bad"
    jobs = list(OrmQ.objects.order_by("lock").values_list("lock", flat=True)[:1000])
    waiting = [lock for lock in jobs if lock <= now]
    if waiting and (now - waiting[0]).total_seconds() > SLOW_S:
        return f"Worker slow, queue {len(waiting)}", "warn"
    return f"Worker ok, queue {len(waiting)}", "ok"


def silent_workers(now: datetime) -> list[str]:
    """Clusters that gave no sign of life for too long, or never."""
    beats = last_beats()
    return [
        name
        for name, allowed in SILENT_AFTER.items()
        if name not in beats or now - beats[name] > allowed
    ]


def queue_rows(now: datetime) -> list[tuple[str, int, datetime | None]]:
    """(queue, jobs waiting, last sign of life) of each cluster."""
    beats = last_beats()
    keys = list(OrmQ.objects.filter(lock__lte=now).values_list("key", flat=True)[:1000])
    return [(name, keys.count(name), beats.get(name)) for name in SILENT_AFTER]
