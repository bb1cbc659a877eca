"""Stock and parcels at VeraCore: sums, odd numbers, days without a clock, labels thrown away."""

from datetime import UTC, datetime

import pytest

from integrations.errors import BadResponse, NotAuthorized, Rejected
from integrations.types import RemoteItem
from tests.integrations.providers.veracore.conftest import PARCELS, STOCK
from tests.integrations.providers.warehouse_world import REFERENCE, load


def test_the_list_is_one_call_and_a_sku_of_two_warehouses_one_number(world, veracore):
    world.answer("GET", STOCK, load("veracore/inventory"))
    found = {item.sku: item for item in veracore.pull_stock()}
    mug = found["MUG-1"]
    assert (mug.on_hand, mug.allocated, mug.available) == (110, 2, 108)
    assert (mug.location_id, len(world.sent)) == ("all", 1)
    assert world.totals == [4]


def test_what_they_do_not_say_is_on_hand_less_reserved_and_a_floor_is_no_number(world, veracore):
    world.answer("GET", STOCK, load("veracore/inventory"))
    found = {item.sku: item.available for item in veracore.pull_stock()}
    assert (found["CUP/2"], found["JAR"]) == (1200, None)


def test_a_sum_with_an_unknown_part_is_unknown(world, veracore):
    rows = [{"SKU": "MUG", "AvailableQuantity": 3}, {"SKU": "MUG", "AvailableQuantity": "lots"}]
    world.answer("GET", STOCK, rows)
    assert [item.available for item in veracore.pull_stock()] == [None]


def test_a_few_skus_are_asked_one_by_one_and_unknown_ones_left_out(world, veracore):
    world.answer("GET", f"{STOCK}/CUP%2F2", {"SKU": "CUP/2", "AvailableQuantity": 7})
    world.answer("GET", f"{STOCK}/GONE", {}, 404)
    items = [RemoteItem("CUP/2"), RemoteItem("GONE")]
    assert [(one.sku, one.available) for one in veracore.pull_stock(items)] == [("CUP/2", 7)]


def test_another_sku_than_was_asked_for_is_not_ours(world, veracore):
    world.answer("GET", f"{STOCK}/MUG", {"SKU": "CUP", "AvailableQuantity": 7})
    assert list(veracore.pull_stock([RemoteItem("MUG")])) == []


def test_a_part_of_the_list_is_no_answer(world, veracore):
    world.answer("GET", STOCK, {"items": [{"SKU": "MUG", "Available": 1}], "totalResults": 2})
    with pytest.raises(BadResponse, match="sent 1 of 2 rows"):
        list(veracore.pull_stock())


@pytest.mark.parametrize("body", [{}, {"Items": "none"}, [1, 2], "x"])
def test_another_shape_is_no_answer(world, veracore, body):
    world.answer("GET", STOCK, body)
    with pytest.raises(BadResponse):
        list(veracore.pull_stock())


def test_a_wrong_path_is_said(world, veracore):
    world.answer("GET", STOCK, {}, 404)
    with pytest.raises(Rejected, match=r"has nothing at /api/inventory\. Check the paths"):
        list(veracore.pull_stock())


def parcels(world, veracore):
    world.answer("GET", PARCELS, load("veracore/shipments"))
    return {one.tracking_number: one for one in veracore.pull_shipments([REFERENCE])}


def test_several_packages_are_parcels_and_one_named_twice_is_one(world, veracore):
    found = parcels(world, veracore)
    assert sorted(found) == ["1Z001", "1Z002", "1Z003"]
    first = found["1Z001"]
    assert (first.external_id, first.order_id, first.carrier) == ("7001", REFERENCE, "UPS")
    assert [(line.sku, line.quantity) for line in first.lines] == [("MUG-1", 1)]


def test_their_days_and_hours_are_those_of_los_angeles(world, veracore):
    found = parcels(world, veracore)
    assert found["1Z002"].shipped_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert found["1Z001"].shipped_at == datetime(2026, 11, 19, 8, 0, tzinfo=UTC)


def test_a_voided_label_is_voided(world, veracore):
    assert parcels(world, veracore)["1Z003"].status == "voided"


def test_a_parcel_that_names_nothing_is_all_that_is_still_to_come(world, veracore):
    row = {"OrderNumber": REFERENCE, "TrackingNumber": "1Z9", "Status": "Delivered"}
    world.answer("GET", PARCELS, [row])
    (found,) = veracore.pull_shipments([REFERENCE])
    assert (found.is_whole, found.lines, found.status) == (True, (), "delivered")
    assert found.external_id == f"{REFERENCE}:1Z9"


def test_parcels_of_others_are_left_out(world, veracore):
    world.answer("GET", PARCELS, [{"OrderNumber": "PO-77", "TrackingNumber": "1Z9"}])
    assert list(veracore.pull_shipments([REFERENCE])) == []


def test_the_check_says_what_to_do_about_wrong_credentials(world, veracore):
    world.answer("GET", STOCK, {}, 401)
    with pytest.raises(NotAuthorized, match="Enter user and password again"):
        veracore.check()


def test_the_check_answers_with_the_account(world, veracore):
    world.answer("GET", STOCK, [])
    assert veracore.check().account == "CROSSDOCK"
