"""Webhooks that are late, overtaken, doubled, lost, unreadable or badly signed, as they arrive."""

import json

import pytest

from integrations.sandbox.shopify.signing import webhook_hmac

from .live import Receiver

pytestmark = pytest.mark.e2e

SECRET = "sandbox-api-secret"


def names(got):
    return [json.loads(one.body)["name"] for one in got]


def is_signed(got, secret=SECRET):
    return got.headers.get("X-Shopify-Hmac-Sha256") == webhook_hmac(got.body, secret)


@pytest.fixture
def told(live, receiver):
    """A store whose new orders are told to the receiver."""
    live.subscribe(receiver.url, "ORDERS_CREATE")
    return live


def test_a_late_webhook_comes_after_its_delay_with_its_first_time(told, receiver):
    told.dial("late_webhooks", operation="orders/create", delay_seconds=3, times=1)
    told.sell()
    told.sell()
    first, second = receiver.wait(2)
    assert names([first, second]) == ["#1002", "#1001"]
    assert second.headers["X-Shopify-Triggered-At"] <= first.headers["X-Shopify-Triggered-At"]


def test_a_webhook_is_overtaken_by_the_next(told, receiver):
    told.dial("webhooks_out_of_order", operation="orders/create", delay_seconds=600)
    for pair in (2, 4):
        told.sell()
        told.sell()
        receiver.wait(pair)
    assert names(receiver.got) == ["#1002", "#1001", "#1004", "#1003"]
    assert told.fired() == [2]


def test_one_that_nobody_overtakes_comes_after_the_delay(told, receiver):
    told.dial("webhooks_out_of_order", delay_seconds=1)
    told.sell()
    assert names(receiver.wait(1)) == ["#1001"]


def test_many_copies_arrive_at_the_same_time_under_one_id(live):
    together = Receiver(together=10)  # none is answered before ten have arrived
    try:
        live.subscribe(together.url, "ORDERS_CREATE")
        live.dial("duplicate_webhooks", operation="orders/create", copies=10, times=1)
        live.sell()
        got = together.wait(10)
    finally:
        together.close()
    assert len({one.headers["X-Shopify-Webhook-Id"] for one in got}) == 1
    assert len({one.body for one in got}) == 1


def test_a_dropped_one_never_comes(told, receiver):
    told.dial("drop_webhooks", operation="orders/create", times=1)
    told.sell()
    told.sell()
    assert names(receiver.wait(1)) == ["#1002"]
    told.wait_for_no_delivery()


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("cut", b'{"id":'),
        ("html", b"<!doctype html>"),
        ("bytes", b'\xff\xfe{"id": "\xc3\x28\x00"}'),
        ("deep", b"[" * 100_000),
    ],
)
def test_an_unreadable_body_is_signed_all_the_same(told, receiver, form, start):
    told.dial("unreadable_webhooks", body_form=form)
    told.sell()
    (got,) = receiver.wait(1)
    assert got.body.startswith(start)
    assert is_signed(got)
    with pytest.raises((ValueError, RecursionError)):
        json.loads(got.body)


def test_a_body_that_says_nothing(told, receiver):
    told.dial("unreadable_webhooks", body_form="empty_object")
    told.sell()
    (got,) = receiver.wait(1)
    assert (got.body, is_signed(got)) == (b"{}", True)


def test_forged_and_unsigned_ones(told, receiver):
    told.dial("forged_webhooks", times=1)
    told.sell()
    told.dial("unsigned_webhooks", times=1)
    told.sell()
    by_name = {json.loads(one.body)["name"]: one for one in receiver.wait(2)}
    assert len(by_name["#1001"].headers["X-Shopify-Hmac-Sha256"]) == 44
    assert not is_signed(by_name["#1001"])
    assert "X-Shopify-Hmac-Sha256" not in by_name["#1002"].headers


def test_after_a_rotation_some_come_with_the_old_secret(told, receiver):
    new = told.control("apps/rotate", secret="the-new-one")
    assert new["previous_secret"] == SECRET
    told.dial("old_secret_webhooks", times=1)
    told.sell()
    told.sell()
    by_name = {json.loads(one.body)["name"]: one for one in receiver.wait(2)}
    assert is_signed(by_name["#1001"])
    assert is_signed(by_name["#1002"], "the-new-one")


def test_both_secrets_open_the_token_endpoint_until_the_old_one_is_revoked(live):
    made_up = live.control("apps/rotate")["secret"]
    assert live.refresh().status == 200
    assert live.refresh(client_secret=made_up).status == 200
    live.control("apps/revoke")
    assert (live.refresh().status, live.refresh(client_secret=made_up).status) == (400, 200)


PERSON = {"email": "maya@example.com", "first_name": "Maya", "last_name": "Okafor"}


def test_the_three_topics_of_the_law(told, receiver):
    order = told.sell(announce=False, **PERSON)
    customer = told.store.customers["maya@example.com"].id
    for topic in ("customers/data_request", "customers/redact"):
        told.at_store("privacy", topic=topic, email="maya@example.com")
    told.at_store("uninstall")
    told.at_store("privacy", topic="shop/redact")
    got = {one.topic: one for one in receiver.wait(3)}
    assert all(is_signed(one) for one in got.values())
    shop = {"shop_id": told.store.id, "shop_domain": "blue-door.myshopify.com"}
    person = {"id": customer, "email": "maya@example.com", "phone": None}
    asked = json.loads(got["customers/data_request"].body)
    assert asked.pop("data_request").keys() == {"id"}
    assert asked == shop | {"customer": person, "orders_requested": [order["id"]]}
    erased = json.loads(got["customers/redact"].body)
    assert erased == shop | {"customer": person, "orders_to_redact": [order["id"]]}
    assert json.loads(got["shop/redact"].body) == shop


def test_a_topic_of_the_law_needs_a_person_and_an_address(live):
    path = "stores/blue-door.myshopify.com/privacy"
    answer = live.post(path, topic="customers/redact")
    assert (answer.status, "e-mail" in answer.json()["error"]) == (422, True)
    answer = live.post(path, topic="shop/redact")
    assert answer.json()["error"] == "Crossdock has no address for this topic: give one as uri."
    live.wait_for_no_delivery()


def test_uninstalled_and_installed_again(told, receiver):
    told.subscribe(receiver.url, "APP_UNINSTALLED")
    told.at_store("uninstall")
    assert told.call("{ shop { name } }").status == 401
    assert receiver.wait(1)[0].topic == "app/uninstalled"
    again = told.at_store("install", scopes=["read_products"])
    told.token = again["access_token"]
    assert told.run("{ shop { name } }")["shop"]["name"] == "Blue Door Roasters"
    assert told.get("stores")["stores"][0]["subscriptions"] == []
