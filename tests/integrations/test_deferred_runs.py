"""Deferred runs."""

from datetime import timedelta

from django.utils import timezone
from django_q.models import OrmQ

from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.services.schedules import defer
from integrations.services.ticks import start_due, sweep


def test_a_nightly_flow_put_off_by_seconds_runs_again_this_night(fake, flow, now):
    row = FlowSchedule.objects.create(
        connection=fake, flow="stock", daily_at="12:00", next_due_at=now
    )
    assert start_due(now + timedelta(seconds=5)) == 1
    SyncRun.objects.update(status="failed")
    defer(row, 20, now + timedelta(seconds=10))

    assert start_due(now + timedelta(minutes=1)) == 1


def slowed_down(fake: Connection, seconds: float) -> SyncRun:
    """A run of today that finds its connection paused for so long."""
    until = timezone.now() + timedelta(seconds=seconds)
    Connection.objects.filter(pk=fake.pk).update(paused_until=until)
    run, _ = request_run(fake, "stock", trigger="schedule")
    OrmQ.objects.all().delete()
    return run


def test_a_pause_of_a_second_is_slept_through(fake, flow):
    run, slept = slowed_down(fake, 1.5), []

    assert run_flow(run.pk, sleep=slept.append) == "completed"
    assert [1 < seconds <= 1.5 for seconds in slept] == [True]


def test_a_longer_pause_puts_the_run_off_without_sleeping(fake, flow):
    run, slept = slowed_down(fake, 30), []

    assert run_flow(run.pk, sleep=slept.append) == "queued"
    assert slept == []


def test_a_run_that_was_put_off_starts_with_the_first_tick_after_the_pause(fake, flow):
    run = slowed_down(fake, 30)
    run_flow(run.pk, sleep=lambda seconds: None)

    assert sweep(timezone.now()) == 0
    assert sweep(timezone.now() + timedelta(seconds=31)) == 1
