"""Runs of flows: asked for once, executed under a lease, recorded whatever happens."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations import registry
from integrations.errors import NotAuthorized, ProviderError, Retryable
from integrations.jobs import enqueue
from integrations.models import Connection, FlowSchedule, SyncChange, SyncRun
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.connections import needs_attention, provider_for
from integrations.services.held_back import must_wait, seconds_to_wait
from integrations.services.schedules import default_schedule, defer

log = logging.getLogger(__name__)
Status = SyncRun.Status

LEASE_S = 180
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
        self, key: str, outcome: str, message: str = "", change: tuple[str, Any, Any] = ("", "", "")
    ) -> None:
        """One row for the run page. `change` is (field, before, after)."""
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
            )
        )
        if len(self._changes) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the noted rows."""
        SyncChange.objects.bulk_create(self._changes)
        self._changes.clear()

    def beat(self) -> None:
        """Still alive: call between pages. Raises LeaseLost if the flow was taken over."""
        now = timezone.now()
        if not self.schedule.extend_lease(now, LEASE_S):
            raise LeaseLost
        self.record.update_where(
            Q(status=Status.RUNNING),
            heartbeat_at=now,
            **{c: getattr(self.record, c) for c in COUNTS},
        )


def request_run(
    connection: Connection,
    flow: str,
    *,
    trigger: str,
    user: AbstractBaseUser | None = None,
    params: Mapping[str, Any] | None = None,
    slot: datetime | None = None,
    again: bool = False,
    inline: bool = False,
) -> tuple[SyncRun, bool]:
    """Ask for a run. Returns it and whether it is new.

    If one is queued or running it is returned instead; with `again` it will run once more when it
    ends, so that what changed meanwhile is not missed. Safe to call from many places at once.
    With `inline` the caller runs it itself at once, and no job is made.
    """
    with transaction.atomic():
        schedule = _schedule_of(connection, flow)
        existing = _active(connection, flow)
        if existing is None:
            try:
                with transaction.atomic():
                    run = SyncRun.objects.create(
                        connection=connection,
                        flow=flow,
                        trigger=trigger,
                        user_id=user.pk if user else None,
                        params=dict(params or {}),
                        slot=slot,
                    )
            except IntegrityError:  # another click, or this slot ran already
                existing = _active(connection, flow) or _of_slot(connection, flow, slot)
            else:
                if not inline:
                    enqueue("integrations.tasks.run_flow", run.pk, queue="flows")
                return run, True
        if again and existing.status == Status.RUNNING:
            FlowSchedule.objects.filter(pk=schedule.pk).update(run_again=True)
        return existing, False


def _schedule_of(connection: Connection, flow: str) -> FlowSchedule:
    rows = FlowSchedule.objects.filter(connection=connection, flow=flow)
    if (schedule := rows.first()) is not None:
        return schedule
    fields = default_schedule(connection, flow, timezone.now())
    rows.get_or_create(connection=connection, flow=flow, defaults=fields)
    return rows.get()


def _active(connection: Connection, flow: str) -> Any:
    active = SyncRun.objects.filter(status__in=[Status.QUEUED, Status.RUNNING])
    return active.filter(connection=connection, flow=flow).first()


def _of_slot(connection: Connection, flow: str, slot: datetime | None) -> SyncRun:
    runs = SyncRun.objects.filter(connection=connection, flow=flow)
    return (runs.filter(slot=slot).first() if slot else None) or runs.latest("id")


def run_flow(run_id: int, progress: Callable[[SyncRun], object] = lambda record: None) -> str:
    """Execute a queued run; returns its final status. Harmless when called twice."""
    record = SyncRun.objects.select_related("connection").get(pk=run_id)
    schedule = FlowSchedule.objects.get(connection=record.connection, flow=record.flow)
    now = timezone.now()
    if record.status != Status.QUEUED or not schedule.take_lease(now, LEASE_S):
        return record.status
    begun: dict[str, Any] = {"started_at": now, "heartbeat_at": now, "reason": "", "error": ""}
    try:
        if must_wait(record, now):
            return record.status
        if not record.move(Status.QUEUED, Status.RUNNING, **begun):
            return SyncRun.objects.values_list("status", flat=True).get(pk=run_id)
        _execute(record, schedule, now, progress)
    finally:
        schedule.drop_lease()
    start_again(schedule)
    return record.status


def _execute(
    record: SyncRun,
    schedule: FlowSchedule,
    now: datetime,
    progress: Callable[[SyncRun], object],
) -> None:
    connection = record.connection
    if connection.status != Connection.Status.ACTIVE:
        word = connection.get_status_display().lower()
        _finish(record, Status.SKIPPED, "not_active", f"{connection.name} is {word}.")
        return
    try:
        provider = provider_for(connection, record.pk)
        watermark = dict(schedule.watermark)
        run = Run(record, connection, schedule, provider, now, watermark, progress)
        _do(run, registry.flows()[record.flow])
    except LeaseLost:
        log.warning("run %s lost its lease", record.pk)
    except Held as exc:
        _finish(record, Status.HELD, exc.reason, str(exc))
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
    _finish(record, Status.PARTIAL if record.failed else Status.COMPLETED)
    Connection.objects.filter(pk=record.connection_id).update(last_ok_at=timezone.now(), failures=0)
    close_alert(run_fingerprint(record))


def _finish(record: SyncRun, status: str, reason: str = "", error: str = "") -> None:
    counts = {name: getattr(record, name) for name in (*COUNTS, "total")}
    record.move(
        Status.RUNNING,
        status,
        reason=reason,
        error=error,
        finished_at=timezone.now(),
        **counts,
    )


def _fail(record: SyncRun, reason: str, sentence: str) -> None:
    _finish(record, Status.FAILED, reason, sentence)
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


def start_again(schedule: FlowSchedule) -> None:
    """Request the run that was asked for while one was running, if any was."""
    if FlowSchedule.objects.filter(pk=schedule.pk, run_again=True).update(run_again=False):
        request_run(schedule.connection, schedule.flow, trigger=SyncRun.Trigger.SCHEDULE)


def run_fingerprint(record: SyncRun) -> str:
    """One alert per flow of a connection, whatever went wrong with its runs."""
    return f"run:{record.connection_id}:{record.flow}"


def run_title(record: SyncRun) -> str:
    """Whose flow this is, as alerts say it."""
    return f"{record.connection.name}: {record.flow.replace('_', ' ')}"
