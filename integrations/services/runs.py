"""Runs of flows: executed under a lease, recorded whatever happens."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from integrations import registry
from integrations.errors import NotAuthorized, ProviderError, Retryable, Throttled
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.models.runs import PUT_OFF
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.bootstrap import begins_by_itself, not_configured
from integrations.services.breaker import give_back
from integrations.services.cancel_run import CANCELED, is_canceling, said_cancel
from integrations.services.connections import check_connection, needs_attention, provider_for
from integrations.services.held_back import must_wait, seconds_to_wait, wait_a_moment
from integrations.services.put_off import go_on_later, too_often
from integrations.services.run_handle import (
    COUNTS,
    LEASE_S,
    SHOWN,
    Canceled,
    Held,
    LeaseLost,
    Run,
)
from integrations.services.run_requests import start_again
from integrations.services.schedules import defer

__all__ = ["COUNTS", "LEASE_S", "Held", "LeaseLost", "Run", "run_flow"]

log = logging.getLogger(__name__)
Status = SyncRun.Status


def run_flow(
    run_id: int,
    progress: Callable[[SyncRun], object] = lambda record: None,
    alive: Callable[[datetime], object] = lambda now: None,
    sleep: Callable[[float], object] = time.sleep,
) -> str:
    """Execute a queued run; returns its final status. Harmless when called twice.

    `progress` is called at every count, `alive` between pages and when it is over.
    """
    record = SyncRun.objects.select_related("connection").get(pk=run_id)
    connection = record.connection
    schedule = FlowSchedule.objects.get(connection=connection, flow=record.flow)
    now = timezone.now()
    if record.status != Status.QUEUED or not schedule.take_lease(now, LEASE_S):
        return record.status
    try:
        now = wait_a_moment(record, now, sleep)
        begun: dict[str, Any] = {"started_at": now, "heartbeat_at": now, "reason": "", "error": ""}
        if must_wait(record, now):
            return record.status
        if not record.move(Status.QUEUED, Status.RUNNING, **begun):
            return SyncRun.objects.values_list("status", flat=True).get(pk=run_id)
        _execute(record, schedule, now, progress, alive)
    finally:
        give_back(connection)
        schedule.drop_lease()
    alive(timezone.now())
    start_again(schedule)
    return record.status


def _execute(
    record: SyncRun,
    schedule: FlowSchedule,
    now: datetime,
    progress: Callable[[SyncRun], object],
    alive: Callable[[datetime], object],
) -> None:
    connection = record.connection
    try:
        if not _is_ready(record):
            return
        watermark = dict(schedule.watermark)
        run = Run(record, connection, schedule, None, now, watermark, progress, alive)
        run.provider = provider_for(connection, record.pk, run.turn_page)
        _do(run, registry.flows()[record.flow])
    except LeaseLost:
        log.warning("run %s lost its lease", record.pk)
    except Canceled:
        _end_canceled(record)
    except Held as exc:
        if _finish(record, Status.HELD, exc.reason, str(exc)):
            raise_alert(
                run_fingerprint(record), "held", f"{run_title(record)} is held", str(exc), record
            )
    except NotAuthorized as exc:
        needs_attention(connection, exc)
        _finish(record, Status.FAILED, exc.kind, str(exc))
    except Throttled as exc:
        _put_off(record, schedule, exc)
    except ProviderError as exc:
        _defer(schedule, exc)
        _fail(record, exc.kind, str(exc))
    except Exception:
        log.exception("run %s failed", record.pk)
        _fail(record, "defect", "Something unexpected happened; the log of the worker has it.")


def _is_ready(record: SyncRun) -> bool:
    """Whether it can be called; if not, the run is skipped with the reason.

    A first connection that has all it needs is checked now. Raises ProviderError.
    """
    connection = record.connection
    if sentence := not_configured(connection):
        _finish(record, Status.SKIPPED, "not_configured", sentence)
        return False
    if connection.status == Connection.Status.ACTIVE:
        return True
    if begins_by_itself(connection):
        check_connection(connection)
        return True
    word = connection.get_status_display().lower()
    _finish(record, Status.SKIPPED, "not_active", f"{connection.name} is {word}.")
    return False


def _do(run: Run, flow: registry.Flow) -> None:
    if not isinstance(run.provider, flow.capability):
        _finish(run.record, Status.SKIPPED, "not_capable", "This system cannot do that.")
        return
    try:
        flow.handler(run)
    finally:
        run.flush()  # a run that is held or fails half-way says what it saw until then
    record, schedule = run.record, run.schedule
    held = FlowSchedule.objects.filter(pk=schedule.pk, lease_token=schedule.lease_token)
    if not held.update(watermark=run.watermark):
        raise LeaseLost
    if not _finish(record, Status.PARTIAL if record.failed else Status.COMPLETED):
        raise LeaseLost
    Connection.objects.filter(pk=record.connection_id).update(last_ok_at=timezone.now(), failures=0)
    if not record.params:  # a run of chosen SKUs, or a dry one, says nothing of the whole
        overtake_held(record)
    close_run_alert(record)


def overtake_held(record: SyncRun) -> int:
    """A newer good run makes the held ones before it pointless; returns how many."""
    held = SyncRun.objects.filter(connection=record.connection_id, flow=record.flow)
    older = held.filter(status=Status.HELD, pk__lt=record.pk)
    return sum(old.move(Status.HELD, Status.CANCELED, reason="overtaken") for old in older)


def close_run_alert(record: SyncRun) -> bool:
    """All is well with this flow; but a run that is still held still needs a person."""
    runs = SyncRun.objects.filter(connection=record.connection_id, flow=record.flow)
    if runs.filter(status=Status.HELD).exists():
        return False
    return close_alert(run_fingerprint(record))


def _end_canceled(record: SyncRun) -> None:
    _finish(record, Status.CANCELED, CANCELED, said_cancel(record))


def _put_off(record: SyncRun, schedule: FlowSchedule, exc: Throttled) -> None:
    """They asked for time: a run that waits for it goes on, unless that was so three times."""
    if is_canceling(record):
        _end_canceled(record)
        return
    if (sentence := too_often(record, exc)) is not None:
        _defer(schedule, exc)
        _fail(record, exc.kind, sentence)
        return
    go_on_later(record, exc, lambda said: _finish(record, Status.SKIPPED, PUT_OFF, said))


def _finish(record: SyncRun, status: str, reason: str = "", error: str = "") -> bool:
    """Record how it ended; False if somebody ended it meanwhile: then nothing else is written."""
    counts = {name: getattr(record, name) for name in SHOWN}
    return record.move(
        Status.RUNNING,
        status,
        reason=reason,
        error=error,
        finished_at=timezone.now(),
        **counts,
    )


def _fail(record: SyncRun, reason: str, sentence: str) -> None:
    """With one alert; but of what a person gave up nobody needs to be told."""
    if is_canceling(record):
        _end_canceled(record)
        return
    if not _finish(record, Status.FAILED, reason, sentence):
        return
    Connection.objects.filter(pk=record.connection_id).update(failures=F("failures") + 1)
    raise_alert(
        run_fingerprint(record),
        "sync",
        f"{run_title(record)} failed",
        f"{sentence} The last good numbers stay. {_what_next(record)}",
        record,
    )


def _what_next(record: SyncRun) -> str:
    schedules = FlowSchedule.objects.filter(connection=record.connection_id, flow=record.flow)
    if schedules.filter(enabled=True, next_due_at__isnull=False).exists():
        return "It runs again on its schedule."
    return "It has no schedule: press Run again once the cause is gone."


def _defer(schedule: FlowSchedule, exc: ProviderError) -> None:
    """Due again when the provider asked for, or when its connection may be called again."""
    now = timezone.now()
    asked = exc.retry_after if isinstance(exc, Retryable) else None
    wait = asked if asked is not None else seconds_to_wait(schedule, now)
    if wait is not None:
        defer(schedule, wait, now)


def run_fingerprint(record: SyncRun) -> str:
    """One alert per flow of a connection, whatever went wrong with its runs."""
    return f"run:{record.connection_id}:{record.flow}"


def run_title(record: SyncRun) -> str:
    """Whose flow this is, as alerts say it."""
    return f"{record.connection.name}: {record.flow.replace('_', ' ')}"
