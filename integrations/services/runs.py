"""Runs of flows: executed under a lease, recorded whatever happens."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from integrations import registry
from integrations.errors import NotAuthorized, ProviderError, Retryable
from integrations.models import Connection, FlowSchedule, SyncChange, SyncRun
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.connections import needs_attention, provider_for
from integrations.services.held_back import must_wait, seconds_to_wait, wait_a_moment
from integrations.services.run_requests import start_again
from integrations.services.schedules import defer

log = logging.getLogger(__name__)
Status = SyncRun.Status

LEASE_S = int(settings.RUN_LEASE_S)
BATCH = 500
COUNTS = ("processed", "created", "updated", "unchanged", "skipped", "failed")


class LeaseLost(Exception):
    """Another worker took this flow over: stop, and write nothing more."""


class Held(Exception):
    """The run looks wrong and waits for a person; its differences are in SyncChange."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass
class Run:
    """What a flow is given: the provider to talk to and the record to write to."""

    record: SyncRun
    connection: Connection
    schedule: FlowSchedule
    provider: Any
    started_at: datetime
    watermark: dict[str, Any]
    progress: Callable[[SyncRun], object] = lambda record: None
    alive: Callable[[datetime], object] = lambda now: None
    _changes: list[SyncChange] = field(default_factory=list)

    @property
    def params(self) -> Mapping[str, Any]:
        """What was asked for: `skus`, `since`, `dry_run`."""
        params: Mapping[str, Any] = self.record.params
        return params

    def count(self, **counts: int) -> None:
        """Add to processed, created, updated, unchanged, skipped, failed; or set `total`."""
        for name, number in counts.items():
            before = 0 if name == "total" else getattr(self.record, name)
            setattr(self.record, name, before + number)
        self.progress(self.record)

    def note(
        self,
        key: str,
        outcome: str,
        message: str = "",
        change: tuple[str, Any, Any] = ("", "", ""),
        data: dict[str, Any] | None = None,
    ) -> None:
        """One row for the run page. `change` is (field, before, after); `data` is for releasing."""
        name, before, after = change
        self._changes.append(
            SyncChange(
                run=self.record,
                key=key[:200],
                field=name,
                before="" if before is None else str(before),
                after="" if after is None else str(after),
                outcome=outcome,
                message=message,
                data=data,
            )
        )
        if len(self._changes) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the noted rows. Raises LeaseLost, with nothing written, if it was taken over."""
        changes, self._changes = self._changes, []
        if changes and not _holds(self.schedule):
            raise LeaseLost
        SyncChange.objects.bulk_create(changes)

    def beat(self) -> None:
        """Still alive: call between pages. Raises LeaseLost if the flow was taken over."""
        now = timezone.now()
        if not self.schedule.extend_lease(now, LEASE_S):
            raise LeaseLost
        self.alive(now)
        self.record.update_where(
            Q(status=Status.RUNNING),
            heartbeat_at=now,
            **{c: getattr(self.record, c) for c in COUNTS},
        )


def _holds(schedule: FlowSchedule) -> bool:
    """Whether this run's worker still is the one that may write."""
    return FlowSchedule.objects.filter(schedule.mine(), pk=schedule.pk).exists()


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
    schedule = FlowSchedule.objects.get(connection=record.connection, flow=record.flow)
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
    if connection.status != Connection.Status.ACTIVE:
        word = connection.get_status_display().lower()
        _finish(record, Status.SKIPPED, "not_active", f"{connection.name} is {word}.")
        return
    try:
        provider = provider_for(connection, record.pk)
        watermark = dict(schedule.watermark)
        run = Run(record, connection, schedule, provider, now, watermark, progress, alive)
        _do(run, registry.flows()[record.flow])
    except LeaseLost:
        log.warning("run %s lost its lease", record.pk)
    except Held as exc:
        if _finish(record, Status.HELD, exc.reason, str(exc)):
            raise_alert(
                run_fingerprint(record), "held", f"{run_title(record)} is held", str(exc), record
            )
    except NotAuthorized as exc:
        needs_attention(connection, exc)
        _finish(record, Status.FAILED, exc.kind, str(exc))
    except ProviderError as exc:
        _defer(schedule, exc)
        _fail(record, exc.kind, str(exc))
    except Exception:
        log.exception("run %s failed", record.pk)
        _fail(record, "defect", "Something unexpected happened; the log of the worker has it.")


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


def _finish(record: SyncRun, status: str, reason: str = "", error: str = "") -> bool:
    """Record how it ended; False if somebody ended it meanwhile: then nothing else is written."""
    counts = {name: getattr(record, name) for name in (*COUNTS, "total")}
    return record.move(
        Status.RUNNING,
        status,
        reason=reason,
        error=error,
        finished_at=timezone.now(),
        **counts,
    )


def _fail(record: SyncRun, reason: str, sentence: str) -> None:
    if not _finish(record, Status.FAILED, reason, sentence):
        return
    Connection.objects.filter(pk=record.connection_id).update(failures=F("failures") + 1)
    raise_alert(
        run_fingerprint(record),
        "sync",
        f"{run_title(record)} failed",
        f"{sentence} The last good numbers stay. It runs again on its schedule.",
        record,
    )


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
