"""What a partner's store tells: products, stock per location, parcels."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import BadResponse
from integrations.types import RemoteItem, RemoteProduct, RemoteShipment, RemoteVariant, StockItem
from integrations.types import ShippedLine as Line

from .conftest import GRAPHQL, PARTNER, load

SINCE = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
LAST = {"hasNextPage": False, "endCursor": None}


def item(number: int, sku: str = "", external_id: str = "") -> RemoteItem:
    return RemoteItem(sku, external_id, f"gid://shopify/InventoryItem/{number}")


def test_products_come_with_all_variants_in_the_shops_currency(world):
    world.answer("graphql_shop", "graphql_products")
    guji, _ = world.partner().pull_products()
    assert guji == RemoteProduct(
        external_id="gid://shopify/Product/632910392",
        title="Ethiopia Guji",
        currency="USD",
        variants=(
            RemoteVariant(
                external_id="gid://shopify/ProductVariant/5001",
                sku="ETH-12",
                title="12 oz",
                item_id="gid://shopify/InventoryItem/7001",
                price=Decimal("12.00"),
                options=(("Size", "12 oz"),),
                available=84,
            ),
            RemoteVariant(
                external_id="gid://shopify/ProductVariant/5002",
                sku="",
                title="2 lb",
                item_id="gid://shopify/InventoryItem/7002",
                price=Decimal("31.50"),
                options=(("Size", "2 lb"),),
                available=-2,
            ),
        ),
        handle="ethiopia-guji",
        vendor="Lantern Roasters",
        product_type="Coffee",
        description="<p>Floral.</p>",
        status="active",
        image_url="https://cdn.example.com/guji.jpg",
        tags=("light",),
    )


def test_an_uncounted_variant_has_no_number_and_a_draft_says_so(world):
    world.answer("graphql_shop", "graphql_products")
    _, course = world.partner().pull_products()
    (variant,) = course.variants
    assert (course.status, course.image_url, variant.options) == ("draft", "", ())
    assert (variant.tracked, variant.available, variant.requires_shipping) == (False, None, False)


def test_only_changed_products_are_asked_for(world):
    world.answer("graphql_shop", "graphql_products")
    list(world.partner().pull_products(SINCE))
    assert world.sent()[1]["query"] == "updated_at:>='2026-11-19T03:00:00Z'"


def test_a_product_with_many_variants_is_read_to_the_end(world):
    products = load("graphql_products")
    first = products["data"]["products"]["nodes"][0]
    more = {"nodes": first["variants"]["nodes"], "pageInfo": LAST}
    first["variants"] = {
        "nodes": first["variants"]["nodes"][:1],
        "pageInfo": {"hasNextPage": True, "endCursor": "x"},
    }
    world.answer("graphql_shop", products, {"data": {"product": {"variants": more}}})
    guji = next(world.partner().pull_products())
    assert [one.external_id for one in guji.variants] == [
        "gid://shopify/ProductVariant/5001",
        "gid://shopify/ProductVariant/5002",
    ]


@pytest.mark.parametrize("change", [{"price": None}, {"price": ""}, {"inventoryItem": None}])
def test_a_variant_without_price_or_item_fails_the_whole_pull(world, change):
    products = load("graphql_products")
    products["data"]["products"]["nodes"][0]["variants"]["nodes"][0] |= change
    world.answer("graphql_shop", products)
    with pytest.raises(BadResponse):
        list(world.partner().pull_products())


def test_a_field_that_is_gone_fails_loudly(world):
    products = load("graphql_products")
    del products["data"]["products"]["nodes"][0]["title"]
    world.answer("graphql_shop", products)
    with pytest.raises(BadResponse, match="title"):
        list(world.partner().pull_products())


def test_stock_is_given_per_location_that_ships_online_orders(world):
    world.answer("graphql_stock_of_items")
    wanted = [item(7001, "OUR-SKU", "gid://shopify/ProductVariant/5001"), item(7002), item(7003)]
    roastery, depot = world.partner().pull_stock(wanted)
    assert roastery == StockItem(
        sku="OUR-SKU",
        available=84,
        external_id="gid://shopify/ProductVariant/5001",
        item_id="gid://shopify/InventoryItem/7001",
        location_id="gid://shopify/Location/1",
        location_name="Roastery",
        on_hand=90,
        allocated=6,
        in_transit=12,
    )
    assert (depot.location_name, depot.available) == ("Depot", 0)
    assert world.sent()[0]["ids"] == [one.item_id for one in wanted]


def test_a_number_that_is_not_told_is_none_not_zero(world):
    answer = load("graphql_stock_of_items")
    levels = answer["data"]["nodes"][0]["inventoryLevels"]["nodes"]
    levels[0]["quantities"] = [{"name": "on_hand", "quantity": 4}]
    world.answer(answer)
    first = next(world.partner().pull_stock([item(7001)]))
    assert (first.available, first.on_hand, first.sku) == (None, 4, "ETH-12")


@pytest.mark.parametrize("odd", ["12", "1,200", True, None, -5, 2**31, 2**63])
def test_an_odd_number_is_handed_on_as_it_was_said(world, odd):
    answer = load("graphql_stock_of_items")
    levels = answer["data"]["nodes"][0]["inventoryLevels"]["nodes"]
    levels[0]["quantities"] = [{"name": "available", "quantity": odd}]
    world.answer(answer)
    said = next(world.partner().pull_stock([item(7001)])).available
    assert (type(said), said) == (type(odd), odd)


@pytest.mark.parametrize("odd", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_not_json_fails_the_whole_pull(world, net, odd):
    body = json.dumps(load("graphql_stock_of_items")).encode()
    body = re.sub(rb'"quantity": \d+', b'"quantity": ' + odd, body, count=1)
    net.post(f"https://{PARTNER}{GRAPHQL}", body=body, content_type="application/json")
    with pytest.raises(BadResponse, match="not readable JSON"):
        list(world.partner().pull_stock([item(7001)]))


@pytest.mark.parametrize("name", ["quantities", "location"])
def test_a_level_without_a_field_fails_loudly_and_yields_nothing(world, name):
    answer = load("graphql_stock_of_items")
    del answer["data"]["nodes"][0]["inventoryLevels"]["nodes"][0][name]
    world.answer(answer)
    with pytest.raises(BadResponse, match="not shaped as promised"):
        list(world.partner().pull_stock([item(7001)]))


def test_an_item_at_many_locations_is_read_to_the_end(world):
    answer = load("graphql_stock_of_items")
    first = answer["data"]["nodes"][0]
    levels = {"nodes": first["inventoryLevels"]["nodes"], "pageInfo": LAST}
    first["inventoryLevels"] = {
        "nodes": [],
        "pageInfo": {"hasNextPage": True, "endCursor": "x"},
    }
    world.answer(answer, {"data": {"inventoryItem": {"inventoryLevels": levels}}})
    found = list(world.partner().pull_stock([item(7001)]))
    assert [one.location_name for one in found] == ["Roastery", "Depot"]


def test_items_without_an_item_id_are_not_asked_for(world, net):
    assert list(world.partner().pull_stock([RemoteItem("A")])) == []
    assert len(net.calls) == 0


def location(number: int, online: bool = True):
    return {
        "id": f"gid://shopify/Location/{number}",
        "name": f"Place {number}",
        "isActive": True,
        "fulfillsOnlineOrders": online,
    }


def test_everything_changed_is_read_location_by_location(world):
    level = load("graphql_stock_of_items")["data"]["nodes"][0]["inventoryLevels"]["nodes"][0]
    level["item"] = {"id": "gid://shopify/InventoryItem/7001", "sku": "ETH-12", "tracked": True}
    uncounted = level | {"item": level["item"] | {"tracked": False}}
    places = {"nodes": [location(12), location(9), location(10, False)], "pageInfo": LAST}
    empty = {"data": {"location": {"inventoryLevels": {"nodes": [], "pageInfo": LAST}}}}
    full = {
        "data": {"location": {"inventoryLevels": {"nodes": [level, uncounted], "pageInfo": LAST}}}
    }
    world.answer({"data": {"locations": places}}, full, empty)
    found = list(world.partner().pull_stock(None, SINCE))
    assert [(one.sku, one.available, one.external_id) for one in found] == [("ETH-12", 84, "")]
    assert [(call["id"], call["query"]) for call in world.sent()[1:]] == [
        ("gid://shopify/Location/9", "updated_at:>='2026-11-19T03:00:00Z'"),
        ("gid://shopify/Location/12", "updated_at:>='2026-11-19T03:00:00Z'"),
    ]


def test_parcels_of_orders_are_read_with_lines_and_progress(world):
    world.answer("graphql_shipments")
    ids = ["gid://shopify/Order/4001", "gid://shopify/Order/4002"]
    delivered, voided = world.partner().pull_shipments(ids)
    assert delivered == RemoteShipment(
        external_id="gid://shopify/Fulfillment/1",
        order_id="gid://shopify/Order/4001",
        lines=(Line("gid://shopify/LineItem/1", "ETH-12", 2),),
        carrier="UPS",
        tracking_number="1Z1234512345123456",
        url="https://www.ups.com/track?tracknum=1Z1234512345123456",
        status="delivered",
        shipped_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
        delivered_at=datetime(2026, 11, 22, 19, 0, tzinfo=UTC),
    )
    assert (voided.status, voided.tracking_number) == ("voided", "")
    assert world.sent()[0]["ids"] == ids


def test_parcels_of_our_changed_orders_are_found_by_tag(world):
    order = load("graphql_shipments")["data"]["nodes"][0]
    world.answer({"data": {"orders": {"nodes": [order], "pageInfo": LAST}}})
    found = list(world.partner().pull_shipments(since=SINCE))
    assert [one.external_id[-1] for one in found] == ["1", "2"]
    assert world.sent()[0]["query"] == "tag:crossdock updated_at:>='2026-11-19T03:00:00Z'"


def test_a_parcel_with_many_lines_is_read_to_the_end(world):
    answer = load("graphql_shipments")
    parcel = answer["data"]["nodes"][0]["fulfillments"][0]
    line = parcel["fulfillmentLineItems"]["nodes"][0]
    parcel["fulfillmentLineItems"]["pageInfo"] = {"hasNextPage": True, "endCursor": "x"}
    more = {"fulfillmentLineItems": {"nodes": [line, line | {"quantity": 5}], "pageInfo": LAST}}
    world.answer(answer, {"data": {"fulfillment": more}})
    first = next(world.partner().pull_shipments(["gid://shopify/Order/4001"]))
    assert [one.quantity for one in first.lines] == [2, 5]
