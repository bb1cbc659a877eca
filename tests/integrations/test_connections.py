"""Connections: made and changed by services and commands, checked, activated, taken out of use."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pydantic import ValidationError

from integrations import registry
from integrations.errors import NotAuthorized, Retryable
from integrations.models import Alert, Connection, FlowSchedule, SyncRun
from integrations.services.connecting import free_slug, save_connection
from integrations.services.connections import (
    check_connection,
    make_schedules,
    needs_attention,
    provider_for,
    try_connection,
)
from integrations.types import AccountInfo
from tests.conftest import make_fake


@pytest.fixture
def draft(fake):
    Connection.objects.update(status="draft")
    return Connection.objects.get()


def test_a_check_that_passes_activates_with_schedules(draft, flow, now):
    info = check_connection(draft, lambda: now)
    assert info.name == "Beans & Co"
    row = Connection.objects.get()
    assert (row.status, row.last_ok_at, row.scopes) == ("active", now, ["read"])
    due = dict(FlowSchedule.objects.values_list("flow", "next_due_at"))
    assert due == {"stock": now.replace(hour=13), "products": None}


def test_a_schedule_staff_changed_stays_as_it_is(draft, flow):
    FlowSchedule.objects.create(connection=draft, flow="stock", every_minutes=5)
    check_connection(draft)
    assert FlowSchedule.objects.get(flow="stock").every_minutes == 5


def test_whoever_wants_to_know_of_a_connected_account_is_told(draft, flow, monkeypatch):
    told = []
    handler = lambda connection, info: told.append((connection.pk, info.name))  # noqa: E731
    monkeypatch.setattr(registry, "_connected", [("fake", handler), ("other", handler)])
    check_connection(draft)
    assert told == [(draft.pk, "Beans & Co")]


@pytest.mark.parametrize("status", ["draft", "active", "paused"])
def test_refused_credentials_need_a_person(fake, script, flow, status):
    Connection.objects.update(status=status)
    script.check = NotAuthorized("beans.fake does not allow this call.")
    with pytest.raises(NotAuthorized):
        check_connection(Connection.objects.get())
    row = Connection.objects.get()
    assert (row.status, row.status_reason) == (
        "needs_attention",
        "beans.fake does not allow this call.",
    )
    assert Alert.objects.get().title == "Reconnect Beans"


def test_missing_permissions_need_a_person(fake, script, flow):
    script.check = AccountInfo("beans.fake", "Beans", missing=("write_orders", "read_orders"))
    with pytest.raises(NotAuthorized, match="does not allow write_orders, read_orders"):
        check_connection(fake)
    assert Connection.objects.get().status == "needs_attention"


def test_an_account_out_of_reach_stays_as_it_is(fake, script, flow):
    script.check = Retryable("beans.fake did not answer in time.")
    assert try_connection(fake) == "retryable"
    assert Connection.objects.get().status == "active"
    assert not Alert.objects.exists()


def test_an_account_that_works_again_closes_its_alert(fake, flow):
    needs_attention(fake, "It left us.")
    needs_attention(fake, "It left us.")
    assert Alert.objects.get(closed_at=None).count == 2
    assert try_connection(Connection.objects.get()) == "ok"
    assert Connection.objects.get().status_reason == ""
    assert not Alert.objects.filter(closed_at=None).exists()


def test_what_failed_is_due_at_once_when_the_account_works_again(fake, flow, now):
    make_schedules(fake, now)
    later = timezone.now() + timedelta(hours=1)
    FlowSchedule.objects.update(next_due_at=later)
    for name, status in (("stock", "completed"), ("stock", "failed"), ("products", "completed")):
        SyncRun.objects.create(connection=fake, flow=name, trigger="schedule", status=status)
    needs_attention(fake, "The token is dead.")

    check_connection(Connection.objects.get())

    due = dict(FlowSchedule.objects.values_list("flow", "next_due_at"))
    assert due["stock"] <= timezone.now()
    assert due["products"] == later


def test_credentials_that_cannot_be_read_are_not_authorized(fake, settings):
    settings.CREDENTIAL_KEYS = "other:" + "B" * 43 + "="
    with pytest.raises(NotAuthorized, match="The key 'test' is not in CREDENTIAL_KEYS"):
        provider_for(Connection.objects.get())


def test_a_connection_without_an_app_of_its_own_uses_the_installations(fake, settings):
    settings.FAKE_API_KEY, settings.FAKE_API_SECRET = "app", "app-secret"
    secrets = provider_for(fake).access.secrets
    assert (secrets.client_id, secrets.client_secret.get_secret_value()) == ("app", "app-secret")


def test_a_connection_with_an_app_of_its_own_keeps_it(fake, settings):
    settings.FAKE_API_KEY, settings.FAKE_API_SECRET = "app", "app-secret"
    fake.secrets = {"client_id": "own", "client_secret": "own-secret"}
    assert provider_for(fake).access.secrets.client_secret.get_secret_value() == "own-secret"


def test_the_sandbox_answers_for_every_account(fake, settings):
    settings.SANDBOX_URL, settings.ALLOW_PRIVATE_HOSTS = "http://127.0.0.1:8100", True
    assert provider_for(fake).access.http.base_url == "http://127.0.0.1:8100/fake/beans.fake"


# --- saving ---


def test_a_new_connection_is_a_draft_with_encrypted_secrets(script, db):
    row, is_new = save_connection("fake", "beans", {"shop": "Beans.fake"}, {"client_secret": "s"})
    assert (is_new, row.status, row.account) == (True, "draft", "beans.fake")
    assert row.secrets.reveal() == {"client_secret": "s"}
    assert Connection.objects.values_list("secrets", flat=True).get() != "s"


def test_a_change_keeps_what_is_not_given(fake):
    row, is_new = save_connection("fake", "beans", {}, {"client_id": "c", "client_secret": ""})
    assert (is_new, row.name) == (False, "Beans")
    assert row.secrets.reveal() == {"client_id": "c", "client_secret": "fake-app-secret"}


@pytest.mark.parametrize(
    ("slug", "given", "secrets", "sentence"),
    [
        ("x", {"shop": "evil.com"}, {}, "A fake shop is named like beans.fake."),
        ("x", {"shop": "a.fake", "color": "red"}, {}, "There is no setting color. Known: shop."),
        (
            "x",
            {"shop": "a.fake"},
            {"pin": "1"},
            "There is no secret pin. Known: client_id, client_secret.",
        ),
        ("X y", {"shop": "a.fake"}, {}, "'X y' is not a short name"),
        ("x", {"shop": "beans.fake"}, {}, "There is already a connection to beans.fake."),
        ("beans", {"shop": "tea.fake"}, {}, "beans belongs to beans.fake."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(fake, slug, given, secrets, sentence):
    before = Connection.objects.values().get()
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        save_connection("fake", slug, given, secrets)
    assert Connection.objects.values().get() == before


def test_settings_of_another_type_are_refused_by_the_provider(script, db):
    with pytest.raises(ValidationError):
        save_connection("fake", "x", {"shop": ["a.fake"]}, {})
    assert not Connection.objects.exists()


def test_credentials_nobody_can_read_are_replaced_as_a_whole(fake):
    Connection.objects.update(secrets="v1:gone:x")

    save_connection("fake", "beans", {}, {"client_id": "7", "client_secret": "fresh"})

    secrets = Connection.objects.get().secrets.reveal()
    assert secrets == {"client_id": "7", "client_secret": "fresh"}


def test_a_slug_that_is_taken_gets_a_number(fake):
    make_fake("beans-2.fake")
    assert free_slug("beans") == "beans-3"
    assert free_slug("Héllo Wörld!") == "hello-world"
    assert free_slug("***") == "connection"
