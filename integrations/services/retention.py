"""What is kept for how long: bodies of webhooks, calls, runs and the queue's own records."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django_q.models import Failure, OrmQ, Success, Task

from integrations.models import ApiCall, BulkAction, ImportJob, ImportRow, InboundEvent, SyncRun

BODY_DAYS, EVENT_DAYS, CALL_DAYS, RUN_DAYS, BULK_DAYS = 30, 90, 30, 365, 90
FILE_DAYS = 7  # what a file said; that it was imported is kept as long as a bulk action
KEEP_SUCCESSES, KEEP_FAILURES = 100, 500
CHUNK = 1000

IN_WORK = (InboundEvent.Status.RECEIVED, InboundEvent.Status.HANDLING, InboundEvent.Status.WAITING)
ENDED = (ImportJob.Status.COMPLETED, ImportJob.Status.FAILED, ImportJob.Status.CANCELED)
UNDECIDED = (SyncRun.Status.QUEUED, SyncRun.Status.RUNNING, SyncRun.Status.HELD)


def prune(now: datetime) -> dict[str, int]:
    """Delete what is past its time; returns how many rows of each kind. Harmless when repeated."""
    # A person's request is not touched before it is answered: `due_on` is emptied then.
    settled = InboundEvent.objects.exclude(status__in=IN_WORK).filter(due_on=None)
    old_events = settled.filter(received_at__lt=now - timedelta(days=EVENT_DAYS))
    old_runs = SyncRun.objects.filter(created_at__lt=now - timedelta(days=RUN_DAYS))
    return {
        "webhook bodies emptied": _empty_bodies(settled, now),
        "webhooks": _delete(old_events),
        "calls": _delete(ApiCall.objects.filter(at__lt=now - timedelta(days=CALL_DAYS))),
        "runs": _delete(old_runs.exclude(status__in=UNDECIDED)),
        "bulk actions": _delete(_old_bulk_actions(now)),
        "rows of imported files": _delete(ImportRow.objects.filter(job__in=_old_files(now))),
        "imports": _delete(_old_imports(now)),
        "finished jobs": _keep_newest(Success.objects.all(), KEEP_SUCCESSES),
        "failed jobs": _keep_newest(Failure.objects.all(), KEEP_FAILURES),
        "dead jobs": _delete(OrmQ.objects.filter(lock__lt=now - timedelta(days=BODY_DAYS))),
    }


def _empty_bodies(settled: models.QuerySet[InboundEvent], now: datetime) -> int:
    old = settled.filter(received_at__lt=now - timedelta(days=BODY_DAYS)).exclude(body=b"")
    total = 0
    while found := list(old.values_list("pk", flat=True)[:CHUNK]):
        total += InboundEvent.objects.filter(pk__in=found).update(body=b"")
    return total


def _old_bulk_actions(now: datetime) -> models.QuerySet[BulkAction]:
    """Those that ended long ago, and questions nobody answered."""
    ended = [BulkAction.Status.COMPLETED, BulkAction.Status.CANCELED]
    old = Q(status__in=ended, created_at__lt=now - timedelta(days=BULK_DAYS))
    unanswered = Q(status=BulkAction.Status.DRAFT, created_at__lt=now - timedelta(days=1))
    return BulkAction.objects.filter(old | unanswered)


def _old_files(now: datetime) -> models.QuerySet[ImportJob]:
    """A week after the end, or after a preview nobody confirmed, its rows are of no more use."""
    week = now - timedelta(days=FILE_DAYS)
    ended = Q(status__in=ENDED, finished_at__lt=week)
    return ImportJob.objects.filter(ended | _unconfirmed(week))


def _old_imports(now: datetime) -> models.QuerySet[ImportJob]:
    """Those that ended long ago, and previews nobody confirmed; their rows went before them."""
    old = Q(status__in=ENDED, created_at__lt=now - timedelta(days=BULK_DAYS))
    return ImportJob.objects.filter(old | _unconfirmed(now - timedelta(days=FILE_DAYS)))


def _unconfirmed(before: datetime) -> Q:
    return Q(status=ImportJob.Status.DRAFT, created_at__lt=before)


def _keep_newest(jobs: models.QuerySet[Task], number: int) -> int:
    kept = jobs.order_by("-stopped").values_list("pk", flat=True)[:number]
    return _delete(jobs.exclude(pk__in=list(kept)))


def _delete(rows: "models.QuerySet[models.Model]") -> int:
    """In chunks, so that no writer waits long; counts the rows themselves, not what cascades."""
    total = 0
    while found := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        rows.model._base_manager.filter(pk__in=found).delete()
        total += len(found)
    return total
