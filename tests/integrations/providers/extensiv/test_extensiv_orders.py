"""Orders at Extensiv: placed, refused, found again, how far they are, changed and canceled."""

from datetime import UTC, datetime

import pytest

from integrations.errors import BadResponse, Duplicate, Rejected, Unconfirmed
from integrations.types import OrderChange, PlacedLine, PlacedOrder
from tests.integrations.providers.extensiv.conftest import ACCOUNT, BASE, ORDERS
from tests.integrations.providers.warehouse_world import ORDER, REFERENCE, TO, load

ONE, STATUS = f"{ORDERS}/55012", f"{ORDERS}/55012/status"
THERE = PlacedOrder(
    external_id="55012",
    reference=REFERENCE,
    account=ACCOUNT,
    number="55012",
    status="confirmed",
    lines=(PlacedLine("", "MUG-1", 2), PlacedLine("", "CUP/2", 1)),
    is_open=False,
)


def listed(*rows):
    return {"items": list(rows), "total": len(rows)}


def test_an_order_is_placed_as_described(world, extensiv):
    world.answer("POST", ORDERS, load("extensiv/order"), 201)
    assert extensiv.push_order(ORDER) == THERE
    assert world.body() == {
        "order_number": REFERENCE,
        "order_date": "2026-11-20T12:00:00Z",
        "delivery_method": "delivery",
        "customer": {
            "name": "Dana van Petrov",
            "email": "dana@customer.example",
            "phone": "+14155550123",
            "companyName": "Acme",
        },
        "shipping_address": {
            "street1": "4 Market St",
            "street2": "Floor 2",
            "city": "San Francisco",
            "state": "CA",
            "zip": "94103",
            "country": "US",
        },
        "line_items": [
            {"sku": "MUG-1", "quantity": 2, "price": 21.99, "description": "Mug, blue"},
            {"sku": "CUP/2", "quantity": 1, "price": 4.25, "description": "Cup"},
        ],
        "metadata": {
            "portal_order_id": "#1001",
            "delivery_zone": "North",
            "total_amount": 48.23,
            "payment_status": "paid",
        },
    }


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, {"Message": "Conflict"}),
        (400, {"ErrorCode": "Duplicate", "Properties": [{"Name": "ReferenceNum"}]}),
    ],
)
def test_one_they_have_already_is_a_duplicate(world, extensiv, status, body):
    world.answer("POST", ORDERS, body, status)
    with pytest.raises(Duplicate):
        extensiv.push_order(ORDER)


def test_a_missing_value_is_refused_in_their_words_and_not_tried_again(world, extensiv):
    body = {"ErrorCode": "Required", "Properties": [{"Name": "shipTo.zip"}], "Hint": "Needed"}
    world.answer("POST", ORDERS, body, 400)
    with pytest.raises(Rejected) as caught:
        extensiv.push_order(ORDER)
    assert str(caught.value) == f"{ACCOUNT} refused the order (HTTP 400): Needed (shipTo.zip)."
    assert len(world.sent) == 1


@pytest.mark.parametrize("body", [{}, {"id": "5"}, {"order_number": REFERENCE}])
def test_an_answer_without_id_or_number_is_in_doubt(world, extensiv, body):
    world.answer("POST", ORDERS, body, 201)
    with pytest.raises(Unconfirmed):
        extensiv.push_order(ORDER)


def test_an_order_is_found_by_our_number(world, extensiv):
    world.answer("GET", ORDERS, listed(load("extensiv/order")))
    assert extensiv.find_order(REFERENCE) == THERE
    assert world.sent[0].params["order_number"] == REFERENCE


@pytest.mark.parametrize("body", [listed(), {"totalResults": 0}, {"items": None, "total": 0}, []])
def test_nothing_found_is_surely_not_there(world, extensiv, body):
    world.answer("GET", ORDERS, body)
    assert extensiv.find_order(REFERENCE) is None


def test_a_filter_they_ignore_never_makes_a_stranger_ours(world, extensiv):
    stranger = load("extensiv/order") | {"order_number": "PO-77", "id": "1"}
    world.answer("GET", ORDERS, listed(stranger))
    with pytest.raises(BadResponse, match="other orders"):
        extensiv.find_order(REFERENCE)


def test_among_strangers_ours_is_found(world, extensiv):
    stranger = load("extensiv/order") | {"order_number": "PO-77", "id": "1"}
    world.answer("GET", ORDERS, [stranger, load("extensiv/order")])
    assert extensiv.find_order(REFERENCE) == THERE


def test_an_order_of_another_customer_of_the_warehouse_is_a_strangers(world):
    world.answer("GET", ORDERS, listed(load("extensiv/order")))
    with pytest.raises(BadResponse):
        world.make(base_url=BASE, customer_id="8").find_order(REFERENCE)
    assert world.make(base_url=BASE, customer_id="7").find_order(REFERENCE) == THERE


def test_of_two_the_one_that_lives_counts_and_two_living_say_nothing(world, extensiv):
    dead = load("extensiv/order") | {"id": "1", "status": "cancelled"}
    world.answer("GET", ORDERS, listed(dead, load("extensiv/order")))
    assert extensiv.find_order(REFERENCE) == THERE
    world.net.replace("GET", f"{BASE}{ORDERS}", json=listed(*[load("extensiv/order")] * 2))
    with pytest.raises(BadResponse, match="2 times"):
        extensiv.find_order(REFERENCE)


def state(world, extensiv, **fields):
    world.answer("GET", STATUS, load("extensiv/status") | fields)
    (found,) = extensiv.pull_order_status(["55012"])
    return found


def test_progress_comes_with_its_parcels(world, extensiv):
    found = state(world, extensiv)
    assert (found.external_id, found.status, found.status_raw) == ("55012", "shipped", "shipped")
    first, second = found.shipments
    assert (first.external_id, first.order_id, first.tracking_number) == ("p-1", "55012", "1Z001")
    assert [(line.sku, line.quantity) for line in first.lines] == [("MUG-1", 2)]
    assert first.shipped_at == datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
    assert (first.status, first.is_whole) == ("in_transit", False)
    assert (second.status, second.is_whole) == ("voided", True)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("exported", "confirmed"),
        ("Picking", "picking"),
        ("packed", "packed"),
        ("shipped", "shipped"),
        ("delivered", "delivered"),
        ("cancelled", "canceled"),
        ("beamed up", ""),
    ],
)
def test_their_words_become_ours_and_an_unknown_one_none(world, extensiv, word, status):
    assert state(world, extensiv, status=word, shipments=[]).status == status


def test_one_number_beside_the_order_is_a_parcel_with_all_of_it(world, extensiv):
    found = state(world, extensiv, shipments=None, tracking_number="1Z9", carrier="USPS")
    (parcel,) = found.shipments
    assert (parcel.external_id, parcel.carrier, parcel.is_whole) == ("1Z9", "USPS", True)
    assert parcel.status == "in_transit"


def test_a_delivered_order_has_delivered_parcels_but_for_voided_ones(world, extensiv):
    found = state(world, extensiv, status="delivered")
    assert [one.status for one in found.shipments] == ["delivered", "voided"]


def test_an_order_they_do_not_know_is_left_out(world, extensiv):
    world.answer("GET", STATUS, {}, 404)
    assert list(extensiv.pull_order_status(["55012"])) == []


def test_orders_are_asked_about_one_by_one_as_they_are_wanted(world, extensiv):
    world.answer("GET", STATUS, load("extensiv/status"))
    walk = extensiv.pull_order_status(["55012", "55013"])
    next(walk)
    assert len(world.sent) == 1


def test_a_cancellation_is_asked_for_and_said_when_it_is_done(world, extensiv):
    world.answer("PATCH", ONE, load("extensiv/order") | {"status": "cancelled"})
    assert extensiv.cancel_order("55012", "Too late.").status == "canceled"
    assert world.body() == {"status": "cancelled", "reason": "Too late."}


def test_a_cancellation_that_comes_too_late_is_refused(world, extensiv):
    world.answer("PATCH", ONE, {"ErrorCode": "OrderConfirmed", "Message": "It left."}, 409)
    with pytest.raises(Rejected, match="It left") as caught:
        extensiv.cancel_order("55012", "")
    assert not isinstance(caught.value, Duplicate)


def test_a_change_answered_with_nothing_is_read_back(world, extensiv):
    world.net.add("PATCH", f"{BASE}{ONE}", status=204)
    world.answer("GET", ONE, load("extensiv/order") | {"status": "cancelled"})
    assert extensiv.cancel_order("55012", "").status == "canceled"


def test_a_new_address_is_set(world, extensiv):
    world.answer("PATCH", ONE, load("extensiv/order"))
    assert extensiv.update_order("55012", OrderChange(ship_to=TO)) == THERE
    assert world.body()["shipping_address"]["zip"] == "94103"
    assert "note" not in world.body()
