"""A system that asks for time: the run ends, and another one goes on by itself."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import OverBudget, Retryable, Throttled
from integrations.jobs import waiting_ids
from integrations.models import Alert, Connection, FlowSchedule, SyncRun
from integrations.services import breaker
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.services.ticks import RUN_TASK, start_due, sweep
from tests.integrations.test_commands import call

SECOND = timedelta(seconds=1)


def throttling(seconds=600):
    def handler(run):
        run.count(processed=3)
        raise Throttled("beans.fake asks us to slow down.", seconds)

    return handler


def run_once(fake, **options):
    record, _ = request_run(fake, "stock", inline=True, **{"trigger": "staff"} | options)
    run_flow(record.pk, sleep=lambda seconds: None)
    record.refresh_from_db()
    return record


def clock(moment):
    return f"{timezone.localtime(moment):%H:%M %Z}"


def test_a_manual_run_ends_as_put_off_and_says_when_it_goes_on(fake, flow, staff):
    flow(throttling())
    FlowSchedule.objects.create(connection=fake, flow="stock")
    record = run_once(fake, user=staff)
    later = SyncRun.objects.get(status="queued")

    assert (record.status, record.reason, record.processed) == ("skipped", "put_off", 3)
    wait = later.waits_until - timezone.now()
    assert 595 * SECOND < wait <= 600 * SECOND
    assert record.error == (
        f"Beans asked us to slow down until {clock(later.waits_until)}; it goes on by itself then."
    )


def test_the_run_that_goes_on_was_asked_for_by_the_same_with_the_same(fake, flow, staff):
    flow(throttling())
    record = run_once(fake, user=staff, trigger="api", params={"skus": ["A"]})
    later = SyncRun.objects.get(status="queued")
    assert (later.connection, later.flow) == (record.connection, record.flow)
    assert (later.trigger, later.user, later.params) == ("api", staff, {"skus": ["A"]})
    assert later.put_off == 1


def test_to_be_put_off_is_no_failure_and_no_alert(fake, flow):
    flow(throttling())
    run_once(fake)
    fake.refresh_from_db()
    assert (fake.failures, fake.status) == (0, "active")
    assert not Alert.objects.exists()


def test_no_worker_waits_and_the_tick_wakes_the_run_when_its_time_has_come(fake, flow):
    flow(throttling(600))
    run_once(fake)
    later = SyncRun.objects.get(status="queued")
    assert OrmQ.objects.count() == 0
    assert sweep(later.waits_until - SECOND) == 0
    assert sweep(later.waits_until) == 1
    assert waiting_ids(RUN_TASK, "flows") == {later.pk}


def test_a_run_that_waits_does_not_start_before_its_time_whoever_wakes_it(fake, flow):
    calls = []
    flow(throttling(600))
    run_once(fake)
    flow(lambda run: calls.append(run))
    later = SyncRun.objects.get(status="queued")
    assert run_flow(later.pk, sleep=calls.append) == "queued"
    assert calls == []


def test_when_the_time_is_over_it_runs_and_ends_well(fake, flow):
    flow(throttling(600))
    run_once(fake)
    flow(lambda run: run.count(processed=5))
    SyncRun.objects.filter(status="queued").update(waits_until=timezone.now())
    later = SyncRun.objects.get(status="queued")
    assert run_flow(later.pk) == "completed"


@pytest.mark.parametrize("trigger", ["command", "schedule", "staff"])
def test_also_what_a_command_began_goes_on_in_a_worker(fake, flow, trigger):
    """While its connection may still not be called it waits on, instead of ending as skipped."""
    flow(throttling(600))
    run_once(fake, trigger=trigger)
    now = timezone.now()
    SyncRun.objects.filter(status="queued").update(waits_until=now)
    Connection.objects.update(paused_until=now + timedelta(minutes=5))
    later = SyncRun.objects.get(status="queued")
    assert run_flow(later.pk, sleep=lambda seconds: None) == "queued"
    assert sweep(now + timedelta(minutes=5)) == 1


def test_it_waits_as_long_as_its_connection_does(fake, flow):
    """Another flow of the account was told to wait for longer."""

    def handler(run):
        breaker.record_slow_down(fake.pk, 900, timezone.now(), timezone.now())
        raise Throttled("beans.fake asks us to slow down.", 5)

    flow(handler)
    run_once(fake)
    fake.refresh_from_db()
    assert SyncRun.objects.get(status="queued").waits_until == fake.paused_until


def test_put_off_three_times_in_a_row_it_fails_with_one_alert(fake, flow):
    flow(throttling())
    run_once(fake)
    for _ in range(3):
        SyncRun.objects.filter(status="queued").update(waits_until=timezone.now())
        run_flow(SyncRun.objects.get(status="queued").pk)

    assert list(SyncRun.objects.order_by("pk").values_list("status", "put_off")) == [
        ("skipped", 0), ("skipped", 1), ("skipped", 2), ("failed", 3),
    ]  # fmt: skip
    alert = Alert.objects.get()
    assert (alert.title, alert.count) == ("Beans: stock failed", 1)
    assert "It was put off 3 times in a row already, so it ends here." in alert.advice


def test_after_a_run_that_ended_well_the_count_begins_anew(fake, flow):
    flow(throttling())
    run_once(fake)
    SyncRun.objects.filter(status="queued").update(waits_until=timezone.now())
    flow(lambda run: None)
    run_flow(SyncRun.objects.get(status="queued").pk)
    flow(throttling())
    assert run_once(fake).put_off == 0
    assert SyncRun.objects.get(status="queued").put_off == 1


def test_asked_for_meanwhile_the_one_that_waits_is_returned(fake, flow, staff):
    flow(throttling())
    run_once(fake)
    later = SyncRun.objects.get(status="queued")
    assert request_run(fake, "stock", trigger="staff", user=staff) == (later, False)


def test_a_flow_that_is_due_meanwhile_starts_no_second_run(fake, flow):
    flow(throttling())
    run_once(fake)
    later = SyncRun.objects.get(status="queued")
    FlowSchedule.objects.update(next_due_at=timezone.now())
    assert start_due(timezone.now()) == 0
    assert SyncRun.objects.get(status="queued") == later


def test_what_is_written_by_no_one_else_is_written_by_nobody_after_a_take_over(fake, flow):
    def handler(run):
        SyncRun.objects.filter(pk=run.record.pk).update(status="interrupted")
        raise Throttled("Slow down.", 600)

    flow(handler)
    assert run_once(fake).status == "interrupted"
    assert not SyncRun.objects.filter(status="queued").exists()


def test_trouble_with_a_time_to_come_back_still_is_a_failure(fake, flow):
    def handler(run):
        raise Retryable("beans.fake is in trouble (HTTP 503).", 600)

    flow(handler)
    assert run_once(fake).status == "failed"
    assert not SyncRun.objects.filter(status="queued").exists()


def test_our_own_budget_puts_a_run_off_like_their_limit(fake, flow):
    def handler(run):
        raise OverBudget("Our 10,000 calls an hour to beans.fake are used up.", 300)

    flow(handler)
    record = run_once(fake)
    later = SyncRun.objects.get(status="queued")
    assert record.error == (
        f"Our 10,000 calls an hour to beans.fake are used up until {clock(later.waits_until)}; "
        "it goes on by itself then."
    )
    assert Connection.objects.get().paused_until is None


def test_manage_sync_says_which_run_goes_on_and_exits_as_skipped(fake, flow):
    flow(throttling())
    code, out, _ = call("sync", "beans", "stock")
    later = SyncRun.objects.get(status="queued")
    first = SyncRun.objects.get(status="skipped")
    assert code == 4
    assert out.splitlines() == [
        f"Run #{first.pk} put off: 3 processed.",
        f"Beans asked us to slow down until {clock(later.waits_until)}; it goes on by itself then.",
        f"Run #{later.pk} goes on with it; a worker must be up then.",
    ]


def test_manage_sync_while_one_waits_says_until_when(fake, flow):
    flow(throttling())
    call("sync", "beans", "stock")
    later = SyncRun.objects.get(status="queued")
    code, out, _ = call("sync", "beans", "stock")
    assert code == 4
    assert out == (
        f"Run #{later.pk} was asked for before and is queued: "
        f"Beans asked us to slow down until {clock(later.waits_until)}.\n"
    )
    code, out, _ = call("sync", "beans", "stock", "--json")
    assert (code, json.loads(out)["run"], json.loads(out)["status"]) == (4, later.pk, "queued")
