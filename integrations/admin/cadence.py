"""A schedule in human words: every 30 min, 09:00-19:00 Mon-Fri America/Los_Angeles."""

from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from integrations import registry
from integrations.models import FlowSchedule
from integrations.models.schedules import EVERY_DAY
from integrations.services.schedules import Plan, next_due

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WORKDAYS = 0b0011111
WEEKEND = 0b1100000


def cadence_words(plan: Plan) -> str:
    """When it runs, without a word about whether it is paused."""
    if plan.daily_at is not None:
        clock = plan.daily_at.strftime("%H:%M")
        if plan.weekdays == EVERY_DAY:
            return f"Daily at {clock}, {plan.timezone}"
        return f"{clock} {weekday_words(plan.weekdays)}, {plan.timezone}"
    if plan.every_minutes is None:
        return "Only when asked"
    window, days = window_words(plan), weekday_words(plan.weekdays)
    when = " ".join(filter(None, [window, days]))
    every = _every(plan.every_minutes)
    return f"{every}, {when} {plan.timezone}" if when else every


def _every(minutes: int) -> str:
    if minutes % 60:
        return f"Every {minutes} min"
    hours = minutes // 60
    return "Every hour" if hours == 1 else f"Every {hours} h"


def window_words(plan: Plan) -> str:
    """09:00-19:00, or empty where it runs all day."""
    if plan.window_from is None and plan.window_to is None:
        return ""
    start = plan.window_from.strftime("%H:%M") if plan.window_from else "00:00"
    end = plan.window_to.strftime("%H:%M") if plan.window_to else "24:00"
    return f"{start}-{end}"


def weekday_words(mask: int) -> str:
    """Mon-Fri, or Mon, Wed; empty for every day."""
    if mask == EVERY_DAY:
        return ""
    if mask == WORKDAYS:
        return "Mon-Fri"
    if mask == WEEKEND:
        return "Sat-Sun"
    return ", ".join(day for index, day in enumerate(DAYS) if mask & 1 << index)


def next_times(plan: Plan, now: datetime, count: int = 5) -> list[datetime]:
    """The next run times in UTC; empty for a manual, paused or impossible plan."""
    found: list[datetime] = []
    moment = now
    while len(found) < count:
        try:
            due = next_due(plan, moment)
        except (ZoneInfoNotFoundError, ValueError):
            return []
        if due is None:
            return found
        found.append(due)
        moment = due
    return found


def flow_words(flow: str) -> str:
    """What the app that brings the flow calls it; the name itself once nobody brings it."""
    known = registry.flows().get(flow)
    return known.label if known else flow.replace("_", " ").capitalize()


def is_late(schedule: FlowSchedule, now: datetime) -> bool:
    """Its due time is more than five minutes past."""
    due = schedule.next_due_at
    return schedule.enabled and due is not None and (now - due).total_seconds() > 300
