"""The checkout behind a payment, read as an order with its lines."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import BadResponse, NotAuthorized
from integrations.types import Address, ChannelLine, Payment

from .conftest import NOW, SESSION, load

SESSIONS = "/v1/checkout/sessions"
LINES = f"{SESSIONS}/{SESSION}/line_items"
PAYMENT = Payment("pi_3QfMaya", "paid", Decimal("84.50"), "USD", NOW)
OF_CHECKOUT = replace(PAYMENT, checkout_id=SESSION)


def listed(*rows):
    return {"object": "list", "data": list(rows), "has_more": False, "url": SESSIONS}


@pytest.fixture
def order(world):
    """Read the recorded checkout, with parts of it and of its first line replaced."""

    def read(session=None, line=None, **settings):
        world.answer(f"{SESSIONS}/{SESSION}", load("session") | (session or {}))
        first = load("line_items_1")
        first["data"][0] |= line or {}
        world.answer(LINES, first, load("line_items_2"))
        return world.stripe(**settings).read_checkout(OF_CHECKOUT)

    return read


def test_a_checkout_is_an_order_with_its_totals(order):
    found = order()
    assert (found.external_id, found.number) == (SESSION, "S-E5F6G7H8")
    assert found.placed_at == found.version == datetime(2026, 11, 20, 11, 55, tzinfo=UTC)
    assert (found.total, found.tax, found.shipping) == (
        Decimal("84.50"),
        Decimal("7.50"),
        Decimal("6.00"),
    )
    assert (found.currency, found.paid_at, found.payment_reference) == ("USD", NOW, "pi_3QfMaya")


@pytest.mark.parametrize(
    ("metadata", "method", "zone"),
    [
        ({}, "ship", ""),
        ({"delivery_method": "Pickup"}, "pickup", ""),
        ({"delivery_method": "delivery", "delivery_zone": " North "}, "delivery", "North"),
    ],
)
def test_how_it_gets_there_stands_in_the_metadata(order, metadata, method, zone):
    found = order({"metadata": metadata})
    assert (found.delivery_method, found.delivery_zone) == (method, zone)


def test_a_way_nobody_knows_is_no_parcel(order):
    with pytest.raises(BadResponse, match="delivery_method 'drone': it is ship, pickup, deliv"):
        order({"metadata": {"delivery_method": "drone"}})


def test_a_sku_stands_on_the_product_the_price_or_its_lookup_key(order):
    lines = order().lines
    assert [one.sku for one in lines] == ["CD-TOTE-01", "CD-CUP-12", "GRN-TINC-30"]
    assert lines[0] == ChannelLine(
        external_id="li_1QfTote",
        sku="CD-TOTE-01",
        title="Canvas tote",
        quantity=2,
        price=Decimal("19.00"),
        discount=Decimal("5.00"),
    )


def test_a_sku_nobody_wrote_down_stays_empty(order):
    assert [one.sku for one in order(sku_key="article").lines] == ["", "", "GRN-TINC-30"]


def test_pages_of_lines_are_asked_for_by_the_last_id(order, world):
    order()
    _, first, second = world.asked()
    assert first == {"limit": "100", "expand[]": "data.price.product"}
    assert second == first | {"starting_after": "li_1QfTote"}


def test_goods_go_where_shipping_was_asked_for_and_not_to_the_bank(order):
    contact = order().contact
    assert (contact.name, contact.email) == ("Maya A. Okafor", "maya.okafor@example.com")
    assert contact.address == Address(
        name="Maya Okafor",
        street1="218 Juniper Avenue",
        street2="Apt 4",
        city="Denver",
        state="CO",
        zip="80206",
        country="US",
        phone="+13035550142",
    )


def test_without_shipping_details_the_billing_address_counts(order):
    address = order({"collected_information": None}).contact.address
    assert (address.name, address.street1) == ("Maya A. Okafor", "1 Bank Plaza")


def test_shipping_details_of_an_older_account_are_read_too(order):
    old = {"address": {"line1": "9 Alder Court"}, "name": "Tomas Novak"}
    found = order({"collected_information": None, "shipping_details": old})
    assert (found.contact.address.name, found.contact.address.street1) == (
        "Tomas Novak",
        "9 Alder Court",
    )


def test_our_own_number_becomes_the_number(order):
    assert order({"metadata": {"portal_order_id": "CD-1001"}}).number == "CD-1001"


def test_a_price_in_another_currency_gives_way_to_what_was_paid(order):
    price = load("line_items_1")["data"][0]["price"] | {"currency": "eur"}
    assert order(line={"price": price, "amount_subtotal": 4101}).lines[0].price == Decimal("20.51")


def test_a_checkout_that_is_not_paid_is_none(order):
    assert order({"payment_status": "unpaid"}) is None


def test_a_checkout_that_is_gone_is_none(world):
    world.answer(f"{SESSIONS}/{SESSION}", {"error": {"code": "resource_missing"}}, status=404)
    assert world.stripe().read_checkout(OF_CHECKOUT) is None


def test_another_checkout_than_asked_for_is_a_bad_response(order):
    with pytest.raises(BadResponse, match="another checkout than"):
        order({"id": "cs_live_other"})


def test_without_its_id_a_checkout_is_found_by_its_payment(world):
    world.answer(SESSIONS, listed(load("session")))
    world.answer(LINES, load("line_items_2"))
    found = world.stripe().read_checkout(PAYMENT)
    assert found.external_id == SESSION
    assert world.asked()[0] == {"limit": "100", "payment_intent": "pi_3QfMaya"}


def test_a_payment_without_a_checkout_is_none(world):
    world.answer(SESSIONS, listed())
    assert world.stripe().read_checkout(PAYMENT) is None


def test_checkouts_of_strangers_are_a_bad_response(world):
    world.answer(SESSIONS, listed(load("session") | {"payment_intent": "pi_other"}))
    with pytest.raises(BadResponse, match="checkouts of others than pi_3QfMaya"):
        world.stripe().read_checkout(PAYMENT)


def test_lines_that_never_end_are_a_bad_response(world):
    world.answer(f"{SESSIONS}/{SESSION}", load("session"))
    world.answer(LINES, *[load("line_items_1")] * 2)
    with pytest.raises(BadResponse, match="list of lines does not end"):
        world.stripe().read_checkout(OF_CHECKOUT)


@pytest.mark.parametrize("field", ["quantity", "amount_subtotal", "amount_discount"])
def test_a_line_without_a_number_is_a_bad_response(order, field):
    with pytest.raises(BadResponse, match=f"no whole number as {field}"):
        order(line={field: None})


def test_without_a_key_checkouts_cannot_be_read(world):
    without = world.stripe({"webhook_secret": "whsec_test_secret"})
    assert (without.can_read_checkouts, world.stripe().can_read_checkouts) == (False, True)
    with pytest.raises(NotAuthorized, match="no API key"):
        without.read_checkout(PAYMENT)
