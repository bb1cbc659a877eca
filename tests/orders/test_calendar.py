"""When a partner's orders go out and close: its own zone, holidays, skips, clock changes."""

from datetime import UTC, date, datetime, time

import pytest

from catalog.models import Partner
from integrations.models import Connection
from orders.services.calendar import next_cutoff, next_run, period_of

FRIDAY_NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def partner(dispatch: str, provider: str = "shopify-partner", **terms: object) -> Partner:
    return Partner(
        name="Blue Door",
        code="bluedoor",
        connection=Connection(provider=provider),
        dispatch=dispatch,
        timezone=terms.pop("timezone", "UTC"),
        **terms,
    )


def at(day: int, hour: int, month: int = 11, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_an_immediate_partner_has_no_runs():
    assert next_run(partner("immediate"), FRIDAY_NOON) is None
    assert next_cutoff(partner("immediate"), FRIDAY_NOON) is None


def test_a_daily_order_goes_out_and_closes_at_the_run_time():
    one = partner("daily")
    assert next_run(one, FRIDAY_NOON) == next_cutoff(one, FRIDAY_NOON) == at(20, 18)
    assert next_run(one, at(20, 18)) == at(21, 18)


def test_a_weekly_order_goes_out_once_at_its_cutoff():
    one = partner("weekly", cutoff_weekday=2, cutoff_at=time(12, 30))
    assert next_run(one, FRIDAY_NOON) == next_cutoff(one, FRIDAY_NOON) == at(25, 12, minute=30)


def test_a_week_that_is_added_to_runs_daily_and_at_its_cutoff():
    one = partner("weekly_append")
    moments, now = [], FRIDAY_NOON
    for _ in range(4):
        now = next_run(one, now)
        moments.append(now)
    assert moments == [at(20, 17), at(20, 18), at(21, 18), at(22, 18)]
    assert next_cutoff(one, at(20, 17)) == at(27, 17)


def test_without_a_system_that_takes_lines_a_week_runs_once():
    one = partner("weekly_append", provider="shopify")
    assert next_run(one, at(20, 17)) == at(27, 17)


def test_terms_without_a_cutoff_close_on_friday_at_five():
    one = partner("weekly", cutoff_weekday=None, cutoff_at=None)
    assert next_run(one, FRIDAY_NOON) == at(20, 17)


def test_the_partners_own_zone_counts_and_names_the_period():
    one = partner("weekly", timezone="America/Los_Angeles", cutoff_weekday=4, cutoff_at=time(17, 0))
    due = next_run(one, FRIDAY_NOON)
    assert due == at(21, 1)  # 17:00 on Friday there
    assert period_of(one, due) == date(2026, 11, 20)


def test_a_run_on_a_holiday_waits_for_the_next_day():
    one = partner("daily", holidays=["2026-11-20", "2026-11-21"])
    assert next_run(one, FRIDAY_NOON) == at(22, 18)


def test_a_week_that_would_close_on_a_holiday_closes_the_day_after():
    one = partner("weekly", holidays=["2026-11-20", "2026-11-21"])
    assert next_run(one, FRIDAY_NOON) == at(22, 17)
    assert next_run(one, at(22, 17)) == at(27, 17)


def test_the_day_after_is_found_even_when_the_week_is_past_its_day():
    one = partner("weekly", holidays=["2026-11-20", "2026-11-21", "2026-11-22"])
    assert next_run(one, at(22, 9)) == at(23, 17)


def test_a_skipped_day_is_passed_over_once():
    one = partner("daily", skip_period=date(2026, 11, 20))
    assert next_run(one, FRIDAY_NOON) == at(21, 18)


def test_of_a_weekly_order_the_whole_week_is_skipped():
    one = partner("weekly", skip_period=date(2026, 11, 20))
    assert next_run(one, FRIDAY_NOON) == at(27, 17)


def test_of_a_week_that_is_added_to_one_day_is_skipped_and_the_week_closes_the_day_after():
    one = partner("weekly_append", skip_period=date(2026, 11, 20))
    assert next_run(one, FRIDAY_NOON) == at(21, 17)
    assert next_cutoff(one, FRIDAY_NOON) == at(21, 17)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        # 02:30 does not exist on 14 March 2027 in Los Angeles: the moment after the gap.
        (datetime(2027, 3, 13, 20, tzinfo=UTC), datetime(2027, 3, 14, 10, 30, tzinfo=UTC)),
        # 02:30 PST after the clocks went back on 1 November 2026, once.
        (datetime(2026, 10, 31, 20, tzinfo=UTC), datetime(2026, 11, 1, 10, 30, tzinfo=UTC)),
    ],
)
def test_runs_on_the_days_the_clocks_change(now, due):
    one = partner("daily", timezone="America/Los_Angeles", run_at=time(2, 30))
    assert next_run(one, now) == due


def test_a_time_that_comes_twice_runs_once():
    one = partner("daily", timezone="America/Los_Angeles", run_at=time(1, 30))
    first = next_run(one, datetime(2026, 10, 31, 20, tzinfo=UTC))
    assert first == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert next_run(one, first) == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
