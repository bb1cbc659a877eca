"""Orders in a partner's store: placed once, found by reference, changed, canceled."""

from decimal import Decimal

import pytest
import requests

from integrations.errors import (
    BadResponse,
    Duplicate,
    NotAuthorized,
    Rejected,
    Retryable,
    TooLittleStock,
    Unconfirmed,
)
from integrations.types import Address, LineToPlace, OrderToPlace, PlacedLine, PlacedOrder

from .conftest import GRAPHQL, PARTNER, load

REFERENCE, ORDER_ID = "CD-0123456789", "gid://shopify/Order/4001"
COFFEE, MUG = "gid://shopify/ProductVariant/5001", "gid://shopify/ProductVariant/5002"
ORDER = OrderToPlace(
    reference=REFERENCE,
    currency="USD",
    lines=(
        LineToPlace(COFFEE, "ETH-12", "Ethiopia Guji", 3, Decimal("12.00")),
        LineToPlace(MUG, "MUG", "Mug", 1, Decimal("0")),
    ),
    ship_to=Address(
        name="Receiving Dock",
        company="Crossdock",
        street1="1 Dock St",
        city="Oakland",
        state="CA",
        zip="94607",
        country="US",
        phone="+15105550100",
    ),
    email="orders@example.com",
)
PLACED = PlacedOrder(
    external_id=ORDER_ID,
    reference=REFERENCE,
    account=PARTNER,
    number="#2001",
    status="unfulfilled",
    lines=(PlacedLine(COFFEE, "ETH-12", 3), PlacedLine(MUG, "MUG", 1)),
)


def order_node(**changes):
    return load("graphql_order_create")["data"]["orderCreate"]["order"] | changes


def refused(field: str, *errors, name: str = "userErrors"):
    return {"data": {field: {name: [dict(error) for error in errors]}}}


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


def test_a_cancellation_is_read_back(world):
    canceled = order_node(cancelledAt="2026-11-20T12:00:00Z")
    world.answer({"data": {"orderCancel": {"job": {"id": "1"}, "orderCancelUserErrors": []}}})
    world.answer({"data": {"order": canceled}})
    placed = world.partner().cancel_order(ORDER_ID, "r" * 300)
    assert placed.status == "canceled"
    assert world.sent()[0] == {"op": "OrderCancel", "id": ORDER_ID, "note": "r" * 255}


def test_canceling_a_canceled_order_is_harmless(world):
    error = {"code": "INVALID", "field": ["orderId"], "message": "Already cancelled."}
    world.answer(refused("orderCancel", error, name="orderCancelUserErrors"))
    world.answer({"data": {"order": order_node(cancelledAt="2026-11-20T12:00:00Z")}})
    assert world.partner().cancel_order(ORDER_ID, "x").status == "canceled"


def test_an_order_that_cannot_be_canceled_says_why(world):
    error = {"code": "INVALID", "field": ["orderId"], "message": "It is fulfilled."}
    world.answer(refused("orderCancel", error, name="orderCancelUserErrors"))
    world.answer({"data": {"order": order_node()}})
    with pytest.raises(Rejected, match="It is fulfilled"):
        world.partner().cancel_order(ORDER_ID, "x")


def test_a_cancellation_that_cannot_be_read_back_is_unconfirmed(world):
    world.answer({"data": {"orderCancel": {"job": {"id": "1"}, "orderCancelUserErrors": []}}})
    world.answer({"data": {"order": None}})
    with pytest.raises(Unconfirmed):
        world.partner().cancel_order(ORDER_ID, "x")


def begun(*lines):
    nodes = [
        {"id": f"line/{number}", "quantity": quantity, "variant": variant and {"id": variant}}
        for number, (variant, quantity) in enumerate(lines)
    ]
    content = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    order = {"id": "calculated/1", "lineItems": content}
    return {"data": {"orderEditBegin": {"calculatedOrder": order, "userErrors": []}}}


def staged(field: str):
    return {"data": {field: {"userErrors": []}}}


def test_lines_are_set_to_absolute_units_and_read_back(world):
    world.answer(
        begun((COFFEE, 2), (MUG, 1)),
        staged("orderEditSetQuantity"),
        staged("orderEditAddVariant"),
        staged("orderEditCommit"),
        {"data": {"order": order_node()}},
    )
    wanted = [PlacedLine(COFFEE, "", 3), PlacedLine(MUG, "", 1), PlacedLine("new", "", 4)]
    assert world.partner().append_lines(ORDER_ID, wanted, f"{REFERENCE}-2") == PLACED
    assert world.sent()[1:4] == [
        {"op": "EditSet", "id": "calculated/1", "line": "line/0", "quantity": 3},
        {"op": "EditAdd", "id": "calculated/1", "variant": "new", "quantity": 4},
        {"op": "EditCommit", "id": "calculated/1", "note": f"Crossdock {REFERENCE}-2"},
    ]


def test_an_order_that_is_as_wanted_is_not_edited(world):
    world.answer(begun((COFFEE, 3)), {"data": {"order": order_node()}})
    world.partner().append_lines(ORDER_ID, [PlacedLine(COFFEE, "", 3)], "x")
    assert [call["op"] for call in world.sent()] == ["EditBegin", "Order"]


def test_a_variant_on_two_lines_is_folded_into_one(world):
    world.answer(begun((COFFEE, 2), (None, 1), (COFFEE, 1)), staged("orderEditSetQuantity"))
    world.answer(staged("orderEditSetQuantity"), staged("orderEditCommit"))
    world.answer({"data": {"order": order_node()}})
    world.partner().append_lines(ORDER_ID, [PlacedLine(COFFEE, "", 4)], "x")
    assert [(call["line"], call["quantity"]) for call in world.sent()[1:3]] == [
        ("line/0", 4),
        ("line/2", 0),
    ]


def test_before_the_commit_a_lost_answer_means_nothing_happened(world, net):
    world.answer(begun((COFFEE, 2)))
    net.post(f"https://{PARTNER}{GRAPHQL}", body=requests.ReadTimeout())
    with pytest.raises(Retryable):
        world.partner().append_lines(ORDER_ID, [PlacedLine(COFFEE, "", 3)], "x")
    assert len(net.calls) == 2


def test_a_lost_commit_is_unconfirmed(world, net):
    world.answer(begun((COFFEE, 2)), staged("orderEditSetQuantity"))
    net.post(f"https://{PARTNER}{GRAPHQL}", body=requests.ReadTimeout())
    with pytest.raises(Unconfirmed):
        world.partner().append_lines(ORDER_ID, [PlacedLine(COFFEE, "", 3)], "x")
    assert len(net.calls) == 3


def test_an_order_that_may_not_be_edited_is_a_refusal(world):
    error = {"field": ["id"], "message": "The order is archived."}
    world.answer(refused("orderEditBegin", error))
    with pytest.raises(Rejected, match="archived"):
        world.partner().append_lines(ORDER_ID, [PlacedLine(COFFEE, "", 3)], "x")


def test_staff_find_the_order_in_the_admin_of_the_store(world):
    partner = world.partner()
    assert partner.order_url(ORDER_ID) == f"https://{PARTNER}/admin/orders/4001"
    assert partner.order_url("") == ""


HOOK = "https://portal.example.com/hooks/k/"


def subscriptions(*rows):
    nodes = [{"id": "1", "topic": topic, "uri": uri} for topic, uri in rows]
    page = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    return {"data": {"webhookSubscriptions": page}}


DEFINED = {
    "data": {"metafieldDefinitionCreate": {"createdDefinition": {"id": "1"}, "userErrors": []}}
}


def test_only_missing_subscriptions_are_made(world):
    partner = world.partner()
    there = [(topic, HOOK) for topic in partner.topics[2:]]
    old = (partner.topics[0], "https://old.example.com/hooks/k/")
    world.answer(DEFINED, subscriptions(*there, old))
    world.answer(staged("webhookSubscriptionCreate"))
    assert partner.subscribe(HOOK) == ["FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE"]
    assert world.sent()[2:] == [
        {"op": "WebhookCreate", "topic": "FULFILLMENTS_CREATE", "uri": HOOK},
        {"op": "WebhookCreate", "topic": "FULFILLMENTS_UPDATE", "uri": HOOK},
    ]


def test_our_reference_becomes_a_unique_id_once(world):
    partner = world.partner()
    taken = {"code": "TAKEN", "field": ["definition"], "message": "Key is in use."}
    world.answer(refused("metafieldDefinitionCreate", taken))
    world.answer(subscriptions(*[(topic, HOOK) for topic in partner.topics]))
    assert partner.subscribe(HOOK) == []
    definition = world.sent()[0]["definition"]
    assert (definition["namespace"], definition["key"], definition["type"]) == (
        "crossdock",
        "reference",
        "id",
    )
    assert definition["capabilities"] == {"uniqueValues": {"enabled": True}}


def test_a_store_that_hides_customer_data_needs_a_person(world):
    message = (
        "This app is not approved to subscribe to webhook topics containing protected customer "
        "data."
    )
    world.answer(DEFINED, subscriptions())
    world.answer(refused("webhookSubscriptionCreate", {"field": ["topic"], "message": message}))
    with pytest.raises(NotAuthorized, match="protected customer data access"):
        world.partner().subscribe(HOOK)


def test_a_subscription_that_is_there_after_all_is_fine(world):
    partner = world.partner()
    world.answer(DEFINED, subscriptions(*[(topic, HOOK) for topic in partner.topics[1:]]))
    error = {"field": ["uri"], "message": "Address for this topic has already been taken"}
    world.answer(refused("webhookSubscriptionCreate", error))
    assert partner.subscribe(HOOK) == ["FULFILLMENTS_CREATE"]


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
