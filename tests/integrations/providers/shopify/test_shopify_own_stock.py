"""Stock of our own store: what it shows, and how a number is set."""

import pytest
import requests

from integrations.errors import Rejected, Retryable, Unconfirmed
from integrations.types import StockAnswer, StockToPublish

from .conftest import GRAPHQL, LAST, OWN, item


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
