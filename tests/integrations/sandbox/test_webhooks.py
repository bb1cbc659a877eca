"""Announcements: signed, with the original body on every try, given up in the end."""

import pytest

from integrations.sandbox.shopify.courier import settle
from integrations.sandbox.shopify.signing import webhook_hmac
from integrations.sandbox.shopify.webhooks import topic_name

from .conftest import SHOP


@pytest.fixture
def announced(sandbox, order_of):
    sandbox.subscribe("ORDERS_CREATE")
    order_of()
    key, delivery = next(iter(sandbox.world.state.deliveries.items()))
    return key, delivery


def test_topics_are_written_as_in_the_header():
    assert topic_name("ORDERS_CREATE") == "orders/create"
    assert topic_name("INVENTORY_LEVELS_UPDATE") == "inventory_levels/update"


def test_a_delivery_is_signed_over_its_bytes(announced):
    _, delivery = announced
    headers = delivery.headers
    assert headers["X-Shopify-Topic"] == "orders/create"
    assert headers["X-Shopify-Shop-Domain"] == SHOP
    assert headers["X-Shopify-API-Version"] == "2026-10"
    assert headers["X-Shopify-Webhook-Id"] == delivery.id
    wanted = webhook_hmac(delivery.body.encode(), "sandbox-api-secret")
    assert headers["X-Shopify-Hmac-Sha256"] == wanted


def test_an_accepted_delivery_is_done_and_recorded(sandbox, announced):
    key, _ = announced
    settle(sandbox.world, key, 200)
    assert sandbox.world.state.deliveries == {}
    assert sandbox.kinds()[-1] == "webhook_delivered"


def test_a_failed_delivery_waits_twice_as_long_each_time(sandbox, clock, announced):
    key, delivery = announced
    body, waits = delivery.body, []
    for _ in range(3):
        settle(sandbox.world, key, 500)
        waits.append((delivery.due_at - clock()).total_seconds())
    assert waits == [2, 4, 8]
    assert delivery.body == body


def test_eight_failed_retries_remove_the_subscription(sandbox, announced):
    key, _ = announced
    for _ in range(8):
        settle(sandbox.world, key, 0)
    assert len(sandbox.store.installations["sandbox-api-key"].subscriptions) == 1
    settle(sandbox.world, key, 0)
    assert sandbox.store.installations["sandbox-api-key"].subscriptions == []
    assert sandbox.world.state.deliveries == {}
    assert sandbox.kinds()[-2:] == ["subscription_removed", "webhook_failed"]


def test_a_dropped_webhook_is_never_queued(sandbox, order_of):
    sandbox.subscribe("ORDERS_CREATE")
    sandbox.json("/control/dials", mode="drop_webhooks", operation="orders/create", times=1)
    order_of()
    assert sandbox.bodies("orders/create") == []
    assert "webhook_dropped" in sandbox.kinds()
    order_of()
    assert [one["name"] for one in sandbox.bodies("orders/create")] == ["#1002"]


def test_a_duplicated_webhook_has_the_same_id_twice(sandbox, order_of):
    sandbox.subscribe("ORDERS_CREATE")
    sandbox.json("/control/dials", mode="duplicate_webhooks")
    order_of()
    ids = [one.id for one in sandbox.world.state.deliveries.values()]
    assert len(ids) == 2
    assert ids[0] == ids[1]


def subscribe_message(sandbox, topic, uri):
    document = """mutation S($t: WebhookSubscriptionTopic!, $u: String!) {
      webhookSubscriptionCreate(topic: $t, webhookSubscription: {uri: $u}) {
        userErrors { message } } }"""
    answer = sandbox.run(document, t=topic, u=uri)["webhookSubscriptionCreate"]
    return [one["message"] for one in answer["userErrors"]]


def test_the_same_address_twice_and_plain_http_elsewhere_are_refused(sandbox):
    here, away = "http://127.0.0.1:8000/hooks/k/", "http://portal.example/hooks/k/"
    assert subscribe_message(sandbox, "ORDERS_CREATE", here) == []
    taken = "Address for this topic has already been taken"
    assert subscribe_message(sandbox, "ORDERS_CREATE", here) == [taken]
    unsafe = "Address protocol http:// is not supported"
    assert subscribe_message(sandbox, "ORDERS_UPDATED", away) == [unsafe]


def test_a_topic_needs_its_scope(sandbox):
    sandbox.store.installations["sandbox-api-key"].scopes = ["read_products"]
    message = "You do not have permission to create or update webhooks with orders/create topic."
    assert subscribe_message(sandbox, "ORDERS_CREATE", "https://p.example/h") == [message]
