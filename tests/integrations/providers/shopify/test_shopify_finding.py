"""An order in a partner's store is found by our reference, and says whether it takes lines."""

import pytest

from integrations.errors import BadResponse

from .conftest import PARTNER
from .placed_order import ORDER_ID, PLACED, REFERENCE, order_node


def test_an_order_is_found_by_its_unique_reference(world, net):
    world.answer({"data": {"orderByIdentifier": order_node()}})
    assert world.partner().find_order(REFERENCE) == PLACED
    assert world.sent() == [
        {"op": "OrderByReference", "namespace": "crossdock", "key": "reference", "value": REFERENCE}
    ]


@pytest.mark.parametrize(
    "first",
    [
        {"data": {"orderByIdentifier": None}},
        {"data": {"orderByIdentifier": order_node(sourceIdentifier="CD-OTHER")}},
        {"data": None, "errors": [{"message": "No such definition."}]},
    ],
)
def test_an_order_is_searched_for_when_the_reference_is_no_unique_id_there(world, first):
    world.answer(first, {"data": {"orders": {"nodes": [order_node()]}}})
    assert world.partner().find_order(REFERENCE) == PLACED
    assert world.sent()[1]["query"] == f"source_identifier:'{REFERENCE}'"


def test_of_two_orders_the_one_that_stands_is_found(world):
    gone = order_node(id="gid://shopify/Order/1", cancelledAt="2026-11-20T00:00:00Z")
    hits = {"data": {"orders": {"nodes": [gone, order_node()]}}}
    world.answer({"data": {"orderByIdentifier": None}}, hits)
    assert world.partner().find_order(REFERENCE) == PLACED


@pytest.mark.parametrize("answer", [{"data": {"orders": None}}, {"data": None}])
def test_a_search_that_fails_is_not_taken_for_no(world, answer):
    world.answer({"data": {"orderByIdentifier": None}}, answer)
    with pytest.raises(BadResponse):
        world.partner().find_order(REFERENCE)


def test_a_search_that_ignores_its_filter_is_not_taken_for_no(world):
    stranger = order_node(sourceIdentifier="CD-9999999999")
    world.answer({"data": {"orderByIdentifier": None}}, {"data": {"orders": {"nodes": [stranger]}}})
    with pytest.raises(BadResponse, match="found other orders"):
        world.partner().find_order(REFERENCE)


def test_references_are_quoted_in_a_search(world):
    world.answer({"data": {"orderByIdentifier": None}}, {"data": {"orders": {"nodes": []}}})
    world.partner().find_order("a' OR name:'\\")
    assert world.sent()[1]["query"] == r"source_identifier:'a\' OR name:\'\\'"


def test_an_order_with_many_lines_is_read_to_the_end(world):
    more = {"hasNextPage": True, "endCursor": "x"}
    node = order_node(lineItems=order_node()["lineItems"] | {"pageInfo": more})
    lines = {"lineItems": order_node()["lineItems"]}
    world.answer({"data": {"orderByIdentifier": node}}, {"data": {"order": lines}})
    assert world.partner().find_order(REFERENCE) == PLACED


def test_staff_find_the_order_in_the_admin_of_the_store(world):
    partner = world.partner()
    assert partner.order_url(ORDER_ID) == f"https://{PARTNER}/admin/orders/4001"
    assert partner.order_url("") == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"displayFulfillmentStatus": "PARTIALLY_FULFILLED"},
        {"displayFulfillmentStatus": "IN_PROGRESS"},
        {"displayFulfillmentStatus": "ON_HOLD"},
        {"closed": True},
        {"merchantEditable": False},
    ],
)
def test_an_order_the_partner_began_or_closed_takes_no_lines(world, fields):
    world.answer({"data": {"orderByIdentifier": order_node(**fields)}})

    assert world.partner().find_order(REFERENCE).is_open is False


def test_an_untouched_order_takes_lines(world):
    world.answer({"data": {"orderByIdentifier": order_node()}})

    assert world.partner().find_order(REFERENCE).is_open is True
