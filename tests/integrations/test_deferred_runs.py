"""Deferred runs."""

from datetime import timedelta

from integrations.models import FlowSchedule, SyncRun
from integrations.services.schedules import defer
from integrations.services.ticks import start_due


def test_a_nightly_flow_put_off_by_seconds_runs_again_this_night(fake, flow, now):
    row = FlowSchedule.objects.create(
        connection=fake, flow="stock", daily_at="12:00", next_due_at=now
    )
    assert start_due(now + timedelta(seconds=5)) == 1
    SyncRun.objects.update(status="failed")
    defer(row, 20, now + timedelta(seconds=10))

    assert start_due(now + timedelta(minutes=1)) == 1
