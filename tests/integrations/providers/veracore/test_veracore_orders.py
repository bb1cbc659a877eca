"""Orders at VeraCore: as they are sent, refused, found again, and said to stand."""

import pytest

from integrations.errors import BadResponse, Duplicate, NotAuthorized, Rejected, Unconfirmed
from integrations.types import OrderState, PlacedLine, PlacedOrder
from tests.integrations.providers.veracore.conftest import ORDERS, PARCELS
from tests.integrations.providers.warehouse_world import ORDER, REFERENCE, load

ONE = f"{ORDERS}/{REFERENCE}"
THERE = PlacedOrder(
    external_id=REFERENCE,
    reference=REFERENCE,
    account="CROSSDOCK",
    number="90211",
    status="confirmed",
    lines=(PlacedLine("MUG-1", "MUG-1", 2), PlacedLine("CUP/2", "CUP/2", 1)),
    is_open=False,
)


def test_an_order_is_placed_as_described(world, veracore):
    world.answer("POST", ORDERS, load("veracore/order"), 201)
    assert veracore.push_order(ORDER) == THERE
    assert world.body() == {
        "CompanyId": "CrossDock",
        "OrderNumber": REFERENCE,
        "ReferenceNumber": "#1001",
        "Comments": f"Crossdock {REFERENCE}",
        "Customer": {
            "FirstName": "Dana van",
            "LastName": "Petrov",
            "Email": "dana@customer.example",
        },
        "ShippingAddress": {
            "Name": "Dana van Petrov",
            "Company": "Acme",
            "Address1": "4 Market St",
            "Address2": "Floor 2",
            "City": "San Francisco",
            "State": "CA",
            "Zip": "94103",
            "Country": "US",
            "Phone": "+14155550123",
        },
        "Items": [
            {"SKU": "MUG-1", "Quantity": 2, "UnitPrice": 21.99},
            {"SKU": "CUP/2", "Quantity": 1, "UnitPrice": 4.25},
        ],
    }


def test_an_answer_with_a_number_alone_says_nothing_of_the_lines(world, veracore):
    world.answer("POST", ORDERS, {"ordernumber": REFERENCE}, 201)
    placed = veracore.push_order(ORDER)
    assert (placed.lines, placed.tells_lines, placed.account) == ((), False, "CROSSDOCK")


@pytest.mark.parametrize("body", [{}, {"OrderId": 5}])
def test_an_answer_without_its_number_is_in_doubt(world, veracore, body):
    world.answer("POST", ORDERS, body, 200)
    with pytest.raises(Unconfirmed):
        veracore.push_order(ORDER)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, {"Error": "Conflict"}),
        (400, {"Error": "System.Exception: Order CD-1 already exists."}),
        (422, {"Message": "Duplicate order number"}),
        (400, {"Error": {"Message": "Order CD-1 already exists."}}),
        (400, {"Error": "Bad request", "Errors": ["Order CD-1 already exists."]}),
        (400, "System.Exception: Order CD-1 Already Exists"),
    ],
)
def test_one_they_have_already_is_a_duplicate(world, veracore, status, body):
    world.answer("POST", ORDERS, body, status)
    with pytest.raises(Duplicate):
        veracore.push_order(ORDER)


def test_a_refusal_carries_their_words_and_is_not_tried_again(world, veracore):
    world.answer("POST", ORDERS, {"Error": "Unknown product MUG-1."}, 400)
    with pytest.raises(Rejected) as caught:
        veracore.push_order(ORDER)
    assert not isinstance(caught.value, Duplicate)
    assert str(caught.value) == "CROSSDOCK refused the order (HTTP 400): Unknown product MUG-1."
    assert len(world.sent) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"Errors": [{"Message": "Unknown product MUG-1."}]},
        {"error": {"detail": "Unknown product MUG-1."}},
        ["Unknown product MUG-1."],
    ],
)
def test_their_words_are_found_in_lists_and_further_in(world, veracore, body):
    world.answer("POST", ORDERS, body, 422)
    with pytest.raises(Rejected, match=r"\(HTTP 422\): Unknown product MUG-1\.$"):
        veracore.push_order(ORDER)


def test_a_sentence_is_not_looked_for_without_end(world, veracore):
    deep = "x"
    for _ in range(200):
        deep = [deep]
    world.answer("POST", ORDERS, deep, 400)
    with pytest.raises(Rejected, match=r"refused the order \(HTTP 400\)\.$"):
        veracore.push_order(ORDER)


def test_long_words_are_cut(world, veracore):
    world.answer("POST", ORDERS, {"Error": "no " * 300}, 400)
    with pytest.raises(Rejected) as caught:
        veracore.push_order(ORDER)
    assert len(str(caught.value)) == len("CROSSDOCK refused the order (HTTP 400): .") + 200


def test_an_error_after_sending_is_in_doubt_and_is_not_tried_again(world, veracore):
    world.answer("POST", ORDERS, {}, 503)
    with pytest.raises(Unconfirmed):
        veracore.push_order(ORDER)
    assert len(world.sent) == 1


def test_an_order_is_found_by_our_reference(world, veracore):
    world.answer("GET", ONE, load("veracore/order"))
    assert veracore.find_order(REFERENCE) == THERE


def test_a_stranger_is_never_taken_for_ours(world, veracore):
    world.answer("GET", ONE, load("veracore/order") | {"OrderNumber": "PO-77"})
    with pytest.raises(BadResponse):
        veracore.find_order(REFERENCE)


def test_an_order_of_another_company_is_not_our_account(world, veracore):
    world.answer("GET", ONE, load("veracore/order") | {"CompanyId": "OTHER"})
    assert veracore.find_order(REFERENCE).account == "OTHER"


def test_an_unknown_number_is_looked_for_among_parcels(world, veracore):
    world.answer("GET", ONE, {"Error": "Order not found."}, 404)
    world.answer("GET", PARCELS, load("veracore/shipments"))
    found = veracore.find_order(REFERENCE)
    assert found.external_id == REFERENCE
    assert {line.sku: line.quantity for line in found.lines}["MUG-1"] == 2
    assert not found.tells_lines
    assert world.sent[-1].params == {"orderNumber": REFERENCE}


def test_without_order_and_parcels_it_surely_is_not_there(world, veracore):
    world.answer("GET", ONE, {}, 404)
    world.answer("GET", PARCELS, {"Shipments": []})
    assert veracore.find_order(REFERENCE) is None


def test_parcels_of_strangers_alone_say_nothing(world, veracore):
    world.answer("GET", ONE, {}, 404)
    world.answer("GET", PARCELS, [{"OrderNumber": "PO-77", "TrackingNumber": "1Z"}])
    with pytest.raises(BadResponse):
        veracore.find_order(REFERENCE)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Unprocessed", "confirmed"),
        ("Hold", "confirmed"),
        ("Processed", "picking"),
        ("Picked", "packed"),
        ("Partially Shipped", "packed"),
        ("Shipped", "shipped"),
        ("Complete", "shipped"),
        ("Delivered", "delivered"),
        ("Cancelled", "canceled"),
        ("Canceled", "canceled"),
        ("Teleported", ""),
    ],
)
def test_their_words_become_ours_and_an_unknown_one_none(world, veracore, word, status):
    world.answer("GET", ONE, load("veracore/order") | {"Status": word})
    assert list(veracore.pull_order_status([REFERENCE])) == [OrderState(REFERENCE, status, word)]


def test_an_order_they_do_not_know_is_left_out(world, veracore):
    world.answer("GET", ONE, {}, 404)
    assert list(veracore.pull_order_status([REFERENCE])) == []


def test_access_that_is_refused_is_said(world, veracore):
    world.answer("GET", ONE, {}, 401)
    with pytest.raises(NotAuthorized):
        veracore.find_order(REFERENCE)
