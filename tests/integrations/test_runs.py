"""Runs: asked for once, executed under a lease, recorded whatever happens."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from integrations import tasks
from integrations.errors import BadResponse, NotAuthorized, Rejected, Retryable
from integrations.models import Alert, Connection, FlowSchedule, SyncChange, SyncRun
from integrations.services import ticks
from integrations.services.heartbeats import last_beats
from integrations.services.run_requests import request_run
from integrations.services.runs import Held, run_flow
from tests.conftest import make_fake
from tests.threads import at_once


def run_once(connection, **options):
    record, _ = request_run(connection, "stock", trigger="staff", inline=True, **options)
    run_flow(record.pk)
    record.refresh_from_db()
    return record


def failing(error):
    def handler(run):
        run.count(processed=1)
        raise error

    return handler


def test_a_run_is_queued_once_and_the_second_click_gets_the_first_run(fake, flow, staff):
    first, is_new = request_run(fake, "stock", trigger="staff", user=staff)
    second, is_new_too = request_run(fake, "stock", trigger="api")
    assert (is_new, is_new_too, second.pk) == (True, False, first.pk)
    assert OrmQ.objects.get().key == "flows"


def test_a_slot_runs_once_ever(fake, flow, now):
    first, _ = request_run(fake, "stock", trigger="schedule", slot=now, inline=True)
    run_flow(first.pk)
    again, is_new = request_run(fake, "stock", trigger="schedule", slot=now)
    assert (again.pk, is_new) == (first.pk, False)


def test_a_good_run_keeps_counts_changes_and_watermark(fake, flow):
    def handler(run):
        run.count(total=2, processed=2, created=1, unchanged=1)
        run.note("SKU-1", "applied", change=("available", 3, None))
        run.watermark["since"] = "2026-11-20"

    flow(handler)
    record = run_once(fake)
    assert (record.status, record.processed, record.created, record.total) == ("completed", 2, 1, 2)
    change = SyncChange.objects.get()
    assert (change.key, change.field, change.before, change.after) == (
        "SKU-1",
        "available",
        "3",
        "",
    )
    assert FlowSchedule.objects.get().watermark == {"since": "2026-11-20"}
    assert Connection.objects.get().last_ok_at is not None


def test_a_run_with_failed_rows_is_partial(fake, flow):
    flow(lambda run: run.count(processed=2, failed=1))
    assert run_once(fake).status == "partial"


def test_a_run_called_twice_runs_once(fake, flow):
    calls = []
    flow(lambda run: calls.append(run))
    record = run_once(fake)
    assert run_flow(record.pk) == "completed"
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (BadResponse("It answered with a web page."), "bad_response"),
        (Rejected("It refused the call."), "rejected"),
        (Retryable("It did not answer."), "retryable"),
    ],
)
def test_a_failed_run_says_why_keeps_the_watermark_and_alerts(fake, flow, error, reason):
    flow(failing(error))
    record = run_once(fake)
    assert (record.status, record.reason, record.error) == ("failed", reason, str(error))
    assert record.processed == 1
    assert FlowSchedule.objects.get().watermark == {}
    assert Alert.objects.get().title == "Beans: stock failed"
    assert Connection.objects.get().failures == 1


def test_a_defect_is_recorded_without_its_detail(fake, flow):
    flow(failing(RuntimeError("token=abc")))
    record = run_once(fake)
    assert (record.status, record.reason) == ("failed", "defect")
    assert record.error == "Something unexpected happened; the log of the worker has it."


def test_credentials_that_no_longer_work_stop_the_connection(fake, flow):
    flow(failing(NotAuthorized("beans.fake does not allow this call.")))
    assert run_once(fake).status == "failed"
    fake.refresh_from_db()
    assert (fake.status, fake.status_reason) == (
        "needs_attention",
        "beans.fake does not allow this call.",
    )


def test_a_provider_that_asks_for_time_defers_the_flow(fake, flow):
    FlowSchedule.objects.create(
        connection=fake, flow="stock", every_minutes=60, next_due_at=timezone.now()
    )
    flow(failing(Retryable("Slow down.", 600)))
    run_once(fake)
    wait = FlowSchedule.objects.get().next_due_at - timezone.now()
    assert timedelta(seconds=590) < wait <= timedelta(seconds=600)


def test_a_run_that_looks_wrong_is_held(fake, flow):
    def handler(run):
        run.note("SKU-1", "held", change=("available", 3, 0))
        run.flush()
        raise Held("empty", "The answer was empty.")

    flow(handler)
    record = run_once(fake)
    assert (record.status, record.reason, record.error) == (
        "held",
        "empty",
        "The answer was empty.",
    )
    assert Alert.objects.get().kind == "held"


def test_the_alert_of_a_run_held_after_one_that_failed_leads_to_the_held_one(fake, flow):
    def fail(run):
        raise BadResponse("The answer was a web page.")

    def hold(run):
        raise Held("empty", "The answer was empty.")

    flow(fail)
    run_once(fake)
    flow(hold)
    record = run_once(fake)

    alert = Alert.objects.get()
    assert (alert.kind, alert.advice, alert.count) == ("held", "The answer was empty.", 2)
    assert alert.subject == record


def test_a_run_in_a_worker_is_the_sign_of_life_of_its_queue(fake, flow):
    flow(lambda run: run.beat())
    record, _ = request_run(fake, "stock", trigger="schedule", inline=True)
    tasks.run_flow(record.pk)
    assert last_beats().keys() == {"flows"}


def test_a_run_by_hand_is_no_sign_of_life_of_the_worker(fake, flow):
    flow(lambda run: run.beat())
    run_once(fake)
    assert last_beats() == {}


def taken_over(error=None):
    """A handler that was frozen until its run was ended by another worker; then it goes on."""

    def handler(run):
        run.note("SKU-1", "applied")
        FlowSchedule.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert ticks.interrupt(SyncRun.objects.get(pk=run.record.pk), timezone.now())
        run.watermark["since"] = "2026-11-20"
        run.count(created=7)
        if error:
            raise error

    return handler


@pytest.mark.parametrize(
    "error",
    [
        None,
        BadResponse("A web page."),
        Retryable("Busy.", 600),
        Held("empty", "Empty."),
        ValueError(),
    ],
)
def test_a_run_that_was_taken_over_writes_nothing_however_it_ends(fake, flow, error):
    flow(taken_over(error))
    record = run_once(fake)
    assert (record.status, record.reason, record.created) == ("interrupted", "silent", 0)
    assert not SyncChange.objects.exists()
    assert FlowSchedule.objects.get().watermark == {}
    assert Alert.objects.get().title == "Beans: stock was interrupted"
    fake.refresh_from_db()
    assert (fake.failures, fake.last_ok_at) == (0, None)


@pytest.mark.parametrize("status", ["paused", "needs_attention", "archived", "draft"])
def test_a_connection_not_in_use_is_not_called(fake, flow, status):
    flow(failing(AssertionError("called")))
    Connection.objects.update(status=status)
    record = run_once(Connection.objects.get())
    assert (record.status, record.reason) == ("skipped", "not_active")


def test_the_alert_of_a_flow_closes_with_its_next_good_run(fake, flow):
    flow(failing(BadResponse("A web page.")))
    run_once(fake)
    flow(lambda run: None)
    run_once(fake)
    assert not Alert.objects.filter(closed_at=None).exists()


def test_asked_for_again_while_running_it_runs_once_more(fake, flow):
    def handler(run):
        for _ in range(3):
            request_run(fake, "stock", trigger="webhook", again=True)

    flow(handler)
    run_once(fake)
    assert list(SyncRun.objects.order_by("pk").values_list("status", flat=True)) == [
        "completed",
        "queued",
    ]


def test_the_flow_of_another_connection_is_not_in_the_way(fake, flow):
    request_run(fake, "stock", trigger="staff")
    _, is_new = request_run(make_fake("tea.fake"), "stock", trigger="staff")
    assert is_new


def test_a_flow_never_scheduled_gets_the_cadence_of_the_provider(fake, flow):
    request_run(fake, "stock", trigger="staff")
    row = FlowSchedule.objects.get()
    assert row.every_minutes == 60
    assert row.next_due_at is not None


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_twenty_clicks_at_once_are_one_run(script, flow):
    fake = make_fake()
    answers = at_once(20, lambda index: request_run(fake, "stock", trigger="staff"))
    assert len({run.pk for run, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_run_delivered_to_many_workers_is_executed_by_one(script, flow):
    calls = []
    flow(lambda run: calls.append(1))
    record, _ = request_run(make_fake(), "stock", trigger="staff")
    at_once(8, lambda index: run_flow(record.pk))
    assert calls == [1]
