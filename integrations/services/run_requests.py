"""Asking for runs of flows: many may ask at once, one run comes of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.jobs import enqueue
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services.schedules import default_schedule

Status = SyncRun.Status


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


def start_again(schedule: FlowSchedule) -> None:
    """Request the run that was asked for while one was running, if any was."""
    if FlowSchedule.objects.filter(pk=schedule.pk, run_again=True).update(run_again=False):
        request_run(schedule.connection, schedule.flow, trigger=SyncRun.Trigger.SCHEDULE)
