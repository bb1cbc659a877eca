"""Our own store: products and stock go out, orders come in, parcels are published."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import requests

from integrations.errors import BadResponse, Duplicate, Rejected, Retryable, Unconfirmed
from integrations.types import (
    NewProduct,
    NewVariant,
    ShipmentToPublish,
    StockAnswer,
    StockToPublish,
)

from .conftest import GRAPHQL, OWN, body_of, load

LAST = {"hasNextPage": False, "endCursor": None}
SINCE = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
ORDER = "gid://shopify/Order/820982911946154508"


def item(number: int) -> str:
    return f"gid://shopify/InventoryItem/{number}"


# --- orders of customers ---


def test_the_api_and_the_webhook_tell_the_same_order(world):
    world.answer_own("graphql_channel_orders")
    own = world.own()
    (pulled,) = own.pull_channel_orders(SINCE)
    (event,) = own.parse(body_of("orders_create"), {"x-shopify-topic": "orders/create"})
    assert pulled == event.data
    assert world.sent()[0]["query"] == "updated_at:>='2026-11-19T03:00:00Z'"


def test_both_tell_the_same_of_a_refunded_order_without_refunds(world):
    answer, body = load("graphql_channel_orders"), load("orders_create")
    body |= {"financial_status": "refunded", "refunds": []}
    node = answer["data"]["orders"]["nodes"][0]
    node["displayFinancialStatus"] = "REFUNDED"
    node["totalRefundedSet"]["shopMoney"]["amount"] = "0.00"
    world.answer_own(answer)
    own = world.own()
    (pulled,) = own.pull_channel_orders(SINCE)
    (event,) = own.parse(json.dumps(body).encode(), {"x-shopify-topic": "orders/create"})
    assert pulled.refunded_total == event.data.refunded_total == Decimal(body["total_price"])


def test_an_order_with_many_lines_is_read_to_the_end(world):
    answer = load("graphql_channel_orders")
    node = answer["data"]["orders"]["nodes"][0]
    lines = node["lineItems"]["nodes"]
    node["lineItems"] = {"nodes": lines[:1], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    world.answer_own(answer, {"data": {"order": {"lineItems": {"nodes": lines, "pageInfo": LAST}}}})
    (pulled,) = world.own().pull_channel_orders(SINCE)
    assert len(pulled.lines) == 5


def test_an_order_that_lacks_a_figure_fails_the_pull(world):
    answer = load("graphql_channel_orders")
    del answer["data"]["orders"]["nodes"][0]["totalRefundedSet"]
    world.answer_own(answer)
    with pytest.raises(BadResponse, match="totalRefundedSet"):
        list(world.own().pull_channel_orders(SINCE))


# --- products ---

PRODUCT = NewProduct(
    handle="lantern-ethiopia-guji",
    title="Ethiopia Guji",
    currency="USD",
    variants=(
        NewVariant("P-12", Decimal("19.50"), Decimal("12.00"), "0123", (("Size", "12 oz"),)),
        NewVariant("P-32", Decimal("46.00"), options=(("Size", "2 lb"),)),
    ),
    vendor="Lantern Roasters",
    image_url="https://cdn.example.com/guji.jpg",
)


def made():
    product = load("graphql_products")["data"]["products"]["nodes"][0]
    return {"data": {"productSet": {"product": product, "userErrors": []}}}


def known(*rows):
    if not rows:
        return {"data": {"productByIdentifier": None}}
    nodes = [{"id": external_id, "sku": sku} for external_id, sku in rows]
    product = {"id": "gid://shopify/Product/1", "variants": {"nodes": nodes, "pageInfo": LAST}}
    return {"data": {"productByIdentifier": product}}


def test_a_new_product_is_written_whole(world):
    world.answer_own(known(), made())
    remote = world.own().publish_product(PRODUCT)
    assert remote.external_id == "gid://shopify/Product/632910392"
    assert remote.variants[0].item_id == item(7001)
    call = world.sent()[1]
    assert call["identifier"] == {"handle": "lantern-ethiopia-guji"}
    content = call["input"]
    assert content["productOptions"] == [
        {"name": "Size", "position": 1, "values": [{"name": "12 oz"}, {"name": "2 lb"}]}
    ]
    assert (content["status"], content["files"][0]["originalSource"]) == (
        "ACTIVE",
        "https://cdn.example.com/guji.jpg",
    )
    assert content["variants"][0] == {
        "sku": "P-12",
        "price": "19.50",
        "barcode": "0123",
        "inventoryPolicy": "DENY",
        "inventoryItem": {"tracked": True, "requiresShipping": True, "cost": "12.00"},
        "optionValues": [{"optionName": "Size", "name": "12 oz"}],
    }


def test_a_product_that_is_there_keeps_its_variants_status_and_pictures(world):
    world.answer_own(known(("gid://shopify/ProductVariant/5", "P-32")), made())
    world.own().publish_product(PRODUCT)
    content = world.sent()[1]["input"]
    assert [one.get("id") for one in content["variants"]] == [
        None,
        "gid://shopify/ProductVariant/5",
    ]
    assert "status" not in content
    assert "files" not in content


def test_a_product_with_one_variant_gets_the_default_option(world):
    world.answer_own(known(), made())
    world.own().publish_product(
        NewProduct("mug", "Mug", "USD", (NewVariant("MUG", Decimal("14")),))
    )
    content = world.sent()[1]["input"]
    assert content["productOptions"][0]["values"] == [{"name": "Default Title"}]
    assert content["variants"][0]["optionValues"] == [
        {"optionName": "Title", "name": "Default Title"}
    ]


def test_a_refused_product_says_why(world):
    error = {"code": "INVALID_INPUT", "field": ["input"], "message": "Title can't be blank."}
    world.answer_own(known(), {"data": {"productSet": {"product": None, "userErrors": [error]}}})
    with pytest.raises(Rejected, match="Title can't be blank"):
        world.own().publish_product(PRODUCT)


def test_a_product_is_shown_in_the_store_when_asked(world):
    channels = [
        {"id": "gid://shopify/Publication/1", "autoPublish": True},
        {"id": "gid://shopify/Publication/2", "autoPublish": False},
    ]
    world.answer_own(
        known(), made(), {"data": {"publications": {"nodes": channels, "pageInfo": LAST}}}
    )
    world.answer_own({"data": {"publishablePublish": {"userErrors": []}}})
    world.own(publish_to_online_store=True).publish_product(PRODUCT)
    assert world.sent()[3] == {
        "op": "Publish",
        "id": "gid://shopify/Product/632910392",
        "input": [{"publicationId": "gid://shopify/Publication/1"}],
    }


# --- stock ---


def shown(**numbers):
    """Levels by item number; None where the item is not stocked here."""
    nodes = []
    for number, units in numbers.items():
        level = {"quantities": [{"name": "available", "quantity": units}]}
        nodes.append(
            {"id": item(int(number[1:])), "inventoryLevel": level if units is not None else None}
        )
    return {"data": {"nodes": [*nodes, None]}}


def refused(*errors):
    rows = [
        {"code": code, "field": ["input", "quantities", str(place), "x"], "message": message}
        for code, place, message in errors
    ]
    return {"data": {"inventorySetQuantities": {"userErrors": rows}}}


WRITTEN = {
    "data": {"inventorySetQuantities": {"inventoryAdjustmentGroup": {"id": "1"}, "userErrors": []}}
}
THREE = [StockToPublish(item(1), 7, 5), StockToPublish(item(2), 0, 9), StockToPublish(item(3), 4)]


def test_the_stores_numbers_are_read_at_its_location(world):
    world.answer_own(shown(n1=5, n2=0, n3=None))
    assert world.own().read_stock([item(1), item(2), item(3)]) == {item(1): 5, item(2): 0}
    assert world.sent()[0]["location"] == "gid://shopify/Location/1"


def test_without_a_chosen_location_the_oldest_that_ships_is_used_and_remembered(world):
    places = [
        {
            "id": "gid://shopify/Location/100",
            "name": "b",
            "isActive": True,
            "fulfillsOnlineOrders": True,
        },
        {
            "id": "gid://shopify/Location/20",
            "name": "a",
            "isActive": True,
            "fulfillsOnlineOrders": True,
        },
        {
            "id": "gid://shopify/Location/3",
            "name": "c",
            "isActive": True,
            "fulfillsOnlineOrders": False,
        },
    ]
    world.answer_own({"data": {"locations": {"nodes": places, "pageInfo": LAST}}}, shown(n1=5))
    own = world.own(location_id="")
    own.read_stock([item(1)])
    own.read_stock([item(1)])
    assert [call.get("location") for call in world.sent()] == [
        None,
        "gid://shopify/Location/20",
        "gid://shopify/Location/20",
    ]


def test_stock_is_set_in_one_batch_compared_with_what_was_read(world):
    world.answer_own(WRITTEN)
    answers = world.own().publish_stock(THREE, "4711", "run-1")
    assert answers == [StockAnswer(one.item_id, True) for one in THREE]
    content = world.sent()[0]["input"]
    assert (content["name"], content["referenceDocumentUri"]) == (
        "available",
        "gid://crossdock/SyncRun/4711",
    )
    assert content["quantities"] == [
        {
            "inventoryItemId": one.item_id,
            "locationId": "gid://shopify/Location/1",
            "quantity": one.quantity,
            "changeFromQuantity": one.change_from,
        }
        for one in THREE
    ]


def test_a_repeat_carries_the_same_key_and_another_run_another(world):
    world.answer_own(WRITTEN)
    own = world.own()
    for key in ("run-1", "run-1", "run-2"):
        own.publish_stock(THREE, "4711", key)
    first, repeat, other = [call["key"] for call in world.sent()]
    assert first == repeat
    assert first != other


def test_a_bad_line_is_dropped_and_the_rest_sent_under_a_new_key(world):
    world.answer_own(refused(("INVALID_INVENTORY_ITEM", 1, "No such item.")), WRITTEN)
    answers = world.own().publish_stock(THREE, "4711", "run-1")
    assert answers == [
        StockAnswer(item(1), True),
        StockAnswer(item(2), False, "No such item."),
        StockAnswer(item(3), True),
    ]
    first, second = world.sent()
    assert [one["inventoryItemId"] for one in second["input"]["quantities"]] == [item(1), item(3)]
    assert first["key"] != second["key"]


def test_a_stale_number_is_answered_with_the_stores_number(world):
    stale = ("CHANGE_FROM_QUANTITY_STALE", 0, "stale")
    world.answer_own(refused(stale), WRITTEN, shown(n1=3))
    first, second, _ = world.own().publish_stock(THREE, "4711", "run-1")
    assert (first.written, first.current) == (False, 3)
    assert first.error == "The number in the store has changed since it was read."
    assert second.written


def test_when_every_line_is_bad_nothing_more_is_sent(world, net):
    world.answer_own(
        refused(*[("INVALID_LOCATION", place, "No such place.") for place in range(3)])
    )
    answers = world.own().publish_stock(THREE, "4711", "run-1")
    assert ([one.written for one in answers], len(net.calls)) == ([False] * 3, 1)


def test_a_refusal_that_names_no_line_writes_nothing(world):
    error = {"code": "INVALID_REASON", "field": ["input", "reason"], "message": "No such reason."}
    world.answer_own({"data": {"inventorySetQuantities": {"userErrors": [error]}}})
    with pytest.raises(Rejected, match="No such reason"):
        world.own().publish_stock(THREE, "4711", "run-1")


def test_a_key_spent_by_an_earlier_failure_is_replaced(world):
    world.answer_own(refused(("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", 0, "failed")), WRITTEN)
    answers = world.own().publish_stock(THREE, "4711", "run-1")
    assert [one.written for one in answers] == [True, True, True]
    first, second = world.sent()
    assert (first["key"] != second["key"], first["input"]) == (True, second["input"])


def test_while_the_same_request_still_runs_there_it_is_put_off(world, net):
    world.answer_own(refused(("IDEMPOTENCY_CONCURRENT_REQUEST", 0, "busy")))
    with pytest.raises(Retryable):
        world.own().publish_stock(THREE, "4711", "run-1")
    assert len(net.calls) == 1


def test_a_lost_answer_about_stock_is_unconfirmed(world, net):
    net.post(f"https://{OWN}{GRAPHQL}", body=requests.ReadTimeout())
    with pytest.raises(Unconfirmed):
        world.own().publish_stock(THREE, "4711", "run-1")
    assert len(net.calls) == 1


def test_more_than_250_numbers_go_in_several_batches(world):
    world.answer_own(WRITTEN)
    items = [StockToPublish(item(number), 1) for number in range(501)]
    answers = world.own().publish_stock(items, "4711", "run-1")
    assert [len(call["input"]["quantities"]) for call in world.sent()] == [250, 250, 1]
    assert len({call["key"] for call in world.sent()}) == 3
    assert [one.item_id for one in answers] == [one.item_id for one in items]


@pytest.mark.parametrize("text", ["Main", "-1", "gid://other/Location/1"])
def test_a_location_is_named_by_its_number(world, text):
    with pytest.raises(ValueError, match="number at Shopify"):
        world.own(location_id=text)


# --- parcels ---


def line(number: int) -> str:
    return f"gid://shopify/LineItem/{number}"


def parcel(*lines, number: str = "1Z9", carrier: str = "ups") -> ShipmentToPublish:
    return ShipmentToPublish(ORDER, tuple(lines), carrier, number, "")


def created(number: int):
    fulfillment = {"id": f"gid://shopify/Fulfillment/{number}"}
    return {"data": {"fulfillmentCreate": {"fulfillment": fulfillment, "userErrors": []}}}


def fulfilled(*rows, number: str | None = "1Z9", status: str = "SUCCESS", external: int = 1):
    nodes = [{"quantity": units, "lineItem": {"id": line(one), "sku": ""}} for one, units in rows]
    return {
        "id": f"gid://shopify/Fulfillment/{external}",
        "status": status,
        "trackingInfo": [{"number": number}] if number else [],
        "fulfillmentLineItems": {"nodes": nodes, "pageInfo": LAST},
    }


def open_order(*fulfillments, **statuses):
    answer = load("graphql_fulfillment_orders")
    answer["data"]["order"]["fulfillments"] = list(fulfillments)
    for order in answer["data"]["order"]["fulfillmentOrders"]["nodes"]:
        number = f"fo{order['id'][-2:]}"
        order["status"] = statuses.get(number, order["status"])
    return answer


def test_a_parcel_is_published_with_its_tracking_and_without_mail(world):
    world.answer_own(open_order(), created(5))
    assert world.own().publish_shipment(parcel((line(1), 2))) == "gid://shopify/Fulfillment/5"
    assert world.sent()[1]["fulfillment"] == {
        "notifyCustomer": False,
        "trackingInfo": {"company": "UPS", "number": "1Z9"},
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": "gid://shopify/FulfillmentOrder/11",
                "fulfillmentOrderLineItems": [
                    {"id": "gid://shopify/FulfillmentOrderLineItem/111", "quantity": 2}
                ],
            }
        ],
    }


def test_units_at_two_locations_are_published_in_two_calls(world):
    world.answer_own(open_order(), created(5), created(6))
    assert world.own().publish_shipment(parcel((line(1), 4))) == "gid://shopify/Fulfillment/6"
    taken = [
        call["fulfillment"]["lineItemsByFulfillmentOrder"][0]["fulfillmentOrderLineItems"]
        for call in world.sent()[1:]
    ]
    assert [lines[0]["quantity"] for lines in taken] == [3, 1]


def test_when_only_the_first_location_passed_the_outcome_is_unknown(world):
    error = {"field": ["fulfillment"], "message": "Location is closed."}
    refusal = {"data": {"fulfillmentCreate": {"fulfillment": None, "userErrors": [error]}}}
    world.answer_own(open_order(), created(5), refusal)
    with pytest.raises(Unconfirmed, match="Location is closed"):
        world.own().publish_shipment(parcel((line(1), 4)))


def test_a_repeat_sends_only_what_is_not_under_that_number_yet(world):
    world.answer_own(open_order(fulfilled((1, 3))), created(6))
    world.own().publish_shipment(parcel((line(1), 4)))
    parts = world.sent()[1]["fulfillment"]["lineItemsByFulfillmentOrder"]
    assert parts[0]["fulfillmentOrderLineItems"][0]["quantity"] == 1


def test_a_parcel_the_store_has_is_a_duplicate_and_nothing_is_sent(world, net):
    world.answer_own(open_order(fulfilled((1, 2))))
    with pytest.raises(Duplicate):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 1


def test_a_canceled_fulfillment_does_not_count(world):
    world.answer_own(open_order(fulfilled((1, 2), status="CANCELLED")), created(5))
    assert world.own().publish_shipment(parcel((line(1), 2))) == "gid://shopify/Fulfillment/5"


def test_units_nobody_can_fulfill_any_more_are_a_duplicate(world, net):
    world.answer_own(open_order(fo11="CLOSED", fo12="CLOSED"))
    with pytest.raises(Duplicate, match="fulfilled already"):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 1


def test_more_units_than_are_open_are_refused_whole(world, net):
    world.answer_own(open_order())
    with pytest.raises(Rejected, match="1 of these units"):
        world.own().publish_shipment(parcel((line(1), 6)))
    assert len(net.calls) == 1


def test_an_order_on_hold_is_refused_with_what_to_do(world, net):
    world.answer_own(open_order(fo11="ON_HOLD", fo12="CLOSED"))
    with pytest.raises(Rejected, match="Release the hold"):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 1


def found(*fulfillments):
    return {"data": {"order": {"fulfillments": list(fulfillments)}}}


@pytest.mark.parametrize(
    ("there", "answer"),
    [
        ([fulfilled((1, 2), external=8)], "gid://shopify/Fulfillment/8"),
        ([fulfilled((1, 1)), fulfilled((1, 1), external=9)], "gid://shopify/Fulfillment/9"),
        ([fulfilled((1, 1))], None),
        ([fulfilled((1, 2), number="1Z8")], None),
        ([fulfilled((1, 2), status="CANCELLED")], None),
        ([], None),
    ],
)
def test_a_parcel_is_found_by_its_number_when_all_its_units_are_there(world, there, answer):
    world.answer_own(found(*there))
    assert world.own().find_shipment(parcel((line(1), 2))) == answer


def test_a_parcel_without_a_number_is_found_by_its_lines(world):
    there = [fulfilled((1, 2)), fulfilled((1, 2), number=None, external=3)]
    world.answer_own(found(*there))
    shipment = parcel((line(1), 2), number="")
    assert world.own().find_shipment(shipment) == "gid://shopify/Fulfillment/3"


def test_a_lost_answer_about_a_parcel_is_unconfirmed(world, net):
    world.answer_own(open_order())
    net.post(f"https://{OWN}{GRAPHQL}", body=requests.ReadTimeout())
    with pytest.raises(Unconfirmed):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 2


def test_a_parcel_of_an_order_that_is_gone_is_refused(world):
    world.answer_own({"data": {"order": None}})
    with pytest.raises(Rejected, match="does not have this order"):
        world.own().publish_shipment(parcel((line(1), 2)))
