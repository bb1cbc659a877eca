"""The minute tick: due flows start once, lost work is found, dead workers are noticed."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from integrations.jobs import enqueue, waiting_ids
from integrations.models import Alert, Connection, FlowSchedule, InboundEvent, SyncRun
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.services.ticks import EVENT_TASK, RUN_TASK, start_due, sweep


@pytest.fixture
def hourly(fake, flow, now):
    return FlowSchedule.objects.create(
        connection=fake, flow="stock", every_minutes=60, next_due_at=now
    )


def test_a_due_flow_starts_with_its_minute_as_slot(hourly, now):
    assert start_due(now + timedelta(seconds=20)) == 1
    run = SyncRun.objects.get()
    assert (run.flow, run.trigger, run.slot) == ("stock", "schedule", now)
    hourly.refresh_from_db()
    assert hourly.next_due_at == now + timedelta(hours=1)
    assert waiting_ids(RUN_TASK, "flows") == {run.pk}


def test_the_second_tick_of_a_minute_starts_nothing(hourly, now):
    assert start_due(now) == 1
    assert start_due(now) == 0
    assert SyncRun.objects.count() == 1


def test_a_tick_that_read_the_row_before_another_moved_it_starts_nothing(hourly, now):
    FlowSchedule.objects.update(next_due_at=now + timedelta(hours=1))
    from integrations.services.ticks import _start

    assert _start(hourly, now) is False
    assert not SyncRun.objects.exists()


def test_three_days_of_standstill_are_one_run(hourly, now):
    later = now + timedelta(days=3, minutes=7)
    assert start_due(later) == 1
    assert start_due(later) == 0
    hourly.refresh_from_db()
    assert hourly.next_due_at == now + timedelta(days=3, hours=1)


@pytest.mark.parametrize("status", ["draft", "paused", "needs_attention", "archived"])
def test_a_connection_not_in_use_starts_nothing(hourly, now, status):
    Connection.objects.update(status=status)
    assert start_due(now) == 0
    assert not SyncRun.objects.exists()


def test_a_connection_told_to_wait_starts_when_the_wait_is_over(hourly, now):
    Connection.objects.update(paused_until=now + timedelta(minutes=2))
    assert start_due(now + timedelta(minutes=1)) == 0
    assert start_due(now + timedelta(minutes=2)) == 1


def test_a_disabled_flow_starts_nothing(hourly, now):
    FlowSchedule.objects.update(enabled=False)
    assert start_due(now) == 0


def test_a_zone_this_host_lacks_is_an_alert_and_stops_no_other_flow(hourly, fake, now):
    FlowSchedule.objects.create(
        connection=fake, flow="products", every_minutes=60, next_due_at=now, timezone="Mars/Olympus"
    )
    assert start_due(now) == 1
    assert SyncRun.objects.get().flow == "stock"
    assert Alert.objects.get().kind == "schedule"


# --- sweep ---


def age(run: SyncRun, now, **fields: object) -> None:
    SyncRun.objects.filter(pk=run.pk).update(created_at=now - timedelta(minutes=3), **fields)


def test_a_queued_run_without_a_job_gets_one(fake, flow, now):
    run, _ = request_run(fake, "stock", trigger="staff")
    OrmQ.objects.all().delete()
    age(run, now)
    assert sweep(now) == 1
    assert waiting_ids(RUN_TASK, "flows") == {run.pk}


def test_a_queued_run_whose_job_waits_gets_no_second_one(fake, flow, now):
    run, _ = request_run(fake, "stock", trigger="staff")
    age(run, now)
    assert sweep(now) == 0
    assert OrmQ.objects.count() == 1


def test_a_run_queued_a_moment_ago_is_left_alone(fake, flow, now):
    run, _ = request_run(fake, "stock", trigger="staff")
    OrmQ.objects.all().delete()
    SyncRun.objects.filter(pk=run.pk).update(created_at=now - timedelta(seconds=119))
    assert sweep(now) == 0


def make_silent(fake, now, minutes: int = 4) -> SyncRun:
    """A running run whose worker was last heard of `minutes` ago."""
    run, _ = request_run(fake, "stock", trigger="staff", params={"skus": ["A"]}, inline=True)
    then = now - timedelta(minutes=minutes)
    age(run, now, status="running", heartbeat_at=then, started_at=then)
    schedule = FlowSchedule.objects.get(connection=fake, flow="stock")
    schedule.take_lease(then, 180)
    return run


def test_a_run_whose_worker_died_is_interrupted_and_its_lease_is_free(fake, flow, now):
    run = make_silent(fake, now)
    sweep(now)
    run.refresh_from_db()
    assert (run.status, run.reason, run.finished_at) == ("interrupted", "silent", now)
    assert FlowSchedule.objects.get(flow="stock").lease_until is None
    assert Alert.objects.get(closed_at=None).title == "Beans: stock was interrupted"


def test_an_interrupted_run_is_asked_for_again_as_it_was(fake, flow, now):
    make_silent(fake, now)
    sweep(now)
    again = SyncRun.objects.get(status="queued")
    assert (again.trigger, again.params) == ("staff", {"skus": ["A"]})


def test_a_run_that_kills_its_worker_twice_is_not_asked_for_a_third_time(fake, flow, now):
    make_silent(fake, now)
    sweep(now)
    SyncRun.objects.filter(status="queued").delete()
    make_silent(fake, now)
    sweep(now)
    assert SyncRun.objects.filter(status="interrupted").count() == 2
    assert not SyncRun.objects.filter(status="queued").exists()


def test_the_alert_of_an_interrupted_run_closes_with_the_next_good_one(fake, flow, now):
    make_silent(fake, now)
    sweep(now)
    assert run_flow(SyncRun.objects.get(status="queued").pk) == "completed"
    assert not Alert.objects.filter(closed_at=None).exists()


def test_a_run_whose_worker_still_holds_the_lease_goes_on(fake, flow, now):
    run = make_silent(fake, now)
    FlowSchedule.objects.update(lease_until=now + timedelta(seconds=1))
    sweep(now)
    run.refresh_from_db()
    assert run.status == "running"


def test_a_frozen_worker_that_wakes_up_writes_nothing(fake, flow, now):
    def freeze(run):
        FlowSchedule.objects.update(lease_until=now - timedelta(seconds=1))
        SyncRun.objects.update(heartbeat_at=now - timedelta(minutes=4))
        sweep(now)
        run.count(created=7)
        run.beat()

    flow(freeze)
    run, _ = request_run(fake, "stock", trigger="staff", inline=True)
    run_flow(run.pk)
    run.refresh_from_db()
    assert (run.status, run.created) == ("interrupted", 0)


def test_a_flow_asked_for_as_its_run_ended_runs_once_more(fake, flow, now):
    FlowSchedule.objects.create(connection=fake, flow="stock", run_again=True)
    assert sweep(now) == 1
    assert SyncRun.objects.get().status == "queued"
    assert FlowSchedule.objects.get().run_again is False


def make_event(fake, now, **fields: object) -> InboundEvent:
    values = {"status": "received", "received_at": now - timedelta(minutes=3)} | fields
    return InboundEvent.objects.create(
        provider="fake", connection=fake, topic="t", dedupe_key=str(values), body=b"{}", **values
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"retry_at": timedelta(0)},
        {"status": "waiting", "retry_at": timedelta(0)},
        {"status": "handling", "lease_until": timedelta(seconds=-1)},
        {"status": "handling"},
    ],
)
def test_an_event_left_behind_is_handled_again(fake, now, fields):
    moments = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    event = make_event(fake, now, **moments)
    assert sweep(now) == 1
    assert waiting_ids(EVENT_TASK) == {event.pk}


@pytest.mark.parametrize(
    "fields",
    [
        {"received_at": timedelta(seconds=-100)},
        {"retry_at": timedelta(seconds=1)},
        {"status": "waiting", "retry_at": timedelta(minutes=1)},
        {"status": "handling", "lease_until": timedelta(seconds=5)},
        {"status": "done"},
        {"status": "failed"},
    ],
)
def test_an_event_in_good_hands_or_ended_is_left_alone(fake, now, fields):
    moments = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    make_event(fake, now, **moments)
    assert sweep(now) == 0
    assert not OrmQ.objects.exists()


def test_jobs_in_a_workers_hand_do_not_count_as_waiting(fake, now):
    enqueue(EVENT_TASK, 7)
    enqueue(EVENT_TASK, 8)
    OrmQ.objects.filter(pk=OrmQ.objects.first().pk).update(lock=now + timedelta(days=365_00))
    assert waiting_ids(EVENT_TASK) == {8}
