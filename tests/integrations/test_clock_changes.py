"""The minute tick on days when the clocks change, and when work is slower than its schedule."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations.models import FlowSchedule, SyncRun
from integrations.services.schedules import plan
from integrations.services.ticks import start_due
from tests.conftest import make_fake
from tests.threads import at_once

LA = ZoneInfo("America/Los_Angeles")
AUTUMN, SPRING = date(2026, 11, 1), date(2027, 3, 14)  # Sundays; 25 and 23 hours long
WEEKDAYS, EVERY_DAY = 0b0011111, 0b1111111


def tick_through(first: date, days: int, **cadence: object) -> list[datetime]:
    """Ticks from the first local midnight on, each run done at once; the slots in local time."""
    begin = datetime.combine(first, time(), LA).astimezone(UTC)
    end = datetime.combine(first + timedelta(days=days), time(), LA).astimezone(UTC)
    schedule = FlowSchedule(
        connection=make_fake(), flow="stock", timezone="America/Los_Angeles", **cadence
    )
    schedule.save()
    plan(schedule, begin - timedelta(seconds=1))
    now = begin
    while now < end:
        start_due(now)
        SyncRun.objects.filter(status="queued").update(status="completed")
        now += timedelta(minutes=5)
    return [run.slot.astimezone(LA) for run in SyncRun.objects.order_by("slot")]


@pytest.mark.parametrize(
    ("day", "at", "runs"),
    [
        (AUTUMN, time(2), ["2026-11-01T02:00:00-08:00", "2026-11-02T02:00:00-08:00"]),
        (AUTUMN, time(1, 30), ["2026-11-01T01:30:00-07:00", "2026-11-02T01:30:00-08:00"]),
        (SPRING, time(2), ["2027-03-14T03:00:00-07:00", "2027-03-15T02:00:00-07:00"]),
        (SPRING, time(1, 30), ["2027-03-14T01:30:00-08:00", "2027-03-15T01:30:00-07:00"]),
    ],
)
def test_a_daily_run_is_made_once_per_local_date(script, flow, db, day, at, runs):
    slots = tick_through(day, 2, daily_at=at)
    assert [slot.isoformat() for slot in slots] == runs


@pytest.mark.parametrize("day", [AUTUMN, SPRING])
@pytest.mark.parametrize(
    ("weekdays", "days"), [(WEEKDAYS, [1]), (EVERY_DAY, [0, 1])], ids=["Mon-Fri", "daily"]
)
def test_a_window_has_both_its_ends_in_local_time(script, flow, db, day, weekdays, days):
    slots = tick_through(
        day, 2, every_minutes=30, window_from=time(9), window_to=time(19), weekdays=weekdays
    )
    walls = [slot.replace(tzinfo=None) for slot in slots]
    start = datetime.combine(day, time(9))
    assert walls == [
        start + timedelta(days=ahead, minutes=30 * index) for ahead in days for index in range(21)
    ]


def test_a_task_slower_than_its_schedule_is_not_started_twice(fake, flow, now):
    FlowSchedule.objects.create(connection=fake, flow="stock", every_minutes=5, next_due_at=now)
    started = [start_due(now + timedelta(minutes=minutes)) for minutes in range(17)]
    assert (sum(started), SyncRun.objects.count()) == (1, 1)

    SyncRun.objects.update(status="completed")

    later = [start_due(now + timedelta(minutes=minutes)) for minutes in range(17, 22)]
    assert (sum(later), SyncRun.objects.count()) == (1, 2)
    assert SyncRun.objects.latest("pk").slot == now + timedelta(minutes=20)


def test_a_nightly_run_after_three_days_down_is_made_once(fake, flow, now):
    FlowSchedule.objects.create(connection=fake, flow="stock", daily_at=time(12), next_due_at=now)
    back = now + timedelta(days=3, hours=5)
    assert [start_due(back + timedelta(minutes=minutes)) for minutes in range(3)] == [1, 0, 0]
    assert FlowSchedule.objects.get().next_due_at == now + timedelta(days=4)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_clusters_in_the_same_minute_start_one_run(script, flow, now):
    FlowSchedule.objects.create(
        connection=make_fake(), flow="stock", every_minutes=60, next_due_at=now
    )
    assert sum(at_once(8, lambda index: start_due(now))) == 1
    assert SyncRun.objects.count() == 1
