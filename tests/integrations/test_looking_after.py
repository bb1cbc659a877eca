"""Heartbeats, subscriptions, retention, key rotation and the checks of doctor and /readyz."""

from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Task

from integrations.crypto import make_keys, parse_keys
from integrations.errors import NotAuthorized, Rejected
from integrations.jobs import enqueue, waiting_ids
from integrations.models import Alert, ApiCall, Connection, Heartbeat, InboundEvent, SyncRun
from integrations.services import health
from integrations.services.connecting import save_connection
from integrations.services.heartbeats import beat, last_beats
from integrations.services.nightly import look_after
from integrations.services.queue_schedules import JOBS, sync_schedules
from integrations.services.retention import prune
from integrations.services.rotation import rotate_keys
from integrations.services.subscriptions import ensure_webhooks
from integrations.services.tokens import store_tokens
from integrations.types import Tokens
from tests.conftest import make_fake

OTHER_KEY = "B" * 43 + "="


# --- the queue's own schedules ---


def test_schedules_are_made_as_declared(db, now):
    assert sync_schedules(now) == (7, 0)
    rows = {row.name: row for row in Schedule.objects.all()}
    assert rows.keys() == JOBS.keys()
    assert rows["heartbeat flows"].cluster == "flows"
    assert rows["orders tick"].func == "orders.tasks.tick"
    assert rows["nightly"].next_run == now.replace(day=21, hour=3)


def test_schedules_are_repaired_and_strangers_removed(db, now):
    sync_schedules(now)
    Schedule.objects.filter(name="nightly").update(args="foo bar", func="os.system")
    Schedule.objects.create(name="integrations tick", func="twice")
    Schedule.objects.create(name="poison", func="os.system", args="'rm'")
    assert sync_schedules(now) == (7, 1)
    assert set(Schedule.objects.values_list("func", flat=True)) == {
        job.task for job in JOBS.values()
    }
    assert not Schedule.objects.exclude(args=None).exists()


def test_schedules_in_place_keep_their_next_run(db, now):
    sync_schedules(now)
    later = now + timedelta(hours=1)
    Schedule.objects.update(next_run=later)
    sync_schedules(now)
    assert set(Schedule.objects.values_list("next_run", flat=True)) == {later}


def test_every_declared_job_exists():
    from django.utils.module_loading import import_string

    assert all(callable(import_string(job.task)) for job in JOBS.values())


# --- heartbeats and health ---


def test_a_heartbeat_is_one_row_per_cluster(db, now):
    beat("flows", now)
    beat("flows", now + timedelta(minutes=1))
    assert last_beats() == {"flows": now + timedelta(minutes=1)}
    assert Heartbeat.objects.count() == 1


@pytest.fixture
def healthy(db):
    """Clusters that beat a moment ago, and the queue's schedules."""
    now = timezone.now()
    for cluster in ("crossdock", "flows"):
        beat(cluster, now)
    sync_schedules(now)
    return now


def levels(now, **options):
    return {check.name: check.level for check in health.full_check(now, **options)}


def test_a_healthy_portal_is_ready(healthy):
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert set(answer.json()["checks"].values()) == {"ok"}


@pytest.mark.parametrize(("cluster", "minutes", "level"), [
    ("crossdock", 4, "ok"), ("crossdock", 6, "fail"), ("flows", 4, "ok"), ("flows", 6, "fail"),
])  # fmt: skip
def test_a_silent_worker_is_noticed(healthy, cluster, minutes, level):
    beat(cluster, healthy - timedelta(minutes=minutes))
    assert levels(healthy)[f"worker {cluster}"] == level


def test_a_portal_whose_worker_hangs_is_not_ready(healthy):
    beat("crossdock", healthy - timedelta(hours=1))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["worker crossdock"]) == (503, "fail")


def test_the_process_answers_whatever_the_database_does(db):
    assert Client().get("/healthz").status_code == 200


def test_an_overdue_schedule_is_noticed(healthy):
    Schedule.objects.filter(name="orders tick").update(next_run=healthy - timedelta(minutes=6))
    checks = {check.name: check for check in health.full_check(healthy)}
    assert checks["schedules"].message == "Overdue: orders tick."


def test_missing_schedules_are_noticed(healthy):
    Schedule.objects.filter(name="nightly").delete()
    assert levels(healthy)["schedules"] == "fail"


def test_a_queue_that_stands_still_is_noticed(healthy):
    enqueue("integrations.tasks.tick")
    assert levels(timezone.now())["queue"] == "ok"
    OrmQ.objects.update(lock=healthy - timedelta(minutes=6))
    assert levels(healthy)["queue"] == "fail"


def test_a_connection_is_called_and_not_changed(healthy, fake, script):
    script.check = NotAuthorized("beans.fake does not allow this call.")
    assert levels(healthy)["connection beans"] == "fail"
    assert Connection.objects.get().status == "active"
    assert levels(healthy, call=False)["connection beans"] == "ok"
    assert script.asked("check") == 1


def test_a_lost_key_is_noticed_and_an_old_one_too(healthy, fake, settings):
    ours = settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = f"new:{OTHER_KEY},{ours}"
    assert levels(healthy)["credential keys"] == "warn"
    settings.CREDENTIAL_KEYS = f"new:{OTHER_KEY}"
    assert levels(healthy)["credential keys"] == "fail"


# --- subscriptions ---


def test_webhooks_are_asked_for_at_the_connections_own_address(fake, script, settings):
    settings.BASE_URL = "https://portal.example"
    assert ensure_webhooks(fake) == 1
    assert script.calls == [("subscribe", f"https://portal.example/hooks/{fake.hook_key}/")]


def test_a_refused_subscription_is_an_alert_until_it_works(fake, script):
    script.subscribe = Rejected("beans.fake refused the call.")
    assert ensure_webhooks(fake) == 0
    assert Alert.objects.get(closed_at=None).title == "Beans does not send all its webhooks"
    script.subscribe = []
    assert ensure_webhooks(fake) == 0
    assert not Alert.objects.filter(closed_at=None).exists()


def test_a_system_that_cannot_be_asked_is_said_to_be_lost_until_then(db, monkeypatch):
    given = {"webhook_secret": "whsec_1", "api_key": "sk_live_1"}
    row, _ = save_connection("stripe", "pay", {"account": "acct_1234"}, given)
    row.move("draft", "active")
    refusal = Rejected("Stripe does not send charge.refunded.")
    monkeypatch.setattr(row.provider_class, "subscribe", Mock(side_effect=refusal))
    assert ensure_webhooks(row) == 0
    assert Alert.objects.get(closed_at=None).advice == (
        "Stripe does not send charge.refunded. Until then nobody tells us of these."
    )


def test_a_connection_not_in_use_is_not_subscribed(fake, script):
    Connection.objects.update(status="paused")
    ensure_webhooks(Connection.objects.get())
    assert script.calls == []


def test_every_night_accounts_are_checked_and_subscriptions_restored(fake, now):
    make_fake("tea.fake", status="archived")
    assert look_after(now) == "1 checks, 1 subscriptions, 0 left alone, 0 old rows"
    assert waiting_ids("integrations.tasks.check_connection") == {fake.pk}
    assert waiting_ids("integrations.tasks.ensure_webhooks") == {fake.pk}


# --- retention ---


def make_event(fake, received_at, **fields):
    values = {"status": "done", "body": b"{}"} | fields
    return InboundEvent.objects.create(
        provider="fake", connection=fake, topic="t", dedupe_key=f"{received_at}{fields}",
        received_at=received_at, **values,
    )  # fmt: skip


def test_bodies_go_after_30_days_and_rows_after_90(fake, now):
    for days in (29, 31, 91):
        make_event(fake, now - timedelta(days=days))
    waiting = make_event(fake, now - timedelta(days=91), status="waiting")
    counts = prune(now)
    assert (counts["webhook bodies emptied"], counts["webhooks"]) == (2, 1)
    assert [bytes(row.body) for row in InboundEvent.objects.order_by("-received_at", "pk")] == [
        b"{}", b"", bytes(waiting.body),
    ]  # fmt: skip


def test_calls_go_after_30_days_and_runs_after_a_year(fake, now):
    for days in (29, 31):
        at = now - timedelta(days=days)
        ApiCall.objects.create(connection=fake, method="GET", path="/", ms=1, at=at)
    for days, status in ((364, "completed"), (366, "completed"), (366, "held")):
        run = SyncRun.objects.create(connection=fake, flow="stock", trigger="staff", status=status)
        SyncRun.objects.filter(pk=run.pk).update(created_at=now - timedelta(days=days))
    counts = prune(now)
    assert (counts["calls"], counts["runs"]) == (1, 1)
    assert sorted(SyncRun.objects.values_list("status", flat=True)) == ["completed", "held"]


def test_the_newest_finished_jobs_stay(db, now):
    for index in range(105):
        Task.objects.create(
            id=str(index), name=str(index), func="f", success=True,
            started=now, stopped=now + timedelta(seconds=index),
        )  # fmt: skip
    assert prune(now)["finished jobs"] == 5
    assert not Task.objects.filter(id="4").exists()
    assert prune(now)["finished jobs"] == 0


# --- keys ---


def test_rotation_encrypts_everything_with_the_newest_key(fake, settings):
    store_tokens(fake, Tokens(access="a"))
    settings.CREDENTIAL_KEYS = f"new:{OTHER_KEY},{settings.CREDENTIAL_KEYS}"
    counts = rotate_keys()
    assert (counts.rotated, counts.current, counts.empty, counts.unreadable) == (2, 0, 0, [])
    settings.CREDENTIAL_KEYS = f"new:{OTHER_KEY}"
    row = Connection.objects.get()
    assert row.secrets.reveal() == {"client_secret": "fake-app-secret"}
    assert row.tokens.reveal()["access"] == "a"


def test_rotation_repeated_changes_nothing(fake):
    before = Connection.objects.values("secrets", "tokens").get()
    counts = rotate_keys()
    assert (counts.rotated, counts.current, counts.empty) == (0, 1, 1)
    assert Connection.objects.values("secrets", "tokens").get() == before


def test_rotation_names_what_it_cannot_read_and_leaves_it(fake, settings):
    before = Connection.objects.values("secrets").get()
    settings.CREDENTIAL_KEYS = f"new:{OTHER_KEY}"
    assert rotate_keys().unreadable == ["beans (secrets)"]
    assert Connection.objects.values("secrets").get() == before


def test_new_keys_are_good_ones():
    keys = make_keys()
    assert len(keys["SECRET_KEY"]) >= 50
    assert len(parse_keys(keys["CREDENTIAL_KEYS"])) == 1
    assert make_keys() != keys
