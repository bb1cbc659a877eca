"""Stock: one SKU by POST or GET, all by the list, and quantities written as text."""

import json

import pytest

from integrations.errors import BadResponse, Rejected
from integrations.types import RemoteItem, StockItem
from tests.integrations.providers.sellercloud.conftest import DETAILS, LIST, load

ODD = ["A/B", "A & B", "A+B", "A#1", "50%", "Müsli 1", "a?b=c"]


def ask(world, *skus, **settings):
    return list(world.erp(**settings).pull_stock([RemoteItem(sku) for sku in skus]))


def whole(available, on_hand=None, allocated=None, in_transit=None, sku="A"):
    place = {"location_id": "all", "location_name": "All warehouses"}
    figures = {"on_hand": on_hand, "allocated": allocated, "in_transit": in_transit}
    return StockItem(sku, available, **place, **figures)


def test_one_sku_is_asked_by_post_and_its_nested_text_is_read(world):
    world.answer("POST", DETAILS, load("inventory_details"))
    assert ask(world, "A") == [whole(1204, 1250, 46, 40)]
    assert json.loads(world.sent(DETAILS)[0].body) == {"productID": "A"}


def test_our_ids_come_back_with_the_answer(world):
    world.answer("POST", DETAILS, load("inventory_details"))
    [item] = world.erp().pull_stock([RemoteItem("A", "ext-1", "item-1")])
    assert (item.external_id, item.item_id) == ("ext-1", "item-1")


@pytest.mark.parametrize(
    ("said", "units"),
    [
        ("12", 12), (12, 12), ("45.0", 45), ("1,204", 1204), (" 7 ", 7), ("-3", -3), (0, 0),
        (45.0, 45), ("", None), (None, None), ("100+", None), ("12.5", None), (12.5, None),
        ("1,2", None), (True, None), ("many", None), ({"Qty": 5}, None), ("9" * 40, None),
    ],
)  # fmt: skip
def test_a_quantity_is_a_count_or_nothing_and_never_a_guess(world, said, units):
    world.answer("POST", DETAILS, {"Inventory": {"AggregateQty": said}})
    assert ask(world, "A") == [whole(units)]


def test_the_names_an_integrator_was_told_are_read_too(world):
    names = ("QuantityAvailable", "QuantityOnHand", "QuantityReserved", "QuantityOnOrder")
    world.answer("POST", DETAILS, dict(zip(names, (9, 11, 2, 4), strict=True)))
    assert ask(world, "A") == [whole(9, 11, 2, 4)]


@pytest.mark.parametrize("refusal", [404, 405])
def test_where_post_is_not_known_get_is_used_and_remembered(world, refusal):
    world.answer("POST", DETAILS, {}, refusal)
    world.answer("GET", DETAILS, load("inventory_details"))
    assert [item.sku for item in ask(world, "A", "B", "C")] == ["A", "B", "C"]
    assert [call.method for call in world.sent(DETAILS)] == ["POST", "GET", "GET", "GET"]
    assert world.kept == {"details_by_get": "2026-11-20"}
    assert [item.sku for item in ask(world, "D")] == ["D"]
    assert [call.method for call in world.sent(DETAILS)][4:] == ["GET"]


def test_an_unknown_sku_yields_nothing_and_does_not_end_asking_by_post(world):
    def say(request):
        sku = json.loads(request.body)["productID"]
        return (200, load("inventory_details")) if sku == "B" else (404, {"Message": "Not found."})

    world.answer_by("POST", DETAILS, say)
    world.answer("GET", DETAILS, {"Message": "Not found."}, 404)
    assert [item.sku for item in ask(world, "X", "B", "Y")] == ["B"]
    assert [call.method for call in world.sent(DETAILS)] == ["POST", "GET", "POST", "POST"]
    assert world.kept == {}


def test_post_is_tried_again_after_a_week(world):
    world.kept["details_by_get"] = "2026-11-12"
    world.answer("POST", DETAILS, load("inventory_details"))
    assert len(ask(world, "A")) == 1


@pytest.mark.parametrize("body", [None, {}, [], ""])
def test_an_empty_answer_is_an_unknown_sku(world, body):
    world.answer("POST", DETAILS, body)
    assert ask(world, "A") == []


def test_an_answer_about_another_sku_is_no_number(world):
    world.answer("POST", DETAILS, {"ProductID": "B", "QuantityAvailable": 50})
    assert ask(world, "A") == [whole(None)]


@pytest.mark.parametrize("sku", ODD)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_special_characters_arrive_as_they_are(world, sku, method):
    world.answer(method, DETAILS, load("inventory_details"))
    assert [item.sku for item in ask(world, sku, inventory_details_method=method)] == [sku]
    [call] = world.sent(DETAILS)
    sent = call.params["productID"] if method == "GET" else json.loads(call.body)["productID"]
    assert sent == sku


def test_everything_is_read_from_the_list(world):
    world.answer("GET", LIST, load("inventory_list"))
    assert list(world.erp().pull_stock()) == [
        whole(10, 12, 2, 5),
        whole(None, 120, 0, sku="B"),  # 100+ is a floor, not a count
        whole(11, 12, 1, sku="C"),  # two warehouses are one place here
    ]


def test_a_number_for_all_warehouses_is_not_added_up(world):
    rows = [
        {"ID": "A", "InventoryAvailableQty": 9, "AggregatedQty": 9, "WarehouseName": name}
        for name in ("East", "West")
    ]
    world.answer("GET", LIST, {"Items": rows, "TotalResults": 2})
    assert list(world.erp().pull_stock()) == [whole(9)]


def test_of_two_warehouses_one_that_is_unknown_makes_the_sum_unknown(world):
    rows = [
        {"ID": "A", "InventoryAvailableQty": units, "WarehouseName": name}
        for units, name in ((9, "East"), (None, "West"))
    ]
    world.answer("GET", LIST, {"Items": rows, "TotalResults": 2})
    assert list(world.erp().pull_stock()) == [whole(None)]


def test_many_skus_are_read_from_the_list_without_walking_them(world):
    class Lazy(list):
        def __iter__(self):
            raise AssertionError("walked")

    world.answer("GET", LIST, load("inventory_list"))
    items = Lazy(RemoteItem(f"S{number}") for number in range(51))
    assert len(list(world.erp().pull_stock(items))) == 3
    assert world.sent(DETAILS) == []


def test_where_the_list_takes_more_calls_each_sku_is_asked_for(world):
    row = {"ID": "A", "InventoryAvailableQty": 1}
    world.answer("GET", LIST, {"Items": [row], "TotalResults": 5000})
    world.answer("POST", DETAILS, load("inventory_details"))
    assert len(ask(world, *(f"S{number}" for number in range(60)))) == 60
    assert (len(world.sent(LIST)), len(world.sent(DETAILS))) == (1, 60)


@pytest.mark.parametrize("status", [404, 405])
def test_without_a_list_many_are_asked_one_by_one_and_that_is_remembered(world, status):
    world.answer("GET", LIST, {}, status)
    world.answer("POST", DETAILS, load("inventory_details"))
    skus = [f"S{number}" for number in range(51)]
    assert [item.sku for item in ask(world, *skus)] == skus
    assert world.kept == {"no_stock_list": "2026-11-20"}
    ask(world, *skus)
    assert len(world.sent(LIST)) == 1


def test_without_a_list_all_of_it_cannot_be_read_and_that_is_said(world):
    world.answer("GET", LIST, {}, 404)
    with pytest.raises(Rejected, match="offers no list of its whole stock"):
        list(world.erp().pull_stock())
    assert world.sent(DETAILS) == []


def test_more_skus_than_calls_an_hour_are_not_begun(world):
    world.answer("GET", LIST, {}, 404)
    with pytest.raises(Rejected, match="more than the 60 this connection may make"):
        ask(world, *(f"S{number}" for number in range(61)), calls_per_hour=60)
    assert world.sent(DETAILS) == []


@pytest.mark.parametrize("body", [7, [1], {"Items": [1]}])
def test_stock_of_another_shape_is_a_bad_response(world, body):
    world.answer("POST", DETAILS, body)
    with pytest.raises(BadResponse):
        ask(world, "A")


def test_no_item_is_no_call(world):
    assert (ask(world), list(world.net.calls)) == ([], [])
