"""When flows run around the days the clocks change, and at both ends of a window.

The table holds for whatever time zone the portal's own machine stands in.
"""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integrations import registry
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services.schedules import default_schedule, next_due
from integrations.services.ticks import start_due

LA = ZoneInfo("America/Los_Angeles")
PARCELS, STOCK = "shipments", "stock"


@pytest.fixture(params=["Asia/Tokyo", "UTC", "America/New_York"], autouse=True)
def server_zone(request: pytest.FixtureRequest, settings: object) -> Iterator[None]:
    """Both the portal's setting and the clock of its machine."""
    before = os.environ.get("TZ")
    settings.TIME_ZONE = os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def runs_between(flow: str, start: str, end: str) -> list[str]:
    """Local times of all runs of VeraCore's default schedule after `start`, up to `end`."""
    connection = Connection(provider="veracore", slug="harbor")
    at, last = (datetime.fromisoformat(one).replace(tzinfo=LA) for one in (start, end))
    fields = default_schedule(connection, flow, at.astimezone(UTC))
    schedule = FlowSchedule(**fields)
    found: list[str] = []
    moment = at.astimezone(UTC)
    while (due := next_due(schedule, moment)) is not None and due <= last.astimezone(UTC):
        found.append(f"{due.astimezone(LA):%a %m-%d %H:%M %Z}")
        moment = due
    return found


def test_the_provider_is_the_one_with_those_hours() -> None:
    assert registry.provider_class("veracore").default_schedules.keys() >= {PARCELS, STOCK}


@pytest.mark.parametrize(
    ("start", "end", "runs"),
    [
        # both ends of a Friday: 19:00 belongs to it, 19:01 does not
        ("2026-11-20 18:29", "2026-11-20 18:59", ["Fri 11-20 18:30 PST"]),
        ("2026-11-20 18:59", "2026-11-20 19:00", ["Fri 11-20 19:00 PST"]),
        ("2026-11-20 19:00", "2026-11-20 23:59", []),
        ("2026-11-20 19:01", "2026-11-23 08:59", []),
        # the weekend is skipped, and Monday begins at nine
        ("2026-11-20 19:00", "2026-11-23 09:00", ["Mon 11-23 09:00 PST"]),
        ("2026-11-23 08:59", "2026-11-23 09:30", ["Mon 11-23 09:00 PST", "Mon 11-23 09:30 PST"]),
        # Friday before and Monday after the clocks go back (2026-11-01) and forward (2027-03-14)
        ("2026-10-30 18:45", "2026-11-02 09:00", ["Fri 10-30 19:00 PDT", "Mon 11-02 09:00 PST"]),
        ("2027-03-12 18:45", "2027-03-15 09:00", ["Fri 03-12 19:00 PST", "Mon 03-15 09:00 PDT"]),
    ],
)
def test_parcels_every_half_hour_of_the_warehouses_days(
    start: str, end: str, runs: list[str]
) -> None:
    assert runs_between(PARCELS, start, end) == runs


def test_a_whole_day_has_twenty_one_runs() -> None:
    runs = runs_between(PARCELS, "2026-11-24 00:00", "2026-11-24 23:59")
    assert (len(runs), runs[0], runs[-1]) == (21, "Tue 11-24 09:00 PST", "Tue 11-24 19:00 PST")


@pytest.mark.parametrize(
    ("start", "end", "runs"),
    [
        ("2026-10-31 03:00", "2026-11-02 03:00", ["Sun 11-01 02:00 PST", "Mon 11-02 02:00 PST"]),
        # 02:00 is skipped on that night: it runs as much later as the clocks went forward
        ("2027-03-13 03:00", "2027-03-15 03:00", ["Sun 03-14 03:00 PDT", "Mon 03-15 02:00 PDT"]),
        ("2026-11-20 01:59", "2026-11-20 02:00", ["Fri 11-20 02:00 PST"]),
        ("2026-11-20 02:00", "2026-11-21 01:59", []),
    ],
)
def test_stock_once_a_night_also_when_the_clocks_change(
    start: str, end: str, runs: list[str]
) -> None:
    assert runs_between(STOCK, start, end) == runs


def test_three_days_of_standstill_are_made_up_for_by_one_run() -> None:
    connection = Connection(provider="veracore", slug="harbor")
    before = datetime(2026, 11, 18, 12, 0, tzinfo=LA)
    schedule = FlowSchedule(**default_schedule(connection, STOCK, before))
    later = before + timedelta(days=3)
    due = next_due(schedule, later)
    assert due is not None
    assert f"{due.astimezone(LA):%a %H:%M}" == "Sun 02:00"


def slot_begun(flow: str, planned_at: str, tick_at: str) -> str:
    """The slot of the run that the tick of this minute begins, after planning at `planned_at`."""
    planned, tick = (
        datetime.fromisoformat(one).replace(tzinfo=LA) for one in (planned_at, tick_at)
    )
    row = Connection.objects.create(
        provider="veracore", slug="harbor", name="Harbor", status="active", account="harbor"
    )
    fields = default_schedule(row, flow, planned.astimezone(UTC))
    FlowSchedule.objects.create(connection=row, flow=flow, **fields)
    start_due(tick.astimezone(UTC))
    begun = list(SyncRun.objects.values_list("slot", flat=True))
    assert start_due(tick.astimezone(UTC)) == 0
    return " ".join(f"{slot.astimezone(LA):%a %m-%d %H:%M %Z}" for slot in begun if slot)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("flow", "planned_at", "tick_at", "slot"),
    [
        (PARCELS, "2026-11-20 18:31", "2026-11-20 18:59", ""),
        (PARCELS, "2026-11-20 18:31", "2026-11-20 19:00", "Fri 11-20 19:00 PST"),
        (PARCELS, "2026-11-20 18:31", "2026-11-20 19:01", "Fri 11-20 19:00 PST"),
        (PARCELS, "2026-11-20 19:00", "2026-11-20 19:01", ""),
        (PARCELS, "2026-11-20 19:00", "2026-11-21 12:00", ""),
        (PARCELS, "2026-11-20 19:00", "2026-11-22 12:00", ""),
        (PARCELS, "2026-11-20 19:00", "2026-11-23 08:59", ""),
        (PARCELS, "2026-11-20 19:00", "2026-11-23 09:00", "Mon 11-23 09:00 PST"),
        (PARCELS, "2026-10-30 19:00", "2026-11-02 09:00", "Mon 11-02 09:00 PST"),
        (PARCELS, "2027-03-12 19:00", "2027-03-15 09:00", "Mon 03-15 09:00 PDT"),
        (STOCK, "2026-10-31 02:00", "2026-11-01 01:59", ""),
        (STOCK, "2026-10-31 02:00", "2026-11-01 02:00", "Sun 11-01 02:00 PST"),
        (STOCK, "2027-03-13 02:00", "2027-03-14 01:59", ""),
        (STOCK, "2027-03-13 02:00", "2027-03-14 03:00", "Sun 03-14 03:00 PDT"),
    ],
)
def test_the_tick_begins_exactly_the_run_of_its_minute(
    flow: str, planned_at: str, tick_at: str, slot: str
) -> None:
    assert slot_begun(flow, planned_at, tick_at) == slot
