"""The command line: what it prints, what it changes, and its exit codes."""

import io
import json
import uuid
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import handle_default_options
from django.utils import timezone

from integrations.errors import NotAuthorized, Retryable
from integrations.jobs import waiting_ids
from integrations.management.commands.connect import Command as Connect
from integrations.models import Connection, InboundEvent, SyncRun
from integrations.services.heartbeats import beat
from integrations.services.queue_schedules import sync_schedules
from integrations.services.run_requests import request_run
from integrations.services.runs import Held


def call(*arguments):
    """Runs a command; returns (exit code, standard output, standard error)."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as exc:
        return exc.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


# --- connect ---


def test_connect_makes_checks_and_starts_a_connection(script, flow, db):
    code, out, _ = call(
        "connect", "fake", "beans", "--set", "shop=beans.fake", "--secret", "client_secret=s",
        "--name", "Beans", "--check",
    )  # fmt: skip
    assert (code, out.splitlines()) == (
        0,
        ["Beans was created.", "Beans & Co (beans.fake) answers: the connection is active."],
    )
    row = Connection.objects.get()
    assert (row.status, row.secrets.reveal()) == ("active", {"client_secret": "s"})
    assert waiting_ids("integrations.tasks.ensure_webhooks") == {row.pk}
    assert SyncRun.objects.get().flow == "products"


def test_connect_without_check_calls_nobody(script, db):
    call("connect", "fake", "beans", "--set", "shop=beans.fake")
    assert Connection.objects.get().status == "draft"
    assert script.calls == []


def test_connect_reads_a_secret_from_a_pipe(script, db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("from-a-pipe\n"))
    call("connect", "fake", "beans", "--set", "shop=beans.fake", "--secret", "client_secret=-")
    assert Connection.objects.get().secrets.reveal() == {"client_secret": "from-a-pipe"}


def test_connect_says_what_is_wrong_and_never_a_secret(script, db):
    with pytest.raises(CommandError, match="A fake shop is named like beans") as caught:
        call("connect", "fake", "x", "--set", "shop=nope", "--secret", "client_secret=hush")
    assert "hush" not in str(caught.value)
    assert not Connection.objects.exists()


def test_connect_keeps_a_connection_whose_check_failed(script, flow, db):
    script.check = NotAuthorized("beans.fake does not allow this call.")
    with pytest.raises(CommandError, match="was saved, but the check failed"):
        call("connect", "fake", "beans", "--set", "shop=beans.fake", "--check")
    assert Connection.objects.get().status == "needs_attention"


@pytest.mark.parametrize("text", ["shop", "=beans.fake"])
def test_connect_explains_the_form_of_a_setting(script, db, text):
    with pytest.raises(CommandError, match="is not of the form name=value"):
        call("connect", "fake", "beans", "--set", text)


# --- sync ---


def test_sync_runs_here_and_now_and_says_what_happened(fake, flow):
    flow(lambda run: run.count(processed=3, created=1, unchanged=2))
    code, out, _ = call("sync", "beans", "stock")
    run = SyncRun.objects.get()
    assert (code, run.status, run.trigger) == (0, "completed", "command")
    assert out == f"Run #{run.pk} completed: 3 processed, 1 created, 2 unchanged.\n"
    assert waiting_ids("integrations.tasks.run_flow", "flows") == set()


def test_sync_prints_json_for_scripts(fake, flow):
    flow(lambda run: run.count(processed=1, skipped=1))
    _, out, _ = call("sync", "beans", "stock", "--json")
    assert json.loads(out) == {
        "run": SyncRun.objects.get().pk, "status": "completed", "processed": 1, "created": 0,
        "updated": 0, "unchanged": 0, "skipped": 1, "failed": 0, "error": "",
    }  # fmt: skip


def raiser(error):
    def handler(run):
        raise error

    return handler


@pytest.mark.parametrize(
    ("handler", "status", "code"),
    [
        (raiser(Retryable("It did not answer.")), "failed", 1),
        (raiser(Held("empty", "The answer was empty.")), "held", 3),
        (lambda run: run.count(failed=1), "partial", 5),
    ],
)
def test_the_exit_code_of_sync_says_how_it_ended(fake, flow, handler, status, code):
    flow(handler)
    assert call("sync", "beans", "stock")[0] == code
    assert SyncRun.objects.get().status == status


def test_sync_of_a_paused_connection_is_skipped(fake, flow):
    Connection.objects.update(status="paused")
    code, out, _ = call("sync", "beans", "stock")
    assert (code, "Beans is paused." in out) == (4, True)


def test_sync_does_not_run_beside_a_run(fake, flow):
    run, _ = request_run(fake, "stock", trigger="staff")
    code, out, _ = call("sync", "beans", "stock")
    assert (code, out) == (4, f"Run #{run.pk} was asked for before and is queued.\n")
    assert SyncRun.objects.count() == 1


def test_sync_hands_its_options_to_the_flow(fake, flow):
    seen = []
    flow(lambda run: seen.append(dict(run.params)))
    call("sync", "beans", "stock", "--sku=A", "--sku=B", "--since=2026-11-20T09:00", "--dry-run")
    assert seen == [{"skus": ["A", "B"], "since": "2026-11-20T09:00:00+00:00", "dry_run": True}]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nope", "stock"], "There is no connection 'nope'. Known: beans."),
        (["beans", "nope"], "Beans cannot do 'nope'. It can: products, stock."),
        (["beans", "stock", "--since=soon"], "'soon' is not a time."),
        (["beans", "stock", "--order=CD-1"], "--order: only for the flows order_status and"),
    ],
)
def test_sync_exits_with_2_when_asked_for_nonsense(fake, flow, arguments, sentence):
    with pytest.raises(CommandError) as caught:
        call("sync", *arguments)
    assert caught.value.returncode == 2
    assert sentence in str(caught.value)
    assert not SyncRun.objects.exists()


def test_sync_stopped_by_hand_is_recorded_and_frees_the_flow(fake, flow):
    flow(raiser(KeyboardInterrupt()))
    assert call("sync", "beans", "stock")[0] == 1
    run = SyncRun.objects.get()
    assert (run.status, run.reason) == ("interrupted", "stopped")
    assert request_run(fake, "stock", trigger="staff")[1] is True


# --- the others ---


def make_event(fake, key, **fields):
    return InboundEvent.objects.create(
        provider="fake", connection=fake, topic="t", dedupe_key=key, body=b"{}",
        received_at=timezone.now(), **fields,
    )  # fmt: skip


def test_replay_by_number(fake):
    in_hand = {"lease_token": uuid.uuid4(), "lease_until": timezone.now() + timedelta(minutes=1)}
    done = make_event(fake, "1", status="done")
    busy = make_event(fake, "2", status="handling", **in_hand)
    code, out, err = call("replay", str(done.pk), str(busy.pk))
    assert (code, out) == (0, "1 webhooks are handled again, 1 are not.\n")
    assert err == f"#{busy.pk} t: It is being handled right now.\n"


def test_replay_may_keep_customers_out_of_it(fake):
    event = make_event(fake, "1", status="done")
    call("replay", str(event.pk), "--no-mail")
    assert InboundEvent.objects.get().quiet


def test_replay_of_all_that_failed(fake):
    failed = [make_event(fake, name, status=name) for name in ("failed", "unreadable")]
    make_event(fake, "done", status="done")
    call("replay", "--failed")
    assert waiting_ids("integrations.tasks.handle_event") == {row.pk for row in failed}


@pytest.mark.parametrize("arguments", [[], ["1", "--failed"]])
def test_replay_needs_to_know_which(fake, arguments):
    with pytest.raises(CommandError, match="Name the webhooks by number, or say --failed"):
        call("replay", *arguments)


def test_replay_of_an_unknown_number_replays_nothing(fake):
    row = make_event(fake, "1", status="done")
    with pytest.raises(CommandError, match="Nothing was replayed"):
        call("replay", str(row.pk), "999999")
    assert waiting_ids("integrations.tasks.handle_event") == set()


def test_rotate_keys_reports_and_exits_1_when_something_cannot_be_read(fake, settings):
    settings.CREDENTIAL_KEYS = f"new:{'B' * 43}=,{settings.CREDENTIAL_KEYS}"
    assert call("rotate_keys")[:2] == (
        0,
        "1 encrypted with new, 0 were already, 1 are empty, 0 cannot be read.\n",
    )
    settings.CREDENTIAL_KEYS = f"other:{'C' * 43}="
    code, _, err = call("rotate_keys")
    assert (code, "beans (secrets): its key is missing." in err) == (1, True)


def test_prune_says_what_it_deleted(db):
    code, out, _ = call("prune")
    assert (code, "       0 webhooks\n" in out) == (0, True)


def test_sync_schedules_says_what_is_there(db):
    assert call("sync_schedules")[1] == "7 schedules are in place, 0 others were removed.\n"


def test_make_key_prints_two_lines_for_the_env_file():
    lines = call("make_key")[1].splitlines()
    assert [line.partition("=")[0] for line in lines] == ["SECRET_KEY", "CREDENTIAL_KEYS"]


def test_doctor_names_the_fix_and_exits_1(db):
    code, out, _ = call("doctor", "--no-calls")
    assert code == 1
    assert "worker crossdock: Nothing was ever heard from it.\n      Start it with" in out


def test_doctor_is_content_with_a_healthy_portal(fake):
    now = timezone.now()
    sync_schedules(now)
    beat("crossdock", now)
    beat("flows", now)
    code, out, _ = call("doctor", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"]) == (0, True)
    assert {
        "name": "connection beans",
        "level": "ok",
        "message": "Beans & Co answers.",
        "fix": "",
    } in (answer["checks"])


def test_connect_reads_its_options_as_a_shell_gives_them(script):
    """call_command leaves out the step in which Django reads its own --settings."""
    parser = Connect().create_parser("manage.py", "connect")

    options = parser.parse_args(["fake", "beans", "--set", "shop=beans.fake"])
    handle_default_options(options)

    assert options.fields == ["shop=beans.fake"]
