"""Orders are placed in a partner's store, once."""

import pytest
import requests

from integrations.errors import Duplicate, Rejected, TooLittleStock, Unconfirmed

from .conftest import GRAPHQL, PARTNER
from .placed_order import COFFEE, ORDER, PLACED, REFERENCE, order_node, refused


def test_an_order_is_sent_with_our_reference_in_every_searchable_field(world):
    world.answer("graphql_order_create")
    assert world.partner().push_order(ORDER) == PLACED
    (call,) = world.sent()
    order = call["order"]
    assert (order["sourceIdentifier"], order["poNumber"]) == (REFERENCE, REFERENCE)
    assert order["tags"] == ["crossdock", REFERENCE]
    assert order["metafields"] == [
        {"namespace": "crossdock", "key": "reference", "type": "id", "value": REFERENCE}
    ]
    assert (order["financialStatus"], order["email"]) == ("PENDING", "orders@example.com")
    assert "note" not in order
    assert world.calls[0].subject == REFERENCE


def test_an_order_claims_stock_and_writes_no_mail(world):
    world.answer("graphql_order_create")
    world.partner().push_order(ORDER)
    assert world.sent()[0]["options"] == {
        "inventoryBehaviour": "DECREMENT_OBEYING_POLICY",
        "sendReceipt": False,
        "sendFulfillmentReceipt": False,
    }


def test_an_order_names_price_and_units_of_each_line_and_where_to_ship(world):
    world.answer("graphql_order_create")
    world.partner().push_order(ORDER)
    order = world.sent()[0]["order"]
    price = {"shopMoney": {"amount": "12.00", "currencyCode": "USD"}}
    assert order["lineItems"][0] == {
        "variantId": COFFEE,
        "quantity": 3,
        "requiresShipping": True,
        "priceSet": price,
    }
    assert order["shippingAddress"] == {
        "firstName": "Receiving",
        "lastName": "Dock",
        "company": "Crossdock",
        "address1": "1 Dock St",
        "city": "Oakland",
        "provinceCode": "CA",
        "countryCode": "US",
        "zip": "94607",
        "phone": "+15105550100",
    }


def test_an_answer_with_other_lines_is_returned_as_it_is(world):
    lines = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    node = order_node(lineItems=lines)
    world.answer({"data": {"orderCreate": {"order": node, "userErrors": []}}})
    assert world.partner().push_order(ORDER).lines == ()


@pytest.mark.parametrize("node", [None, {}, {"id": "4001"}, order_node(lineItems=None)])
def test_an_order_confirmed_in_an_unknown_form_is_unconfirmed(world, net, node):
    world.answer({"data": {"orderCreate": {"order": node, "userErrors": []}}})
    with pytest.raises(Unconfirmed):
        world.partner().push_order(ORDER)
    assert len(net.calls) == 1


def test_too_little_stock_is_a_refusal_that_says_so(world):
    error = {"code": "INVENTORY_CLAIM_FAILED", "field": ["order"], "message": "Not enough left."}
    world.answer(refused("orderCreate", error))
    with pytest.raises(TooLittleStock, match="does not have enough stock"):
        world.partner().push_order(ORDER)


@pytest.mark.parametrize(
    "error",
    [
        {"code": "TAKEN", "field": ["order"], "message": "Taken."},
        {
            "code": "INVALID",
            "field": ["order", "metafields", "0", "value"],
            "message": "Value has already been taken.",
        },
    ],
)
def test_a_reference_known_there_is_a_duplicate(world, error):
    world.answer(refused("orderCreate", error))
    with pytest.raises(Duplicate):
        world.partner().push_order(ORDER)


def test_any_other_refusal_is_no_duplicate(world):
    error = {"code": "INVALID", "field": ["order", "email"], "message": "Email is taken."}
    world.answer(refused("orderCreate", error))
    with pytest.raises(Rejected) as refusal:
        world.partner().push_order(ORDER)
    assert not isinstance(refusal.value, Duplicate)


@pytest.mark.parametrize("lost", [requests.ReadTimeout(), requests.ConnectionError("reset")])
def test_a_lost_answer_is_unconfirmed_and_nothing_is_sent_again(world, net, lost):
    net.post(f"https://{PARTNER}{GRAPHQL}", body=lost)
    with pytest.raises(Unconfirmed):
        world.partner().push_order(ORDER)
    assert len(net.calls) == 1
