"""Webhooks of Shopify: who signed them, and what they say in our words."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import BadResponse
from integrations.providers.shopify.own_store import OwnStore
from integrations.providers.shopify.webhooks import is_signed
from integrations.types import (
    Address,
    ChannelLine,
    Contact,
    Envelope,
    Event,
    PersonRequest,
    RemoteShipment,
    ShippedLine,
    StockItem,
)

from .conftest import body_of, load

VECTORS = load("hmac_vectors")["webhooks"]
ORDER = "gid://shopify/Order/820982911946154508"


ADA = {"customer_id": "191167", "email": "ada@example.com", "phone": "+15035550142"}
ADA_LEAVES = PersonRequest(**ADA, order_ids=(ORDER,))
ADA_ASKS = PersonRequest(**ADA, order_ids=(ORDER,), request_id="9999")


def headers(topic: str, **more: str) -> dict[str, str]:
    return {"x-shopify-topic": topic} | more


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.mark.parametrize("vector", VECTORS["valid"])
def test_public_signatures_are_reproduced(vector):
    given = {"x-shopify-hmac-sha256": vector["signature"]}
    assert is_signed(vector["body"].encode(), given, [vector["secret"]])


@pytest.mark.parametrize("vector", VECTORS["invalid"])
def test_wrong_signatures_are_refused(vector):
    given = {"x-shopify-hmac-sha256": vector["signature"]}
    assert not is_signed(vector["body"].encode(), given, [vector["secret"]])


@pytest.mark.parametrize("given", [{}, {"x-shopify-hmac-sha256": "ÿé✓"}])
def test_a_missing_or_odd_signature_is_refused_without_an_error(world, given):
    assert world.partner().verify(b"{}", given) is False


def test_an_empty_body_is_refused_even_if_signed(world):
    assert world.partner().verify(b"", {"x-shopify-hmac-sha256": signature(b"", "hush")}) is False


def test_without_a_secret_nothing_is_signed(world):
    given = {"x-shopify-hmac-sha256": signature(b"{}", "")}
    assert world.partner(client_secret="").verify(b"{}", given) is False


def test_the_old_secret_signs_while_secrets_rotate(world):
    partner = world.partner(client_secret="new", old_client_secret="hush")
    assert partner.verify(b"{}", {"shopify-hmac-sha256": signature(b"{}", "hush")})
    assert partner.verify(b"{}", {"shopify-hmac-sha256": signature(b"{}", "new")})
    assert not partner.verify(b"{}", {"shopify-hmac-sha256": signature(b"{}", "older")})


@pytest.mark.parametrize("start", ["x-shopify-", "shopify-"])
def test_the_envelope_is_read_in_both_spellings(start):
    given = {
        f"{start}topic": "orders/create",
        f"{start}shop-domain": "Own-Store.myshopify.com",
        f"{start}webhook-id": "b54557e4",
        f"{start}triggered-at": "2026-11-19T17:00:00.123456789Z",
    }
    assert OwnStore.envelope(given) == Envelope(
        topic="orders/create",
        account="own-store.myshopify.com",
        delivery_id="b54557e4",
        sent_at=datetime(2026, 11, 19, 17, 0, 0, 123456, UTC),
    )


def test_an_order_keeps_every_figure_line_and_trap(world):
    (event,) = world.own().parse(body_of("orders_create"), headers("orders/create"))
    order = event.data
    assert event.topic == "order.created"
    assert (order.external_id, order.number, order.currency) == (ORDER, "#1042", "USD")
    assert order.placed_at == datetime(2026, 11, 19, 16, 12, 30, tzinfo=UTC)
    assert order.version == datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
    assert (order.total, order.tax, order.shipping) == (
        Decimal("113.70"),
        Decimal("4.00"),
        Decimal("8.00"),
    )
    assert order.refunded_total == Decimal("19.50")
    assert order.paid_at == datetime(2026, 11, 19, 16, 12, 29, tzinfo=UTC)
    assert order.payment_reference == "shopify_payments, gift_card"
    assert (order.delivery_method, order.note, order.test) == ("ship", "Please ring twice", False)
    assert (order.canceled_at, order.cancel_reason) == (None, "")


def test_the_lines_of_an_order_carry_current_units_and_all_discounts(world):
    (event,) = world.own().parse(body_of("orders_create"), headers("orders/create"))
    coffee, mug, engraving, gift, retired = event.data.lines
    assert coffee == ChannelLine(
        external_id="gid://shopify/LineItem/9001",
        sku="PARTNER-lantern-ETH-12",
        title="Ethiopia Guji - 12 oz",
        quantity=2,
        price=Decimal("19.50"),
        discount=Decimal("3.90"),
        canceled_quantity=1,
        variant_id="gid://shopify/ProductVariant/5001",
    )
    assert (mug.title, mug.discount) == ("Enamel mug", Decimal("1.40"))
    assert (engraving.sku, engraving.variant_id, engraving.price) == ("", "", Decimal("0.00"))
    assert (engraving.requires_shipping, gift.gift_card, gift.requires_shipping) == (
        False,
        True,
        False,
    )
    assert (retired.quantity, retired.canceled_quantity, retired.variant_id) == (0, 1, "")


def test_an_order_is_shipped_to_its_shipping_address_only(world):
    (event,) = world.own().parse(body_of("orders_create"), headers("orders/create"))
    assert event.data.contact == Contact(
        name="Ada Moreno",
        email="ada@example.com",
        phone="+15035550142",
        address=Address(
            name="Ada Moreno",
            street1="12 Orchard Lane",
            street2="Apt 3",
            city="Portland",
            state="OR",
            zip="97205",
            country="US",
            phone="+15035550142",
        ),
    )


def test_an_order_without_any_address_is_a_pickup(world):
    (event,) = world.own().parse(body_of("orders_create_pickup"), headers("orders/create"))
    assert (event.data.delivery_method, event.data.contact.address) == ("pickup", Address())
    assert event.data.paid_at is None


@pytest.mark.parametrize(
    ("title", "method"),
    [("Local delivery", "delivery"), ("In-store pickup", "pickup"), ("Express", "ship")],
)
def test_the_delivery_method_is_read_from_the_title(world, title, method):
    body = load("orders_create")
    body["shipping_lines"][0] |= {"title": title, "code": title}
    (event,) = world.own().parse(json.dumps(body).encode(), headers("orders/updated"))
    assert event.data.delivery_method == method


def test_a_removed_shipping_line_says_nothing(world):
    body = load("orders_create")
    body["shipping_lines"][0] |= {"title": "Local pickup", "is_removed": True}
    (event,) = world.own().parse(json.dumps(body).encode(), headers("orders/updated"))
    assert event.data.delivery_method == "ship"


def test_a_canceled_order_says_when_and_why_and_what_was_paid_back(world):
    (event,) = world.own().parse(body_of("orders_cancelled"), headers("orders/cancelled"))
    order = event.data
    assert event.topic == "order.canceled"
    assert order.canceled_at == datetime(2026, 11, 19, 18, 0, tzinfo=UTC)
    assert (order.cancel_reason, order.refunded_total) == ("customer", Decimal("133.20"))
    assert [line.quantity for line in order.lines] == [0, 0, 0, 0, 0]


def test_an_edit_names_the_order_to_be_read_again(world):
    (event,) = world.own().parse(body_of("orders_edited"), headers("orders/edited"))
    assert (event.topic, event.data) == ("order.changed", ORDER)


def test_text_no_database_takes_is_cleaned(world):
    body = load("orders_create") | {"note": "a\u0000b\ud800c"}
    (event,) = world.own().parse(json.dumps(body).encode(), headers("orders/create"))
    assert event.data.note == "abc"


def break_order(**changes):
    return load("orders_create") | changes


def break_line(**changes):
    body = load("orders_create")
    body["line_items"][0] |= changes
    return body


@pytest.mark.parametrize(
    "body",
    [
        break_order(id=None, admin_graphql_api_id=None),
        break_order(created_at=None),
        break_order(updated_at="yesterday"),
        break_order(updated_at="2026-11-19T09:00:00"),
        break_order(line_items={}),
        break_order(line_items=["x"]),
        break_order(current_total_price_set=None, current_total_price="NaN"),
        break_order(total_shipping_price_set=None),
        break_line(price=None, price_set=None),
        break_line(price_set=None, price="1e999999999"),
        break_line(price_set=None, price="twelve"),
        break_line(current_quantity="2"),
        break_line(quantity=None),
        break_line(quantity=True),
        break_line(variant_id="abc"),
        break_line(discount_allocations=[{"amount": None}]),
    ],
)
def test_a_body_that_lacks_or_garbles_a_figure_is_refused_whole(world, body):
    with pytest.raises(BadResponse):
        world.own().parse(json.dumps(body).encode(), headers("orders/create"))


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
