"""When a partner's orders go out, and when they close, in the partner's own time zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from catalog.models import FIVE_PM, FRIDAY, Dispatch, Partner
from catalog.services.partners import can_append

DAYS_AHEAD = 370
WEEK = timedelta(days=7)


def next_run(partner: Partner, now: datetime) -> datetime | None:
    """The next moment (UTC) lines go to this partner; None for one that gets each order at once.

    Daily and weekly_append run at `run_at`; weekly_append and weekly at their cut-off too. A day in
    `holidays` is passed over: what is due then waits for the next day. `skip_period` passes over
    one day, or the one week whose cut-off it is. On the day the clocks go forward a time that does
    not exist is the moment after the gap. Raises ZoneInfoNotFoundError, ValueError.
    """
    if partner.dispatch == Dispatch.IMMEDIATE:
        return None
    if partner.dispatch == Dispatch.DAILY:
        return _next_day(partner, now)
    moments = [next_cutoff(partner, now)]
    if partner.dispatch == Dispatch.WEEKLY_APPEND and can_append(partner):
        moments.append(_next_day(partner, now))
    return min((one for one in moments if one), default=None)


def next_cutoff(partner: Partner, now: datetime) -> datetime | None:
    """The next moment (UTC) the partner's open order stops taking lines. Raises like next_run."""
    if not is_weekly(partner):
        return next_run(partner, now)
    cutoffs = (
        _at(partner, day, partner.cutoff_at or FIVE_PM) for day in _cutoff_days(partner, now)
    )
    return next((moment for moment in cutoffs if moment > now), None)


def is_weekly(partner: Partner) -> bool:
    """Whether its orders close once a week."""
    return partner.dispatch in (Dispatch.WEEKLY, Dispatch.WEEKLY_APPEND)


def period_of(partner: Partner, moment: datetime) -> date:
    """The partner's calendar date of a moment: the name of its period."""
    return moment.astimezone(ZoneInfo(partner.timezone)).date()


def _next_day(partner: Partner, now: datetime) -> datetime | None:
    today = period_of(partner, now)
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
    runs = (_at(partner, day, partner.run_at) for day in days if not _is_off(partner, day))
    return next((moment for moment in runs if moment > now), None)


def _cutoff_days(partner: Partner, now: datetime) -> Iterator[date]:
    """The days on which a week closes, from last week's on: holidays push one to the next day."""
    weekday = FRIDAY if partner.cutoff_weekday is None else partner.cutoff_weekday
    today = period_of(partner, now)
    first = today - timedelta(days=(today.weekday() - weekday) % 7) - WEEK
    for number in range(DAYS_AHEAD // 7):
        days = (first + number * WEEK + timedelta(days=ahead) for ahead in count())
        day = next(one for one in days if not _is_off(partner, one))
        if partner.dispatch != Dispatch.WEEKLY or day != partner.skip_period:
            yield day


def _is_off(partner: Partner, day: date) -> bool:
    skipped = partner.dispatch != Dispatch.WEEKLY and day == partner.skip_period
    return skipped or day.isoformat() in partner.holidays


def _at(partner: Partner, day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZoneInfo(partner.timezone)).astimezone(UTC)
