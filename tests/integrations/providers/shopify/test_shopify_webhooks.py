"""What webhooks of Shopify say in our words."""

import json
from datetime import UTC, datetime

import pytest

from integrations.errors import BadResponse
from integrations.types import Event, PersonRequest, RemoteShipment, ShippedLine, StockItem

from .conftest import body_of, headers, load

ORDER = "gid://shopify/Order/820982911946154508"

ADA = {"customer_id": "191167", "email": "ada@example.com", "phone": "+15035550142"}
ADA_LEAVES = PersonRequest(**ADA, order_ids=(ORDER,))
ADA_ASKS = PersonRequest(**ADA, order_ids=(ORDER,), request_id="9999")


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"id": NaN}', b"{}"]
)
@pytest.mark.parametrize("topic", ["orders/create", "fulfillments/create", "products/delete"])
def test_an_unreadable_body_is_refused_with_a_sentence(world, body, topic):
    with pytest.raises(BadResponse, match=r"\."):
        world.own().parse(body, headers(topic))


def test_an_unknown_topic_is_ignored(world):
    assert world.own().parse(b"not even json", headers("themes/publish")) == []


def test_a_parcel_is_read_with_its_lines(world):
    (event,) = world.own().parse(body_of("fulfillments_create"), headers("fulfillments/create"))
    assert event.topic == "shipment.reported"
    assert event.data == RemoteShipment(
        external_id="gid://shopify/Fulfillment/123456",
        order_id=ORDER,
        lines=(
            ShippedLine("gid://shopify/LineItem/9001", "ETH-12", 2),
            ShippedLine("gid://shopify/LineItem/9002", "", 1),
        ),
        carrier="UPS",
        tracking_number="1Z1234512345123456",
        url="https://www.ups.com/track?tracknum=1Z1234512345123456",
        status="in_transit",
        shipped_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("status", "progress", "ours"),
    [
        ("success", None, "in_transit"),
        ("success", "out_for_delivery", "in_transit"),
        ("success", "attempted_delivery", "in_transit"),
        ("success", "delivered", "delivered"),
        ("success", "failure", "exception"),
        ("error", None, "exception"),
        ("cancelled", "delivered", "voided"),
    ],
)
def test_a_parcel_says_how_far_it_is(world, status, progress, ours):
    body = load("fulfillments_create") | {"status": status, "shipment_status": progress}
    (event,) = world.own().parse(json.dumps(body).encode(), headers("fulfillments/update"))
    assert event.data.status == ours


def test_a_delivered_parcel_says_when(world):
    (event,) = world.own().parse(body_of("fulfillments_update"), headers("fulfillments/update"))
    assert event.data.delivered_at == datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


STOCK = StockItem(
    sku="",
    available=0,
    item_id="gid://shopify/InventoryItem/7001",
    location_id="gid://shopify/Location/905684977",
)


@pytest.mark.parametrize(
    ("topic", "fixture", "name", "data"),
    [
        (
            "products/update",
            "products_update",
            "product.changed",
            "gid://shopify/Product/632910392",
        ),
        (
            "products/delete",
            "products_delete",
            "product.removed",
            "gid://shopify/Product/632910392",
        ),
        ("inventory_levels/update", "inventory_levels_update", "stock.changed", STOCK),
        ("app/scopes_update", "app_scopes_update", "connection.scopes_changed", ("read_products",)),
    ],
)
def test_other_topics_come_in_our_words(world, topic, fixture, name, data):
    (event,) = world.partner().parse(body_of(fixture), headers(topic))
    assert event == Event(name, data, load(fixture))


@pytest.mark.parametrize(
    ("topic", "fixture", "name", "asked"),
    [
        ("customers/data_request", "customers_data_request", "data_request", ADA_ASKS),
        ("customers/redact", "customers_redact", "customer_redact", ADA_LEAVES),
        ("shop/redact", "shop_redact", "shop_redact", PersonRequest()),
    ],
)
def test_privacy_topics_say_who_and_which_orders(world, topic, fixture, name, asked):
    for store in (world.partner(), world.own()):
        (event,) = store.parse(body_of(fixture), headers(topic))
        assert (event.topic, event.data) == (f"privacy.{name}", asked)


def test_a_privacy_topic_with_odd_parts_is_read_as_far_as_it_goes(world):
    body = b'{"customer": null, "orders_to_redact": ["x", null, 7], "data_request": []}'
    (event,) = world.partner().parse(body, headers("customers/redact"))
    assert event.data == PersonRequest(order_ids=("gid://shopify/Order/7",))


def test_an_uninstall_hands_on_what_was_sent(world):
    (event,) = world.partner().parse(body_of("app_uninstalled"), headers("app/uninstalled"))
    assert (event.topic, event.data) == ("connection.uninstalled", load("app_uninstalled"))


def test_stock_that_is_no_longer_kept_somewhere_is_not_zero(world):
    body = load("inventory_levels_update") | {"available": None}
    (event,) = world.partner().parse(json.dumps(body).encode(), headers("inventory_levels/update"))
    assert event.data.available is None
