"""The three privacy topics of the simulator, and an app whose secret is rotated."""

import json

import pytest

from integrations.sandbox.shopify.signing import webhook_hmac

from .conftest import SHOP

URL = "http://127.0.0.1:9/hooks/shopify/"


def ask(sandbox, topic, **given):
    return sandbox.json(f"/control/stores/{SHOP}/privacy", topic=topic, url=URL, **given)


@pytest.mark.parametrize(
    ("topic", "listed"),
    [("customers/data_request", "orders_requested"), ("customers/redact", "orders_to_redact")],
)
def test_a_customers_request_names_the_order_and_the_customer(sandbox, order_of, topic, listed):
    order_of()
    (order,) = sandbox.store.orders.values()
    assert ask(sandbox, topic, orders=[order.name]).status == 200
    (delivery,) = [one for one in sandbox.world.state.deliveries.values() if one.topic == topic]
    body = json.loads(delivery.body)
    assert (delivery.url, body["shop_domain"], body[listed]) == (URL, SHOP, [order.id])
    assert body["customer"]["email"] == order.email
    assert ("data_request" in body) == (topic == "customers/data_request")
    wanted = webhook_hmac(delivery.body.encode(), "sandbox-api-secret")
    assert delivery.headers["X-Shopify-Hmac-Sha256"] == wanted


def test_a_store_that_left_names_nobody(sandbox):
    sandbox.store.installations.clear()
    assert ask(sandbox, "shop/redact").status == 200
    (body,) = sandbox.bodies("shop/redact")
    assert body == {"shop_id": sandbox.store.id, "shop_domain": SHOP}


def test_another_topic_is_refused(sandbox):
    assert ask(sandbox, "customers/eat").status == 422
    assert sandbox.world.state.deliveries == {}


def test_a_rotated_secret_signs_what_comes_after_it(sandbox):
    app = {"client_id": "sandbox-api-key", "secret": "rotated", "title": "Crossdock"}
    assert sandbox.json("/control/apps", **app).status == 201
    ask(sandbox, "shop/redact")
    (delivery,) = sandbox.world.state.deliveries.values()
    wanted = webhook_hmac(delivery.body.encode(), "rotated")
    assert delivery.headers["X-Shopify-Hmac-Sha256"] == wanted
