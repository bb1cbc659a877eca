"""Webhooks coming in over HTTP: what is stored, what is refused, and that nothing else happens."""

import json

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ

from integrations.jobs import waiting_ids
from integrations.models import Connection, InboundEvent
from integrations.services import intake
from tests.conftest import make_fake
from tests.fakes import sign
from tests.threads import at_once

BODY = b'{"id": 1}'


def post(client, path, body=BODY, topic="orders/create", delivery="d-1", signature=None, **more):
    headers = {"x-fake-topic": topic, "x-fake-id": delivery}
    headers["x-fake-hmac"] = sign(body) if signature is None else signature
    return client.post(path, body, content_type="application/json", headers=headers | more)


@pytest.fixture
def url(fake):
    return f"/hooks/{fake.hook_key}/"


def test_a_signed_webhook_is_stored_and_queued(client, url, fake):
    assert post(client, url, **{"x-fake-shop": "Beans.fake"}).status_code == 200
    row = InboundEvent.objects.get()
    assert (row.provider, row.connection, row.account) == ("fake", fake, "beans.fake")
    assert (row.topic, row.status, bytes(row.body)) == ("orders/create", "received", BODY)
    assert row.dedupe_key == "beans.fake:orders/create:d-1"
    assert waiting_ids("integrations.tasks.handle_event") == {row.pk}


def test_headers_are_kept_by_name_and_never_a_signature(client, url):
    post(client, url, **{"x-fake-shop": "beans.fake", "authorization": "Bearer x", "cookie": "a=b"})
    assert InboundEvent.objects.get().headers == {
        "x-fake-topic": "orders/create",
        "x-fake-shop": "beans.fake",
        "x-fake-id": "d-1",
    }


def test_a_delivery_seen_before_is_answered_200_and_changes_nothing(client, url):
    assert [post(client, url).status_code for _ in range(3)] == [200, 200, 200]
    assert InboundEvent.objects.count() == 1
    assert OrmQ.objects.count() == 1


def test_without_a_delivery_id_the_body_tells_deliveries_apart(client, url):
    for body in (b'{"id": 1}', b'{"id": 2}', b'{"id": 1}'):
        assert post(client, url, body, delivery="").status_code == 200
    assert InboundEvent.objects.count() == 2


@pytest.mark.parametrize("signature", ["", "0" * 64, "not hex \xff", sign(BODY, "other secret")])
def test_a_bad_signature_is_401_counted_and_stores_nothing(client, url, signature):
    assert post(client, url, signature=signature).status_code == 401
    assert not InboundEvent.objects.exists()
    assert not OrmQ.objects.exists()
    assert Connection.objects.get().rejected_hooks == 1


def test_a_changed_body_is_401(client, url):
    assert post(client, url, b'{"id": 2}', signature=sign(BODY)).status_code == 401
    assert not InboundEvent.objects.exists()


def test_a_connection_without_a_secret_takes_nothing(client, url, fake):
    fake.secrets = {"client_secret": ""}
    fake.save()
    signature = sign(BODY, "x").replace("x", "")
    assert post(client, url, signature=signature).status_code == 401
    assert post(client, url, signature="").status_code == 401
    assert not InboundEvent.objects.exists()


def test_another_account_of_the_same_app_cannot_speak_for_this_one(client, url):
    assert post(client, url, **{"x-fake-shop": "tea.fake"}).status_code == 401
    assert not InboundEvent.objects.exists()


def test_an_unknown_address_is_401_too(client, fake):
    assert post(client, "/hooks/" + "x" * 43 + "/").status_code == 401
    assert not InboundEvent.objects.exists()


def test_only_post_is_taken(client, url):
    assert client.get(url).status_code == 405


def test_a_body_above_five_megabytes_is_413(client, url):
    assert post(client, url, b"x" * (5 * 1024 * 1024 + 1)).status_code == 413
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"\xff\xfe\x00", b'{"a": NaN}', b"9" * 5000, b"a=b", b'"\\ud800"\x00']
)
def test_a_signed_body_nobody_can_read_is_stored_all_the_same(client, url, body):
    assert post(client, url, body).status_code == 200
    assert bytes(InboundEvent.objects.get().body) == body


@pytest.mark.parametrize("status", ["paused", "archived", "needs_attention", "draft"])
def test_a_connection_not_in_use_stores_too(client, url, status):
    Connection.objects.update(status=status)
    assert post(client, url).status_code == 200
    assert InboundEvent.objects.count() == 1


def test_when_the_database_is_away_the_sender_is_told_to_come_again(client, url, monkeypatch):
    def fail(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(intake, "enqueue", fail)
    assert post(client, url).status_code == 503
    assert not InboundEvent.objects.exists()


def test_headers_with_odd_characters_are_stored_clean(client, url):
    assert post(client, url, topic="a" * 150, delivery="n" * 500).status_code == 200
    row = InboundEvent.objects.get()
    assert (row.topic, len(row.dedupe_key)) == ("a" * 100, 64)


# --- the address of the whole app ---


def test_the_apps_address_finds_the_connection_by_account(client, fake):
    make_fake("tea.fake")
    assert post(client, "/hooks/fake/", **{"x-fake-shop": "beans.fake"}).status_code == 200
    assert InboundEvent.objects.get().connection == fake


def test_the_apps_address_refuses_what_another_secret_signed(client, fake):
    headers = {"x-fake-shop": "beans.fake"}
    assert post(client, "/hooks/fake/", signature="0" * 64, **headers).status_code == 401
    assert not InboundEvent.objects.exists()


def test_news_of_an_account_we_do_not_know_is_kept_when_our_app_is_spoken_to(
    client, script, db, settings
):
    settings.FAKE_API_KEY, settings.FAKE_API_SECRET = "app", "app-secret"
    headers = {"x-fake-shop": "gone.fake"}
    signature = sign(BODY, "app-secret")
    assert post(client, "/hooks/fake/", signature=signature, **headers).status_code == 200
    row = InboundEvent.objects.get()
    assert (row.connection, row.account) == (None, "gone.fake")


@pytest.mark.parametrize("shop", ["", "evil.com/.fake", "not a shop"])
def test_the_apps_address_needs_an_account(client, script, db, shop):
    assert post(client, "/hooks/fake/", **{"x-fake-shop": shop}).status_code == 401
    assert not InboundEvent.objects.exists()


def test_real_shopify_headers_find_the_partner_store(client, db, settings):
    import base64
    import hashlib
    import hmac

    settings.SHOPIFY_API_KEY, settings.SHOPIFY_API_SECRET = "app", "hush"
    row = Connection.objects.create(
        provider="shopify-partner",
        slug="blue",
        name="Blue",
        account="blue-door.myshopify.com",
        settings={"shop": "blue-door.myshopify.com"},
        status="active",
    )
    body = json.dumps({"shop_id": 1}).encode()
    signature = base64.b64encode(hmac.new(b"hush", body, hashlib.sha256).digest()).decode()
    headers = {
        "X-Shopify-Topic": "app/uninstalled",
        "X-Shopify-Shop-Domain": "blue-door.myshopify.com",
        "X-Shopify-Webhook-Id": "w-1",
        "X-Shopify-Triggered-At": "2026-11-20T12:00:00Z",
        "X-Shopify-Hmac-Sha256": signature,
    }
    kind = "application/json"
    answer = client.post("/hooks/shopify/", body, content_type=kind, headers=headers)
    assert answer.status_code == 200
    event = InboundEvent.objects.get()
    assert (event.connection, event.topic) == (row, "app/uninstalled")
    assert event.sent_at.isoformat() == "2026-11-20T12:00:00+00:00"
    assert "x-shopify-hmac-sha256" not in event.headers
    assert event.headers["x-shopify-topic"] == "app/uninstalled"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_delivery_that_comes_ten_times_at_once_is_stored_once(script):
    row = make_fake()
    headers = {"x-fake-topic": "t", "x-fake-id": "d", "x-fake-hmac": sign(BODY)}
    delivery = intake.Delivery(BODY, headers)
    answers = at_once(10, lambda index: intake.receive(row.hook_key, delivery, timezone.now()))
    assert answers == [200] * 10
    assert InboundEvent.objects.count() == 1
    assert OrmQ.objects.count() == 1
