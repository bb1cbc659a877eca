"""What this app does with webhooks about the account itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.jobs import waiting_ids
from integrations.models import Alert, Connection, FlowSchedule, InboundEvent, SyncRun
from integrations.services.connections import check_connection, make_schedules, needs_attention
from integrations.services.ticks import start_due
from integrations.services.tokens import store_tokens
from integrations.services.webhooks import Ignored, Waiting, handle
from integrations.types import Event, Tokens
from integrations.webhooks import forget_tokens


@pytest.fixture
def installed(fake, now):
    store_tokens(fake, Tokens(access="a", refresh="r"))
    fake.installed_at = now
    fake.save(update_fields=["installed_at"])
    return fake


def tell(connection, topic, sent_at=None, delivery=""):
    row = InboundEvent.objects.create(
        provider="fake", connection=connection, topic=topic, body=b"{}",
        dedupe_key=topic + delivery,
        headers={"x-fake-topic": topic}, received_at=timezone.now(), sent_at=sent_at,
    )  # fmt: skip
    return handle(row.pk)


def test_an_uninstalled_app_forgets_its_tokens_and_tells_staff(installed, now):
    assert tell(installed, "connection.uninstalled", now + timedelta(seconds=1)) == "done"
    installed.refresh_from_db()
    assert installed.status == "needs_attention"
    assert not installed.tokens
    assert installed.secrets.reveal() == {"client_secret": "fake-app-secret"}
    assert Alert.objects.get().title == "Reconnect Beans"


def test_news_of_an_uninstall_from_before_the_reinstall_changes_nothing(installed, now):
    assert tell(installed, "connection.uninstalled", now - timedelta(seconds=1)) == "ignored"
    installed.refresh_from_db()
    assert installed.status == "active"
    assert installed.tokens.reveal()["access"] == "a"
    assert not Alert.objects.exists()


def test_the_same_news_again_is_harmless(installed, now):
    after = now + timedelta(seconds=1)
    for delivery in ("a", "b", "c"):
        assert tell(installed, "connection.uninstalled", after, delivery) == "done"
    installed.refresh_from_db()
    assert (installed.status, bool(installed.tokens)) == ("needs_attention", False)
    assert Alert.objects.get().count == 3


def test_the_page_says_what_to_do_whatever_was_wrong_before(installed, now):
    needs_attention(installed, "It answers 401.")
    tell(installed, "connection.uninstalled", now + timedelta(seconds=1))
    installed.refresh_from_db()
    assert installed.status_reason == (
        "The store removed our app. Reconnect it: its owner gets a link and approves once more."
    )


def test_news_without_a_time_counts_by_when_it_came(installed):
    Connection.objects.update(installed_at=timezone.now() + timedelta(hours=1))
    assert tell(Connection.objects.get(), "connection.uninstalled") == "ignored"
    assert Connection.objects.get().tokens


def test_an_install_in_the_same_moment_keeps_its_tokens(installed, now, monkeypatch):
    """The row was read before the owner said yes again; the news waits and is old then."""
    news = InboundEvent(
        connection=Connection.objects.get(), topic="t", received_at=now + timedelta(seconds=1)
    )
    again = now + timedelta(seconds=2)
    store_tokens(installed, Tokens(access="newer", refresh="r"))
    Connection.objects.update(installed_at=again)
    with pytest.raises(Waiting, match="is being connected again"):
        forget_tokens(Event("connection.uninstalled"), news)
    assert Connection.objects.get().tokens.reveal()["access"] == "newer"
    news.connection = Connection.objects.get()
    with pytest.raises(Ignored):
        forget_tokens(Event("connection.uninstalled"), news)


def test_nothing_is_started_until_it_is_installed_again_and_then_all_as_it_was(installed, now):
    make_schedules(installed, now)
    FlowSchedule.objects.filter(flow="products").update(enabled=False)
    FlowSchedule.objects.filter(flow="stock").update(next_due_at=now, every_minutes=60)
    before = list(FlowSchedule.objects.order_by("pk").values("flow", "enabled", "every_minutes"))
    tell(installed, "connection.uninstalled", now + timedelta(seconds=1))
    assert start_due(now + timedelta(days=3)) == 0
    assert not SyncRun.objects.exists()

    Connection.objects.update(installed_at=now + timedelta(days=3))
    check_connection(Connection.objects.get())
    assert Connection.objects.get().status == "active"
    assert not Alert.objects.filter(closed_at=None).exists()
    after = list(FlowSchedule.objects.order_by("pk").values("flow", "enabled", "every_minutes"))
    assert after == before
    assert start_due(now + timedelta(days=3, minutes=1)) == 1  # one run makes up for three days
    assert SyncRun.objects.get().flow == "stock"


def test_its_history_stays(installed, now):
    InboundEvent.objects.create(
        provider="fake", connection=installed, topic="t", dedupe_key="k", received_at=now
    )
    SyncRun.objects.create(connection=installed, flow="stock", trigger="staff", status="completed")
    tell(installed, "connection.uninstalled", now + timedelta(seconds=1))
    assert InboundEvent.objects.count() == 2
    assert SyncRun.objects.count() == 1


def test_changed_permissions_are_checked(installed):
    assert tell(installed, "connection.scopes_changed") == "done"
    assert waiting_ids("integrations.tasks.check_connection") == {installed.pk}
