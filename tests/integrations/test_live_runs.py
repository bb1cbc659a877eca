"""While a run goes on: what it shows, how it is stopped, and what is said if its worker dies."""

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.errors import Retryable, Throttled
from integrations.management.commands import sync
from integrations.management.commands.sync import Bar
from integrations.models import Alert, FlowSchedule, SyncChange, SyncRun
from integrations.services import run_handle
from integrations.services.cancel_run import cancel_run
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.services.ticks import sweep


def run_once(fake, **options):
    record, _ = request_run(fake, "stock", trigger="staff", inline=True)
    run_flow(record.pk, **options)
    record.refresh_from_db()
    return record


def stored():
    return SyncRun.objects.values("pages", "processed", "total").get(status="running")


# --- progress


def test_pages_and_their_total_are_kept_with_the_run(fake, flow):
    def handler(run):
        for _ in range(3):
            run.provider.access.on_page(700)
            run.count(processed=100)
        run.provider.access.on_page(None)

    flow(handler)
    record = run_once(fake)
    assert (record.pages, record.total, record.processed) == (4, 700, 300)


def test_what_is_shown_while_it_runs_is_written_once_a_second_not_once_a_page(
    fake, flow, monkeypatch
):
    clock = [100.0]
    monkeypatch.setattr(run_handle.time, "monotonic", lambda: clock[0])
    seen = []

    def handler(run):
        run._shown_at = clock[0]
        for number in range(12):
            clock[0] += 0.25
            run.count(processed=50)
            with CaptureQueriesContext(connection) as captured:
                run.turn_page(1000)
            seen.append(len(captured) > 0)
            if number == 3:
                assert stored() == {"pages": 4, "processed": 200, "total": 1000}

    flow(handler)
    assert run_once(fake).status == "completed"
    assert seen == [False, False, False, True] * 3


def test_a_beat_writes_how_far_it_is(fake, flow):
    def handler(run):
        run.count(processed=7, total=10)
        run.beat()
        assert stored() == {"pages": 0, "processed": 7, "total": 10}

    flow(handler)
    assert run_once(fake).status == "completed"


def test_counting_costs_no_query(fake, flow):
    def handler(run):
        with CaptureQueriesContext(connection) as captured:
            for _ in range(1000):
                run.count(processed=1, unchanged=1)
        assert len(captured) == 0

    flow(handler)
    assert run_once(fake).processed == 1000


def test_the_bar_of_a_terminal_shows_rows_of_how_many_and_pages(monkeypatch):
    times = iter([1.0, 1.0, 2.0, 2.0])
    monkeypatch.setattr(sync.time, "monotonic", lambda: next(times))
    out = io.StringIO()
    bar = Bar(lambda text, ending: out.write(text + ending))
    bar(SyncRun(status="running", processed=500, total=2000, pages=10))
    bar(SyncRun(status="running", processed=501))
    bar.end(SyncRun(status="completed", processed=2000, total=2000, pages=40))
    assert out.getvalue().split("\r")[1:] == [
        "[#######.......................] 500 of 2,000 rows, 10 pages",
        "501 rows" + " " * 52,
        "[##############################] 2,000 of 2,000 rows, 40 pages\n",
    ]


# --- canceling


@pytest.fixture
def ann(db):
    return User.objects.create_user("ann.lee", first_name="Ann", last_name="Lee")


def canceled_after(user, pages):
    """A handler somebody cancels while it reads; it lives on until it shows it is alive."""

    def handler(run):
        for number in range(10):
            run.count(processed=1, updated=1)
            run.note(f"SKU-{number}", "applied")
            run.watermark["page"] = number
            if number == pages:
                assert cancel_run(SyncRun.objects.get(pk=run.record.pk), user, timezone.now())
            run.beat()

    return handler


def test_a_canceled_run_stops_at_its_next_sign_of_life_and_says_who(fake, flow, ann):
    flow(canceled_after(ann, 3))
    record = run_once(fake)
    assert (record.status, record.reason, record.decided_by) == ("canceled", "canceled", ann)
    assert record.error == (
        "Canceled by Ann Lee. What it had written until then stays; the next run brings the rest."
    )
    assert (record.processed, record.updated) == (4, 4)
    assert record.finished_at is not None


def test_what_a_canceled_run_did_is_told_and_nothing_is_taken_for_complete(fake, flow, ann):
    flow(canceled_after(ann, 3))
    run_once(fake)
    fake.refresh_from_db()
    assert SyncChange.objects.count() == 4
    assert FlowSchedule.objects.get().watermark == {}
    assert (fake.last_ok_at, fake.failures) == (None, 0)
    assert not Alert.objects.exists()


def test_the_flow_is_free_at_once_and_the_next_run_brings_the_rest(fake, flow, ann):
    flow(canceled_after(ann, 3))
    run_once(fake)
    assert FlowSchedule.objects.get().lease_until is None
    flow(lambda run: run.count(processed=10))
    assert run_once(fake).status == "completed"


def test_a_page_that_is_read_is_a_sign_of_life_too(fake, flow, ann, monkeypatch):
    monkeypatch.setattr(run_handle, "SHOW_S", 0.0)
    read = []

    def handler(run):
        cancel_run(SyncRun.objects.get(pk=run.record.pk), ann, timezone.now())
        for number in range(5):
            read.append(number)
            run.provider.access.on_page(None)

    flow(handler)
    assert run_once(fake).status == "canceled"
    assert read == [0]


def test_a_run_that_ended_in_the_same_moment_is_what_it_is(fake, flow, ann):
    def handler(run):
        cancel_run(SyncRun.objects.get(pk=run.record.pk), ann, timezone.now())

    flow(handler)
    record = run_once(fake)
    assert (record.status, record.reason) == ("completed", "")


@pytest.mark.parametrize(
    "error", [Throttled("Slow down.", 600), Retryable("It did not answer."), ValueError()]
)
def test_what_goes_wrong_with_a_run_that_is_being_canceled_is_no_matter(fake, flow, ann, error):
    def handler(run):
        cancel_run(SyncRun.objects.get(pk=run.record.pk), ann, timezone.now())
        raise error

    flow(handler)
    assert run_once(fake).status == "canceled"
    assert SyncRun.objects.count() == 1
    assert not Alert.objects.exists()


def test_of_two_who_cancel_the_first_is_named(fake, flow, ann, staff):
    run = SyncRun.objects.create(connection=fake, flow="stock", trigger="staff", status="running")
    assert cancel_run(run, ann, timezone.now()) is True
    assert cancel_run(SyncRun.objects.get(), staff, timezone.now()) is False
    assert SyncRun.objects.get().decided_by == ann


def test_a_run_that_ended_is_not_canceled(fake, ann):
    run = SyncRun.objects.create(connection=fake, flow="stock", trigger="staff", status="failed")
    assert cancel_run(run, ann, timezone.now()) is False
    assert (SyncRun.objects.get().status, SyncRun.objects.get().decided_by) == ("failed", None)


# --- a worker that died


def silent(fake, **fields):
    """A running run nobody has heard of for four minutes."""
    then = timezone.now() - timedelta(minutes=4)
    run, _ = request_run(fake, "stock", trigger="staff", inline=True)
    SyncRun.objects.filter(pk=run.pk).update(
        status="running", heartbeat_at=then, started_at=then, **fields
    )
    return run


def test_an_interrupted_run_says_what_happened_and_what_comes_next(fake, flow):
    run = silent(fake)
    sweep(timezone.now())
    run.refresh_from_db()
    sentence = (
        "Its worker stopped in the middle: it was killed, ran out of memory, or the machine "
        "restarted. What it had written stays."
    )
    assert (run.status, run.error) == ("interrupted", sentence)
    assert Alert.objects.get().advice == (
        f"{sentence} It runs once more by itself, and repeating it is harmless."
    )


def test_interrupted_twice_the_alert_asks_for_a_person(fake, flow):
    silent(fake)
    sweep(timezone.now())
    SyncRun.objects.filter(status="queued").delete()
    silent(fake)
    sweep(timezone.now())
    assert "so it does not run again by itself. Look at the log" in Alert.objects.get().advice
    assert not SyncRun.objects.filter(status="queued").exists()


def test_a_run_whose_worker_died_while_it_was_being_canceled_is_canceled(fake, flow, ann):
    run = silent(fake, reason="canceling", decided_by=ann)
    sweep(timezone.now())
    run.refresh_from_db()
    assert (run.status, run.reason) == ("canceled", "canceled")
    assert run.error.startswith("Canceled by Ann Lee. What it had written")
    assert not Alert.objects.exists()
    assert not SyncRun.objects.filter(status="queued").exists()
