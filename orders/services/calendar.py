"""When a partner's next consolidated order is placed, in the partner's own time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from catalog.models import Dispatch, Partner


def next_batch(partner: Partner, now: datetime) -> datetime | None:
    """The next moment (UTC) the open order of a daily partner is due; None for immediate ones.

    A day in `holidays` (ISO dates) or `skip_period` is passed over. On the day the clocks go
    forward a time that does not exist is the moment after the gap.
    """
    if partner.dispatch == Dispatch.IMMEDIATE:
        return None
    zone = ZoneInfo(partner.timezone)
    day = now.astimezone(zone).date()
    for _ in range(370):
        due = at_wall_time(partner, day)
        if due > now and not _is_off(partner, day):
            return due
        day += timedelta(days=1)
    return None


def at_wall_time(partner: Partner, day: date) -> datetime:
    """The partner's run time on a date, as an aware UTC moment."""
    zone = ZoneInfo(partner.timezone)
    return datetime.combine(day, partner.run_at, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _is_off(partner: Partner, day: date) -> bool:
    return day.isoformat() in partner.holidays or day == partner.skip_period


def period_of(partner: Partner, moment: datetime) -> date:
    """The partner's calendar date of a moment: the name of its period."""
    return moment.astimezone(ZoneInfo(partner.timezone)).date()
