"""Orders of customers, as webhooks tell them."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import BadResponse
from integrations.types import Address, ChannelLine, Contact

from .conftest import body_of, headers, load

ORDER = "gid://shopify/Order/820982911946154508"


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
