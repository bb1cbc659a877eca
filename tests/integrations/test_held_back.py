"""Runs of a connection that may not be called: they wait, nothing is lost, a person may try."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import BadResponse, Retryable
from integrations.jobs import waiting_ids
from integrations.models import Alert, Connection, FlowSchedule, SyncRun
from integrations.services import breaker, connections
from integrations.services.breaker import admit
from integrations.services.health import check_account
from integrations.services.lifecycle import archive_connection
from integrations.services.nightly import look_after
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.services.subscriptions import ensure_webhooks
from integrations.services.ticks import CHECK_TASK, RUN_TASK, probe, start_due, sweep
from integrations.tasks import check_connection
from tests.conftest import make_fake

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ran(flow):
    """The runs whose flow was executed."""
    done: list[int] = []
    flow(lambda run: done.append(run.record.pk))
    return done


@pytest.fixture
def silent(fake):
    """Opened just now, for two minutes."""
    now = timezone.now()
    for _ in range(3):
        breaker.record_failed(fake.pk, now, now)
    return Connection.objects.get()


def cool_down_is_over():
    Connection.objects.update(paused_until=timezone.now())


def run_of(connection, trigger="schedule", **options):
    record, _ = request_run(connection, "stock", trigger=trigger, inline=True, **options)
    run_flow(record.pk)
    record.refresh_from_db()
    return record


def test_a_run_waits_in_the_queue_and_says_why(silent, ran):
    record = run_of(silent)
    assert (record.status, record.reason, ran) == ("queued", "waiting", [])
    until = f"{timezone.localtime(silent.paused_until):%H:%M %Z}"
    assert record.error == (
        f"Beans does not answer (3 failed calls). Its orders wait; we try again at {until}."
    )
    assert not Alert.objects.filter(kind="sync").exists()


def test_it_starts_by_itself_when_the_system_answers_again(silent, ran):
    record = run_of(silent)
    OrmQ.objects.all().delete()
    SyncRun.objects.update(created_at=timezone.now() - 3 * MINUTE)
    assert sweep(timezone.now()) == 0
    cool_down_is_over()
    assert sweep(timezone.now() + MINUTE) == 1
    assert waiting_ids(RUN_TASK, "flows") == {record.pk}
    assert run_flow(record.pk) == "completed"
    record.refresh_from_db()
    assert (record.reason, record.error, ran) == ("", "", [record.pk])


def test_after_the_cool_down_one_run_is_the_probe_and_the_others_wait(silent, flow):
    other, _ = request_run(silent, "products", trigger="schedule", inline=True)
    meanwhile = []

    def probe(run):
        meanwhile.append(run_flow(other.pk))
        breaker.record_good(silent.pk, timezone.now())

    flow(lambda run: probe(run) if run.record.flow == "stock" else None)
    cool_down_is_over()
    assert run_of(silent).status == "completed"
    assert meanwhile == ["queued"]
    assert run_flow(other.pk) == "completed"


def test_a_run_that_called_nobody_leaves_the_probe_to_the_next_one(silent, ran):
    other, _ = request_run(silent, "products", trigger="schedule", inline=True)
    cool_down_is_over()
    run_of(silent)
    assert Connection.objects.get().opened == 1
    assert run_flow(other.pk) == "completed"


def test_what_a_person_asks_for_is_the_probe_at_once(silent, ran):
    assert run_of(silent, "staff").status == "completed"


def test_only_one_person_is_the_probe(silent, ran):
    breaker.take_probe(silent, timezone.now())
    assert run_of(silent, "staff").status == "queued"
    assert ran == []


def test_nobody_gets_past_a_wait_the_system_asked_for(fake, ran):
    now = timezone.now()
    breaker.record_slow_down(fake.pk, 600, now, now)
    record = run_of(fake, "staff")
    assert (record.status, ran) == ("queued", [])
    assert record.error.startswith("Beans asked us to slow down until ")


def test_a_command_ends_as_skipped(fake, ran, capsys):
    now = timezone.now()
    breaker.record_slow_down(fake.pk, 600, now, now)
    with pytest.raises(SystemExit) as ended:
        call_command("sync", "beans", "stock", "--json")
    assert ended.value.code == 4
    assert '"status": "skipped"' in capsys.readouterr().out
    assert (SyncRun.objects.get().reason, ran) == ("waiting", [])


def test_a_connection_out_of_use_is_skipped_as_ever_and_no_probe_is_taken(silent, ran):
    Connection.objects.update(status="paused")
    record = run_of(Connection.objects.get())
    assert (record.status, record.reason) == ("skipped", "not_active")
    assert Connection.objects.get().probed_at is None


def test_other_connections_run(silent, ran):
    assert run_of(make_fake("tea.fake")).status == "completed"


@pytest.mark.parametrize("error", [Retryable("No answer."), BadResponse("A web page.")])
def test_a_nightly_flow_that_met_the_outage_runs_again_after_it(fake, flow, error):
    later = timezone.now() + timedelta(hours=20)
    FlowSchedule.objects.create(connection=fake, flow="stock", daily_at="03:00", next_due_at=later)

    def handler(run):
        now = timezone.now()
        for _ in range(3):
            breaker.record_failed(fake.pk, now, now)
        raise error

    flow(handler)
    assert run_of(fake).status == "failed"
    wait = FlowSchedule.objects.get(flow="stock").next_due_at - timezone.now()
    assert timedelta(seconds=110) < wait <= 2 * MINUTE


def test_the_tick_starts_nothing_until_the_cool_down_is_over(silent, ran):
    now = timezone.now()
    FlowSchedule.objects.create(connection=silent, flow="stock", every_minutes=60, next_due_at=now)
    assert start_due(now + MINUTE) == 0
    assert start_due(now + 3 * MINUTE) == 1


def test_the_tick_asks_a_silent_system_by_itself_when_the_time_has_come(silent, script):
    assert probe(timezone.now()) == 0
    cool_down_is_over()
    assert probe(timezone.now()) == 1
    assert probe(timezone.now()) == 0
    assert waiting_ids(CHECK_TASK) == {silent.pk}
    assert check_connection(silent.pk) == "ok"
    assert script.asked("check") == 1
    assert Connection.objects.get().opened == 0


@pytest.mark.parametrize("status", ["paused", "needs_attention", "archived"])
def test_a_connection_out_of_use_is_not_asked(silent, status):
    cool_down_is_over()
    Connection.objects.update(status=status)
    assert probe(timezone.now()) == 0


# --- subscriptions, nightly work, the health page, archiving


def test_webhooks_are_not_asked_for_while_it_is_left_alone(silent, script):
    assert ensure_webhooks(silent) == 0
    assert script.asked("subscribe") == 0
    assert not Alert.objects.filter(kind="webhooks").exists()
    cool_down_is_over()
    assert ensure_webhooks(Connection.objects.get()) == 1


def test_the_night_leaves_it_alone_and_says_so(silent, now):
    make_fake("tea.fake")
    assert look_after(timezone.now()).startswith("1 checks, 1 subscriptions, 1 left alone")


def test_the_health_page_says_why_nothing_goes_out(silent):
    found = check_account(silent, call=False)
    assert found.level == "warn"
    assert found.message.startswith("Beans does not answer (3 failed calls).")


def test_an_account_that_was_checked_and_works_is_closed_whoever_asked(silent, flow):
    connections.check_connection(silent)
    row = Connection.objects.get()
    assert (row.opened, row.paused_until, admit(row, timezone.now())) == (0, None, True)
    assert not Alert.objects.filter(closed_at=None).exists()


def test_what_needs_a_person_is_no_outage_any_more(silent):
    connections.needs_attention(silent, "The token is dead.")
    assert Alert.objects.get(closed_at=None).kind == "credentials"
    assert Connection.objects.get().opened == 0


def test_archiving_closes_its_alert(silent):
    archive_connection(silent, timezone.now())
    assert not Alert.objects.filter(closed_at=None).exists()
