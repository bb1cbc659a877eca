"""A replaced client secret: for a day both count for what comes in, then the old one is gone."""

import base64
import hashlib
import hmac
from datetime import timedelta

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from config.environment import read_secrets
from integrations.crypto import CredentialUnreadable
from integrations.models import Connection, InboundEvent
from integrations.providers.shopify.store import ShopifyStore
from integrations.services.connecting import save_connection
from integrations.services.connections import provider_for
from integrations.services.lifecycle import archive_connection
from integrations.services.rotation import wipe_old_secrets
from integrations.tasks import tick
from tests.integrations.admin_rows import get_page, log_in, page_url

pytestmark = pytest.mark.django_db
BODY = b'{"id": 1}'


def make(slug: str, secret: str) -> Connection:
    shop = {"shop": f"{slug}.myshopify.com"}
    given = {"client_id": "app", "client_secret": secret}
    row, _ = save_connection("shopify-partner", slug, shop, given)
    return row


def replace(row: Connection, secret: str) -> Connection:
    return save_connection(row.provider, row.slug, {}, {"client_secret": secret})[0]


def takes(row: Connection, secret: str) -> bool:
    digest = hmac.new(secret.encode(), BODY, hashlib.sha256).digest()
    given = {"x-shopify-hmac-sha256": base64.b64encode(digest).decode()}
    provider = provider_for(Connection.objects.get(pk=row.pk))
    assert isinstance(provider, ShopifyStore)
    return provider.verify(BODY, given)


def end_window() -> None:
    Connection.objects.update(old_secrets_until=timezone.now() - timedelta(seconds=1))


def test_old_and_new_are_taken_for_a_day_and_only_by_this_connection():
    row, other = make("blue-door", "old"), make("kettle", "else")
    replace(row, "new")
    assert [takes(row, one) for one in ("old", "new", "never")] == [True, True, False]
    assert [takes(other, one) for one in ("old", "new", "else")] == [False, False, True]
    row.refresh_from_db()
    left = row.old_secrets_until - timezone.now()
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)


def test_after_the_window_the_old_one_is_refused_even_before_it_is_wiped():
    row = replace(make("blue-door", "old"), "new")
    end_window()
    assert [takes(row, one) for one in ("old", "new")] == [False, True]


def test_the_tick_wipes_it():
    row = replace(make("blue-door", "old"), "new")
    assert wipe_old_secrets(timezone.now()) == 0
    end_window()
    tick()
    row.refresh_from_db()
    assert row.secrets.reveal() == {"client_id": "app", "client_secret": "new"}
    assert row.old_secrets_until is None
    assert wipe_old_secrets(timezone.now()) == 0


def test_it_is_stored_encrypted_and_nowhere_in_clear():
    row = replace(make("blue-door", "old-value-in-clear"), "new")
    row.refresh_from_db()
    assert "old-value-in-clear" not in row.secrets.stored
    assert row.secrets.reveal()["old_client_secret"] == "old-value-in-clear"


def test_a_second_replacement_keeps_only_the_one_before_it():
    row = replace(replace(make("blue-door", "one"), "two"), "three")
    assert [takes(row, one) for one in ("one", "two", "three")] == [False, True, True]


def test_the_same_value_again_is_no_replacement():
    row = replace(make("blue-door", "same"), "same")
    assert row.old_secrets_until is None
    assert "old_client_secret" not in row.secrets.reveal()


def test_the_window_is_a_setting(settings):
    settings.OLD_SECRET_HOURS = 1
    row = replace(make("blue-door", "old"), "new")
    assert row.old_secrets_until - timezone.now() <= timedelta(hours=1)


def test_leaving_the_installations_app_keeps_its_secret_for_the_window(settings):
    settings.SHOPIFY_API_KEY, settings.SHOPIFY_API_SECRET = "shared", "shared-secret"
    row, _ = save_connection("shopify-partner", "blue-door", {"shop": "a.myshopify.com"}, {})
    given = {"client_id": "own", "client_secret": "own-secret"}
    save_connection("shopify-partner", "blue-door", {}, given)
    assert [takes(row, one) for one in ("shared-secret", "own-secret")] == [True, True]


def test_unreadable_credentials_are_left_until_their_key_is_back(settings):
    row = replace(make("blue-door", "old"), "new")
    end_window()
    good = settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = "other:" + "B" * 43 + "="
    assert wipe_old_secrets(timezone.now()) == 0
    row.refresh_from_db()
    with pytest.raises(CredentialUnreadable):
        row.secrets.reveal()
    settings.CREDENTIAL_KEYS = good
    assert wipe_old_secrets(timezone.now()) == 1


def test_archiving_ends_the_window():
    row = replace(make("blue-door", "old"), "new")
    archive_connection(row, timezone.now())
    row.refresh_from_db()
    assert (row.old_secrets_until, bool(row.secrets)) == (None, False)


def test_a_webhook_signed_with_the_old_secret_is_stored_during_the_window(client):
    row = replace(make("blue-door", "old"), "new")
    digest = hmac.new(b"old", BODY, hashlib.sha256).digest()
    headers = {"X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()}
    headers |= {"X-Shopify-Topic": "t", "X-Shopify-Shop-Domain": row.account}
    url = f"/hooks/{row.hook_key}/"

    def status(delivery):
        sent = headers | {"X-Shopify-Webhook-Id": delivery}
        return client.post(url, BODY, content_type="application/json", headers=sent).status_code

    assert status("one") == 200
    end_window()
    assert status("two") == 401
    assert InboundEvent.objects.count() == 1


def test_the_page_says_when_the_old_one_ends():
    row = replace(make("blue-door", "old-client-secret-1234"), "new-client-secret-5678")
    Connection.objects.update(status="active")
    html = get_page(log_in("Owner"), page_url(row))
    local = timezone.localtime(row.old_secrets_until)
    assert f"Still counts for webhooks until {local:%b %d, %H:%M}" in html
    end_window()
    row.refresh_from_db()
    assert "Previous client secret" not in get_page(log_in("Manager"), page_url(row))


# --- the secret of the whole installation ---


@pytest.mark.parametrize(
    ("text", "read"),
    [("", ("", "")), ("new", ("new", "")), ("new,old", ("new", "old")), ("a , b", ("a", "b"))],
)
def test_the_installations_secret_may_list_the_one_before_it(monkeypatch, text, read):
    monkeypatch.setenv("SHOPIFY_API_SECRET", text)
    assert read_secrets(environ.Env(), "SHOPIFY_API_SECRET") == read


@pytest.mark.parametrize("text", ["a,b,c", "a,", ",b", ","])
def test_a_list_that_is_none_stops_the_start(monkeypatch, text):
    monkeypatch.setenv("SHOPIFY_API_SECRET", text)
    with pytest.raises(ImproperlyConfigured, match="SHOPIFY_API_SECRET holds the secret, or"):
        read_secrets(environ.Env(), "SHOPIFY_API_SECRET")


def test_both_secrets_of_the_installation_are_taken(settings):
    settings.SHOPIFY_API_KEY = "app"
    settings.SHOPIFY_API_SECRET, settings.SHOPIFY_API_OLD_SECRET = "new", "old"
    row, _ = save_connection("shopify-partner", "blue-door", {"shop": "a.myshopify.com"}, {})
    assert [takes(row, one) for one in ("new", "old", "never")] == [True, True, False]
