"""The demo as a new user meets it, clicked through in Chromium."""

import pytest

from tests.browser.chromium import Person
from tests.browser.walks import LAST_LEG, Seen
from tests.browser.warehouse_walk import Followed

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_the_checklist_leads_to_a_parcel_that_went_by_our_center(by_our_center: Seen) -> None:
    assert len(by_our_center.prices) == 10
    assert by_our_center.prices["Colombia Huila, 12 oz"] == "21.25"
    assert by_our_center.prices["Ethiopia Guji Natural, 12 oz"] == "24.38"
    assert by_our_center.order_visible_after_s < 5
    assert LAST_LEG in by_our_center.told.at_order
    assert LAST_LEG in by_our_center.told.at_store
    assert f"Tracking number: {LAST_LEG}" in by_our_center.told.in_mail


def test_the_customer_never_hears_of_the_parcel_to_our_center(by_our_center: Seen) -> None:
    assert by_our_center.their_number not in by_our_center.told.at_store
    assert by_our_center.their_number not in by_our_center.told.in_mail


def test_a_second_partner_ships_straight_to_the_customer(straight: Seen) -> None:
    assert straight.prices["Alishan High Mountain Oolong, 100 g tin"] == "30.00"
    assert straight.order_visible_after_s < 5
    assert straight.their_number in straight.told.at_order
    assert straight.their_number in straight.told.at_store
    assert f"Tracking number: {straight.their_number}" in straight.told.in_mail


def test_a_paid_checkout_goes_by_the_warehouse_to_the_door(by_warehouse: Followed) -> None:
    number = by_warehouse.number
    assert by_warehouse.stages == ["With partner", "Picking", "Packed", "Shipped", "Delivered"]
    assert "1ZDOOR1" in by_warehouse.tracking
    assert by_warehouse.subjects == [
        f"We have your order {number}",
        f"Your order {number} has arrived",
        f"Your order {number} is on its way",
    ]
    assert by_warehouse.complaints == []


def test_nothing_went_wrong_in_any_window(straight: Seen, people: list[Person]) -> None:
    assert len(people) == 3
    assert [complaint for person in people for complaint in person.complaints] == []
