"""When a flow is due: cadences in the connection's own time zone, and what staff may enter."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from integrations.models import Connection, FlowSchedule
from integrations.models.schedules import EVERY_DAY
from integrations.providers.base import Cadence

LEAST_MINUTES, MOST_MINUTES = 5, 24 * 60
LEAST_DEFER_S, MOST_DEFER_S = 1, 3600
DAYS_AHEAD = 9  # every weekday mask comes round within eight local dates


class Plan(Protocol):
    """What `next_due` reads: a FlowSchedule, or any value of the same shape."""

    every_minutes: int | None
    daily_at: time | None
    weekdays: int
    window_from: time | None
    window_to: time | None
    timezone: str
    enabled: bool


def default_schedule(connection: Connection, flow: str, now: datetime) -> dict[str, Any]:
    """The fields of a new FlowSchedule: the provider's cadence for this flow, else manual."""
    cadence = connection.provider_class.default_schedules.get(flow, Cadence())
    fields: dict[str, Any] = {
        "every_minutes": cadence.every_minutes,
        "daily_at": _clock(cadence.daily_at),
        "weekdays": sum(1 << int(day) for day in cadence.weekdays),
        "window_from": _clock(cadence.window_from),
        "window_to": _clock(cadence.window_to),
        "timezone": cadence.timezone or settings.TIME_ZONE,
    }
    return fields | {"next_due_at": next_due(FlowSchedule(**fields), now)}


def _clock(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


def next_due(schedule: Plan, now: datetime) -> datetime | None:
    """The first due moment after `now`, in UTC; None for a manual or disabled schedule.

    A daily time that the clocks skip runs as much later as they were put forward; one that comes
    twice runs the first time only. Raises ZoneInfoNotFoundError for a zone this host lacks.
    """
    if not schedule.enabled or (schedule.every_minutes is None and schedule.daily_at is None):
        return None
    zone = ZoneInfo(schedule.timezone)
    today = now.astimezone(zone).date()
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        if schedule.weekdays & 1 << day.weekday() and (due := _due_on(day, schedule, zone, now)):
            return due
    return None


def _due_on(day: date, schedule: Plan, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The first due moment of one local date that lies after `now`."""
    if schedule.daily_at is not None:
        due = _moment(day, schedule.daily_at, zone)
        return due if due > now else None
    first = _moment(day, schedule.window_from or time.min, zone)
    step = timedelta(minutes=schedule.every_minutes or MOST_MINUTES)
    due = first if now < first else first + step * ((now - first) // step + 1)
    return due if due <= _last_moment(day, schedule.window_to, zone) else None


def _last_moment(day: date, window_to: time | None, zone: ZoneInfo) -> datetime:
    """The inclusive end of the window; without one, just before the next local date begins."""
    if window_to is not None:
        return _moment(day, window_to, zone)
    return _moment(day + timedelta(days=1), time.min, zone) - timedelta(microseconds=1)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    # fold=0 reads a skipped wall time with the offset before the change: 02:00 becomes 03:00.
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def plan(schedule: FlowSchedule, now: datetime) -> datetime | None:
    """Set when this flow runs next, from now on; call it after staff changed the schedule."""
    schedule.next_due_at = next_due(schedule, now)
    schedule.save(update_fields=["next_due_at"])
    return schedule.next_due_at


def defer(schedule: FlowSchedule, seconds: float, now: datetime) -> None:
    """The provider asked for time: due again after `seconds` (1 s to 1 h). Manual ones stay so."""
    wait = timedelta(seconds=min(max(seconds, LEAST_DEFER_S), MOST_DEFER_S))
    timed = FlowSchedule.objects.filter(pk=schedule.pk, enabled=True, next_due_at__isnull=False)
    timed.update(next_due_at=now + wait)


def clean_schedule(fields: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a schedule as staff entered it: a sentence per field, empty if nothing."""
    errors = {
        "every_minutes": _minutes_error(fields.get("every_minutes"), fields.get("daily_at")),
        "timezone": _zone_error(fields.get("timezone", "")),
        "weekdays": _weekdays_error(fields.get("weekdays", EVERY_DAY)),
        "window_to": _window_error(fields.get("window_from"), fields.get("window_to")),
    }
    return {name: sentence for name, sentence in errors.items() if sentence}


def _minutes_error(every_minutes: int | None, daily_at: time | None) -> str:
    if every_minutes is None:
        return ""
    if daily_at is not None:
        return "Choose either a time of day or a number of minutes, not both."
    if not LEAST_MINUTES <= every_minutes <= MOST_MINUTES:
        return f"Choose from {LEAST_MINUTES} to {MOST_MINUTES} minutes."
    return ""


def _zone_error(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{name or 'An empty name'} is not a time zone. Write one like America/Los_Angeles."
    return ""


def _weekdays_error(mask: int) -> str:
    return "" if 0 < mask <= EVERY_DAY else "Choose at least one day of the week."


def _window_error(start: time | None, end: time | None) -> str:
    if start is not None and end is not None and end < start:
        return "The window ends before it starts. A window cannot go past midnight."
    return ""
