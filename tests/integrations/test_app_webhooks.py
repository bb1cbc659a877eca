"""What this app does with webhooks about the account itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.jobs import waiting_ids
from integrations.models import Alert, InboundEvent
from integrations.services.tokens import store_tokens
from integrations.services.webhooks import handle
from integrations.types import Tokens


@pytest.fixture
def installed(fake, now):
    store_tokens(fake, Tokens(access="a", refresh="r"))
    fake.installed_at = now
    fake.save(update_fields=["installed_at"])
    return fake


def tell(connection, topic, sent_at=None):
    row = InboundEvent.objects.create(
        provider="fake", connection=connection, topic=topic, dedupe_key=topic, body=b"{}",
        headers={"x-fake-topic": topic}, received_at=timezone.now(), sent_at=sent_at,
    )  # fmt: skip
    return handle(row.pk)


def test_an_uninstalled_app_forgets_its_tokens_and_tells_staff(installed, now):
    assert tell(installed, "connection.uninstalled", now + timedelta(seconds=1)) == "done"
    installed.refresh_from_db()
    assert installed.status == "needs_attention"
    assert not installed.tokens
    assert installed.secrets.reveal() == {"client_secret": "fake-app-secret"}
    assert Alert.objects.get().title == "Beans needs attention"


def test_news_of_an_uninstall_from_before_the_reinstall_changes_nothing(installed, now):
    assert tell(installed, "connection.uninstalled", now - timedelta(seconds=1)) == "ignored"
    installed.refresh_from_db()
    assert installed.status == "active"
    assert installed.tokens.reveal()["access"] == "a"
    assert not Alert.objects.exists()


def test_changed_permissions_are_checked(installed):
    assert tell(installed, "connection.scopes_changed") == "done"
    assert waiting_ids("integrations.tasks.check_connection") == {installed.pk}
