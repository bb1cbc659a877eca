"""When flows are due, in their own zone, on ordinary days and on those with a clock change."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from integrations.models import Connection, FlowSchedule
from integrations.services.schedules import (
    clean_schedule,
    default_schedule,
    defer,
    next_due,
    plan,
)

LA = "America/Los_Angeles"
WEEKDAYS = 0b0011111


def make(**fields: object) -> FlowSchedule:
    return FlowSchedule(flow="stock", **fields)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def run_through(schedule: FlowSchedule, start: datetime, until: datetime) -> list[datetime]:
    """Every due moment between the two."""
    found, due = [], next_due(schedule, start)
    while due is not None and due < until:
        found.append(due)
        due = next_due(schedule, due)
    return found


def test_a_manual_schedule_is_never_due(now):
    assert next_due(make(), now) is None


def test_a_disabled_schedule_is_never_due(now):
    assert next_due(make(every_minutes=15, enabled=False), now) is None


def test_every_quarter_of_an_hour_is_on_the_quarters():
    assert next_due(make(every_minutes=15), utc(2026, 11, 20, 12, 1)) == utc(2026, 11, 20, 12, 15)


def test_the_moment_itself_is_not_due_again():
    assert next_due(make(every_minutes=15), utc(2026, 11, 20, 12, 15)) == utc(2026, 11, 20, 12, 30)


def test_a_cadence_that_does_not_divide_the_day_begins_anew_at_midnight():
    schedule = make(every_minutes=7 * 60)
    dues = run_through(schedule, utc(2026, 11, 19, 23, 59), utc(2026, 11, 21, 1, 0))
    assert [due.hour for due in dues] == [0, 7, 14, 21, 0]


def test_a_window_has_its_last_run_at_its_end():
    schedule = make(
        every_minutes=30, window_from=time(9), window_to=time(19), timezone=LA, weekdays=WEEKDAYS
    )
    dues = run_through(schedule, utc(2026, 11, 20, 8, 0), utc(2026, 11, 21, 8, 0))
    assert len(dues) == 21
    assert dues[0] == utc(2026, 11, 20, 17, 0)  # 09:00 in Los Angeles
    assert dues[-1] == utc(2026, 11, 21, 3, 0)  # 19:00 there


def test_a_window_starts_its_cadence_at_its_beginning():
    schedule = make(every_minutes=45, window_from=time(9, 10), window_to=time(11))
    dues = run_through(schedule, utc(2026, 11, 20), utc(2026, 11, 21))
    assert dues == [utc(2026, 11, 20, 9, 10), utc(2026, 11, 20, 9, 55), utc(2026, 11, 20, 10, 40)]


def test_after_the_last_run_on_friday_comes_monday():
    schedule = make(
        every_minutes=30, window_from=time(9), window_to=time(19), timezone=LA, weekdays=WEEKDAYS
    )
    friday_evening = utc(2026, 11, 21, 3, 0)
    assert next_due(schedule, friday_evening) == utc(2026, 11, 23, 17, 0)


def test_a_weekly_job_waits_up_to_seven_days():
    schedule = make(daily_at=time(6), weekdays=1 << 4)
    assert next_due(schedule, utc(2026, 11, 20, 6, 0)) == utc(2026, 11, 27, 6, 0)


def test_daily_is_a_wall_time_in_the_schedules_zone():
    schedule = make(daily_at=time(2), timezone=LA)
    assert next_due(schedule, utc(2026, 11, 20, 12, 0)) == utc(2026, 11, 21, 10, 0)


def test_a_daily_time_the_clocks_skip_runs_an_hour_later():
    schedule = make(daily_at=time(2), timezone=LA)
    dues = run_through(schedule, utc(2027, 3, 13, 12, 0), utc(2027, 3, 16, 0, 0))
    assert dues == [utc(2027, 3, 14, 10, 0), utc(2027, 3, 15, 9, 0)]  # 03:00 PDT, then 02:00 PDT


def test_a_daily_time_that_comes_twice_runs_once():
    schedule = make(daily_at=time(1, 30), timezone=LA)
    dues = run_through(schedule, utc(2026, 10, 31, 12, 0), utc(2026, 11, 3, 0, 0))
    assert dues == [utc(2026, 11, 1, 8, 30), utc(2026, 11, 2, 9, 30)]


@pytest.mark.parametrize(("day", "runs"), [((2026, 11, 1), 25), ((2027, 3, 14), 23)])
def test_every_hour_runs_every_hour_on_days_with_a_clock_change(day, runs):
    schedule = make(every_minutes=60, timezone=LA)
    start = utc(*day, 7 if day[0] == 2026 else 8)  # local midnight
    dues = run_through(schedule, start - timedelta(seconds=1), start + timedelta(hours=runs))
    assert dues == [start + timedelta(hours=hour) for hour in range(runs)]


def test_a_new_schedule_has_the_cadence_of_the_provider(script, now):
    fields = default_schedule(Connection(provider="fake"), "stock", now)
    assert fields["every_minutes"] == 60
    assert fields["next_due_at"] == utc(2026, 11, 20, 13, 0)
    assert fields["timezone"] == "UTC"


def test_a_flow_without_a_cadence_is_manual(script, now):
    fields = default_schedule(Connection(provider="fake"), "products", now)
    assert (fields["every_minutes"], fields["daily_at"], fields["next_due_at"]) == (None,) * 3


def test_plan_writes_the_next_due_moment(fake, now):
    row = FlowSchedule.objects.create(connection=fake, flow="stock", daily_at=time(18))
    assert plan(row, now) == utc(2026, 11, 20, 18, 0)
    row.refresh_from_db()
    assert row.next_due_at == utc(2026, 11, 20, 18, 0)


@pytest.mark.parametrize(("asked", "seconds"), [(0, 1), (90, 90), (86_400, 3600)])
def test_a_provider_that_asks_for_time_gets_a_second_to_an_hour(fake, now, asked, seconds):
    row = FlowSchedule.objects.create(
        connection=fake, flow="stock", every_minutes=60, next_due_at=now
    )
    defer(row, asked, now)
    row.refresh_from_db()
    assert row.next_due_at == now + timedelta(seconds=seconds)


def test_a_manual_flow_does_not_become_scheduled_by_a_deferral(fake, now):
    row = FlowSchedule.objects.create(connection=fake, flow="stock")
    defer(row, 60, now)
    row.refresh_from_db()
    assert row.next_due_at is None


GOOD = {"every_minutes": 15, "timezone": LA, "weekdays": WEEKDAYS}


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"every_minutes": 4}, "every_minutes", "Choose from 5 to 1440 minutes."),
        ({"every_minutes": 1441}, "every_minutes", "Choose from 5 to 1440 minutes."),
        (
            {"daily_at": time(2)},
            "every_minutes",
            "Choose either a time of day or a number of minutes, not both.",
        ),
        (
            {"timezone": "Mars/Olympus"},
            "timezone",
            "Mars/Olympus is not a time zone. Write one like America/Los_Angeles.",
        ),
        (
            {"timezone": "../etc/passwd"},
            "timezone",
            "../etc/passwd is not a time zone. Write one like America/Los_Angeles.",
        ),
        ({"weekdays": 0}, "weekdays", "Choose at least one day of the week."),
        (
            {"window_from": time(19), "window_to": time(9)},
            "window_to",
            "The window ends before it starts. A window cannot go past midnight.",
        ),
    ],
)
def test_nonsense_is_refused_with_a_sentence(change, field, sentence):
    assert clean_schedule(GOOD | change) == {field: sentence}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"every_minutes": 0}, "flowschedule_five_minutes_at_least"),
        ({"every_minutes": 4}, "flowschedule_five_minutes_at_least"),
        ({"window_from": time(19), "window_to": time(9)}, "flowschedule_window_in_order"),
        ({"every_minutes": 5, "daily_at": time(2)}, "flowschedule_one_cadence"),
    ],
)
def test_nonsense_does_not_get_into_the_database_either(fake, fields, name):
    row = FlowSchedule.objects.create(connection=fake, flow="stock")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FlowSchedule.objects.filter(pk=row.pk).update(**fields)


def test_a_sensible_schedule_is_accepted():
    assert clean_schedule(GOOD | {"window_from": time(9), "window_to": time(19)}) == {}
