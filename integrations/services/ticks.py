"""Once a minute: start what is due, and wake up what a lost job or a dead worker left behind."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from integrations.jobs import Queue, enqueue, waiting_jobs
from integrations.models import Connection, FlowSchedule, ImportJob, InboundEvent, SyncRun
from integrations.models.runs import CANCELING
from integrations.services import bulk, imports, lost_imports, write_import
from integrations.services.alerts import raise_alert
from integrations.services.breaker import waits
from integrations.services.cancel_run import CANCELED, said_cancel
from integrations.services.held_back import HELD_BACK
from integrations.services.run_requests import request_run, start_again
from integrations.services.runs import LEASE_S, run_fingerprint, run_title
from integrations.services.schedules import next_due

RUN_TASK, EVENT_TASK = "integrations.tasks.run_flow", "integrations.tasks.handle_event"
CHECK_TASK = "integrations.tasks.check_connection"
INSTALL_TASK = "integrations.tasks.finish_install"

INTERRUPTED = (
    "Its worker stopped in the middle: it was killed, ran out of memory, or the machine restarted. "
    "What it had written stays."
)
AGAIN = "It runs once more by itself, and repeating it is harmless."
NOT_AGAIN = (
    "It happened twice in a row, so it does not run again by itself. Look at the log and the "
    "memory of the worker, then press Run again."
)
LOST_AFTER = timedelta(minutes=2)
SILENT_AFTER = timedelta(seconds=LEASE_S)
AT_MOST = 500
# By task, what lies in the queue already.
Awake = Mapping[str, set[int]]


def start_due(now: datetime) -> int:
    """Ask for a run of every flow that is due; returns how many are new.

    The next due moment is written first, under a condition, so two ticks start one run; it lies
    after `now`, so three days of standstill are made up for by one run.
    """
    due = FlowSchedule.objects.filter(
        enabled=True, next_due_at__lte=now, connection__status=Connection.Status.ACTIVE
    ).exclude(waits(now, "connection__"))
    return sum(_start(schedule, now) for schedule in due.select_related("connection"))


def probe(now: datetime) -> int:
    """Ask systems that were left alone long enough whether they answer; returns how many.

    A harmless read: nothing else need be due for them, and no order is the first to find out.
    """
    silent = Connection.objects.filter(status=Connection.Status.ACTIVE, opened__gt=0)
    due = silent.exclude(waits(now)).values_list("pk", flat=True)
    return _wake(CHECK_TASK, due, waiting_jobs() if due else {})


def _start(schedule: FlowSchedule, now: datetime) -> bool:
    slot = schedule.next_due_at
    assert slot is not None
    try:
        following = next_due(schedule, now)
    except ZoneInfoNotFoundError:
        _tell_unknown_zone(schedule)
        return False
    row = FlowSchedule.objects.filter(pk=schedule.pk, enabled=True, next_due_at=slot)
    with transaction.atomic():
        if not row.update(next_due_at=following):
            return False
        _, is_new = request_run(
            schedule.connection,
            schedule.flow,
            trigger=SyncRun.Trigger.SCHEDULE,
            slot=slot,
        )
    return is_new


def _tell_unknown_zone(schedule: FlowSchedule) -> None:
    raise_alert(
        f"schedule:{schedule.pk}",
        "schedule",
        f"{schedule} does not run: {schedule.timezone} is not a time zone here",
        "Open its schedule and choose another time zone, or install the time zone data (tzdata).",
        schedule.connection,
    )


def sweep(now: datetime) -> int:
    """Put lost work back into the queue and end runs whose worker is gone; returns how many."""
    awake = waiting_jobs()
    woken = _wake_runs(now) + _wake_events(now, awake) + _wake_installs(now, awake)
    woken += _wake_bulk(now, awake) + _wake_imports(now, awake)
    return woken + _end_silent_runs(now) + _run_again()


def _wake_runs(now: datetime) -> int:
    """Runs whose job was lost: queued for 2 minutes, and nothing in the queue speaks of them.

    So are those that were held back or put off, whatever their age, as soon as their time has come
    and their connection may be called.
    """
    old = Q(created_at__lt=now - LOST_AFTER) | Q(reason=HELD_BACK)
    is_due = Q(waits_until=None) | Q(waits_until__lte=now)
    lost = SyncRun.objects.filter(old, is_due, status=SyncRun.Status.QUEUED)
    lost = lost.exclude(waits(now, "connection__"))
    ids = lost.values_list("pk", flat=True)[:AT_MOST]
    return _wake(RUN_TASK, ids, waiting_jobs("flows") if ids else {}, "flows")


def _wake_events(now: datetime, awake: Awake) -> int:
    """Events never handled, due again, waiting and due, or left by a worker that died."""
    status = InboundEvent.Status
    lost = InboundEvent.objects.filter(
        Q(status=status.RECEIVED, retry_at=None, received_at__lt=now - LOST_AFTER)
        | Q(status__in=[status.RECEIVED, status.WAITING], retry_at__lte=now)
        | Q(InboundEvent.free(now), status=status.HANDLING)
    )
    return _wake(EVENT_TASK, lost.order_by("pk").values_list("pk", flat=True)[:AT_MOST], awake)


def _wake_installs(now: datetime, awake: Awake) -> int:
    """Accounts that said yes today and could not be asked what they granted."""
    fresh = Connection.objects.filter(
        status=Connection.Status.DRAFT, installed_at__gt=now - timedelta(days=1)
    )
    return _wake(INSTALL_TASK, fresh.values_list("pk", flat=True)[:AT_MOST], awake)


def _wake_bulk(now: datetime, awake: Awake) -> int:
    """Buttons pressed on many rows whose job, or whose worker, was lost."""
    lost = bulk.find_lost_bulk(now, awake.get(bulk.TASK, set()))
    return _wake(bulk.TASK, lost, awake)


def _wake_imports(now: datetime, awake: Awake) -> int:
    """Files whose job, or whose worker, was lost."""
    if not ImportJob.objects.filter(status__in=write_import.ALIVE).exists():
        return 0
    queues: dict[Queue, Awake] = {"crossdock": awake, "flows": waiting_jobs("flows")}
    tasks = (imports.READ_TASK, imports.WRITE_TASK)
    known = {pk for one in queues.values() for task in tasks for pk in one.get(task, ())}
    lost = lost_imports.find_lost_imports(now, known)
    return sum(_wake(task, [pk], queues[queue], queue) for task, pk, queue in lost)


def _wake(task: str, found: Iterable[int], awake: Awake, queue: Queue = "crossdock") -> int:
    lost = set(found) - awake.get(task, set())
    for pk in sorted(lost):
        enqueue(task, pk, queue=queue)
    return len(lost)


def _run_again() -> int:
    """Flows asked for in the very moment in which their run ended."""
    active = SyncRun.objects.filter(
        connection=OuterRef("connection"),
        flow=OuterRef("flow"),
        status__in=[SyncRun.Status.QUEUED, SyncRun.Status.RUNNING],
    )
    forgotten = list(FlowSchedule.objects.filter(~Exists(active), run_again=True))
    for schedule in forgotten:
        start_again(schedule)
    return len(forgotten)


def _end_silent_runs(now: datetime) -> int:
    silent = SyncRun.objects.filter(
        status=SyncRun.Status.RUNNING, heartbeat_at__lt=now - SILENT_AFTER
    )
    return sum(interrupt(run, now) for run in silent.select_related("connection"))


def interrupt(run: SyncRun, now: datetime) -> bool:
    """End a run whose worker is gone, as canceled if that was asked; False if it is alive.

    Taking its lease comes first: a worker that was only frozen finds the lease lost and writes
    nothing more. The flow runs once more at once, unless the run before it ended this way too.
    """
    schedule = FlowSchedule.objects.get(connection=run.connection, flow=run.flow)
    if not schedule.take_lease(now, LEASE_S):
        return False
    canceled = run.reason == CANCELING
    status, reason, said = (
        (SyncRun.Status.CANCELED, CANCELED, said_cancel(run))
        if canceled
        else (SyncRun.Status.INTERRUPTED, "silent", INTERRUPTED)
    )
    ended = run.move(SyncRun.Status.RUNNING, status, reason=reason, error=said, finished_at=now)
    schedule.drop_lease()
    if ended and not canceled:
        _after_interrupt(run, schedule)
    return ended


def _after_interrupt(run: SyncRun, schedule: FlowSchedule) -> None:
    again = not _was_interrupted_before(run)
    raise_alert(
        run_fingerprint(run),
        "sync",
        f"{run_title(run)} was interrupted",
        f"{INTERRUPTED} {AGAIN if again else NOT_AGAIN}",
        run,
    )
    if again:
        request_run(run.connection, run.flow, trigger=run.trigger, user=run.user, params=run.params)
    start_again(schedule)


def _was_interrupted_before(run: SyncRun) -> bool:
    before = SyncRun.objects.filter(connection=run.connection, flow=run.flow, pk__lt=run.pk)
    last = before.order_by("-pk").first()
    return last is not None and last.status == SyncRun.Status.INTERRUPTED
