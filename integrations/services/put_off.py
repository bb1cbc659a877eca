"""Runs that were asked to slow down: they end, and another one goes on when the time is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from integrations.errors import OverBudget, Throttled
from integrations.models import Connection, SyncRun
from integrations.services.breaker import SLOW_S

MOST_IN_A_ROW = 3


def too_often(record: SyncRun, error: Throttled) -> str | None:
    """Why this work is not put off once more; None while it may be."""
    if record.put_off < MOST_IN_A_ROW:
        return None
    return f"{error} It was put off {record.put_off} times in a row already, so it ends here."


def go_on_later(record: SyncRun, error: Throttled, end: Callable[[str], bool]) -> SyncRun | None:
    """End this run by `end`, given the sentence to say, and queue the one that goes on.

    Both or neither, so the work is neither lost nor done twice. None where somebody else ended the
    run meanwhile. No worker sleeps: the tick wakes the new run.
    """
    until = goes_on_at(record.connection, error, timezone.now())
    with transaction.atomic():
        if not end(f"{said_wait(record.connection, error, until)}; it goes on by itself then."):
            return None
        return SyncRun.objects.create(
            connection=record.connection,
            flow=record.flow,
            trigger=record.trigger,
            user_id=record.user_id,
            params=record.params,
            put_off=record.put_off + 1,
            waits_until=until,
            reason="waiting",
            error=f"{said_wait(record.connection, error, until)}.",
        )


def goes_on_at(connection: Connection, error: Throttled, now: datetime) -> datetime:
    """When it may go on: what they asked for, or what its connection waits for if that is later."""
    asked = now + timedelta(seconds=SLOW_S if error.retry_after is None else error.retry_after)
    until = Connection.objects.values_list("paused_until", flat=True).get(pk=connection.pk)
    return max(asked, until or asked)


def said_wait(connection: Connection, error: Throttled, until: datetime) -> str:
    """Who asked for time, and until when, without a full stop."""
    clock = f"{timezone.localtime(until):%H:%M %Z}"
    if isinstance(error, OverBudget):
        return f"{str(error).rstrip('.')} until {clock}"
    return f"{connection.name} asked us to slow down until {clock}"


def next_run_of(record: SyncRun) -> SyncRun | None:
    """The run of the same flow that came after this one, if any did."""
    runs = SyncRun.objects.filter(connection=record.connection_id, flow=record.flow)
    return runs.filter(pk__gt=record.pk).order_by("pk").first()
