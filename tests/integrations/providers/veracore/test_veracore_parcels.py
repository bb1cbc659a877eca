"""Parcels at VeraCore told in several rows: made anew, told twice, thrown away, delivered."""

from datetime import UTC, datetime

import pytest

from tests.integrations.providers.veracore.conftest import PARCELS
from tests.integrations.providers.warehouse_world import REFERENCE, load


def pulled(world, veracore, rows):
    world.answer("GET", PARCELS, rows)
    return {one.tracking_number: one for one in veracore.pull_shipments([REFERENCE])}


def row(**more):
    items = [{"SKU": "MUG-1", "Quantity": 1}]
    return {"OrderNumber": REFERENCE, "TrackingNumber": "1Z", "Items": items} | more


def units(parcel):
    return {line.sku: line.quantity for line in parcel.lines}


def test_a_label_made_anew_is_one_parcel_with_its_units_once(world, veracore):
    found = pulled(world, veracore, load("veracore/shipments_odd"))["1Z004"]
    assert (units(found), found.status) == ({"MUG-1": 2}, "in_transit")
    assert (found.carrier, found.shipped_at) == ("UPS", datetime(2026, 11, 20, 8, tzinfo=UTC))


def test_its_id_stays_the_first_one_nine_before_ten(world, veracore):
    assert pulled(world, veracore, load("veracore/shipments_odd"))["1Z004"].external_id == "9"


def test_a_parcel_told_when_shipped_and_when_delivered_counts_once(world, veracore):
    found = pulled(world, veracore, load("veracore/shipments_odd"))["1Z005"]
    assert (units(found), found.status, found.carrier) == ({"CUP/2": 1}, "delivered", "UPS")
    assert found.delivered_at == datetime(2026, 11, 21, 17, tzinfo=UTC)


def test_rows_of_one_parcel_that_name_different_lines_are_added(world, veracore):
    cup = [{"SKU": "CUP/2", "Quantity": 1}]
    found = pulled(world, veracore, [row(ShipmentId=1), row(ShipmentId=1, Items=cup)])["1Z"]
    assert units(found) == {"MUG-1": 1, "CUP/2": 1}


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00", "1/1/0001 12:00:00 AM", "1900-01-01", ""])
def test_a_day_that_is_none_voids_nothing(world, veracore, day):
    assert pulled(world, veracore, [row(DateVoided=day)])["1Z"].status == "in_transit"


@pytest.mark.parametrize(
    "said",
    [
        {"Voided": True},
        {"IsVoided": "true"},
        {"Voided": 1},
        {"DateVoided": "11/19/2026"},
        {"DateVoided": "yesterday"},
        {"Status": "Void"},
    ],
)
def test_every_way_to_say_voided_is_understood(world, veracore, said):
    assert pulled(world, veracore, [row(**said)])["1Z"].status == "voided"


@pytest.mark.parametrize("said", [{"Voided": False}, {"Voided": "false"}, {"Voided": 0}])
def test_what_is_said_not_to_be_voided_is_not(world, veracore, said):
    assert pulled(world, veracore, [row(**said)])["1Z"].status == "in_transit"


def test_a_promised_day_is_no_delivery(world, veracore):
    found = pulled(world, veracore, [row(DeliveryDate="2026-12-24")])["1Z"]
    assert (found.status, found.delivered_at) == ("in_transit", None)
