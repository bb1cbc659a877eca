"""Runs of a connection that may not be called now: they stay queued, and say why."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services.breaker import admit, take_probe, why_waiting

Status, Trigger = SyncRun.Status, SyncRun.Trigger
BY_A_PERSON = (Trigger.STAFF, Trigger.COMMAND)
HELD_BACK = "waiting"
MOMENT_S = 2


def wait_a_moment(record: SyncRun, now: datetime, sleep: Callable[[float], object]) -> datetime:
    """Sleep through a pause that is about to end; returns what time it is then.

    Systems that meter calls ask for a second or so. Put off to the next minute, new stock would
    be told that much later.
    """
    until = record.connection.paused_until
    left = (until - now).total_seconds() if until else 0.0
    if not 0 < left <= MOMENT_S:
        return now
    sleep(left)
    return max(timezone.now(), until or now)


def must_wait(record: SyncRun, now: datetime) -> bool:
    """Whether this queued run may not start; whoever gets False starts it.

    What a person asked for may be the probe before its time. A run that waits stays queued and
    the tick wakes it when its connection may be called; only a command ends, as skipped. So does
    not the run that goes on with what was put off: no terminal waits for that one.
    """
    if record.waits_until is not None and record.waits_until > now:
        return True
    connection = record.connection
    if connection.status != Connection.Status.ACTIVE or admit(connection, now):
        return False
    if record.trigger in BY_A_PERSON and take_probe(connection, now):
        return False
    why, sentence = HELD_BACK, why_waiting(connection, now)
    if record.trigger == Trigger.COMMAND and not record.put_off:
        record.move(Status.QUEUED, Status.SKIPPED, reason=why, error=sentence, finished_at=now)
    else:
        record.update_where(Q(status=Status.QUEUED), reason=why, error=sentence)
    return True


def seconds_to_wait(schedule: FlowSchedule, now: datetime) -> float | None:
    """How long the connection of a flow is left alone; None where it is not."""
    fields = Connection.objects.values_list("paused_until", flat=True)
    until = fields.get(pk=schedule.connection_id)
    return (until - now).total_seconds() if until and until > now else None
