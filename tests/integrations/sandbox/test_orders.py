"""Orders by an app: creating, stock claims, finding, editing, canceling."""

import json

import pytest

CANCEL = """
mutation X($id: ID!) { orderCancel(orderId: $id, reason: OTHER, restock: true) {
  job { done } orderCancelUserErrors { code message } } }"""


def find(sandbox, query):
    document = "query F($q: String!) { orders(first: 5, query: $q) { nodes { name } } }"
    return [one["name"] for one in sandbox.run(document, q=query)["orders"]["nodes"]]


def test_bypass_leaves_the_stock_alone(sandbox, order_of):
    assert order_of(quantity=99)["userErrors"] == []
    assert sandbox.variant("GUJI-12").available == 10


def test_obeying_the_policy_commits_the_units(sandbox, order_of):
    order_of(quantity=4, behavior="DECREMENT_OBEYING_POLICY")
    level = sandbox.variant("GUJI-12").levels[sandbox.store.locations[0].id]
    assert (level.available, level.committed, level.on_hand) == (6, 4, 10)


def test_too_little_stock_refuses_the_order_and_nothing_is_left_behind(sandbox, order_of):
    answer = order_of("GUJI-32", 4, "DECREMENT_OBEYING_POLICY")
    assert answer["order"] is None
    assert answer["userErrors"][0]["code"] == "INVENTORY_CLAIM_FAILED"
    assert answer["userErrors"][0]["field"] == ["order", "lineItems", "0"]
    assert sandbox.variant("GUJI-32").available == 3
    assert (sandbox.store.orders, "order_created" in sandbox.kinds()) == ({}, False)


def test_ignoring_the_policy_goes_below_zero(sandbox, order_of):
    order_of("GUJI-32", 4, "DECREMENT_IGNORING_POLICY")
    assert sandbox.variant("GUJI-32").available == -1


def test_the_ledger_says_what_was_ordered(sandbox, order_of):
    order_of(quantity=2, sourceIdentifier="CD-1", tags=["crossdock"])
    entry = sandbox.world.state.ledger[-1]
    assert (entry.kind, entry.subject) == ("order_created", "#1001")
    assert entry.detail["source_identifier"] == "CD-1"
    assert [(line["sku"], line["quantity"]) for line in entry.detail["lines"]] == [("GUJI-12", 2)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source_identifier:'CD-1'", ["#1001"]),
        ('source_identifier:"CD-1"', ["#1001"]),
        ("source_identifier:CD-", []),
        ("tag:'crossdock' status:open", ["#1002", "#1001"]),
        ("tag:'crossdock' AND name:#1002", ["#1002"]),
        ("-tag:crossdock", []),
        ("po_number:PO-2", ["#1002"]),
        ("created_at:>='2026-11-20T12:00:01Z'", ["#1002"]),
        ("updated_at:<'2026-11-20T12:00:01Z'", ["#1001"]),
        ("no_such_filter:1 name:1001", ["#1001"]),
        ("status:cancelled", []),
    ],
)
def test_the_search_understands_shopifys_filters(sandbox, clock, order_of, query, found):
    order_of(sourceIdentifier="CD-1", tags=["crossdock"])
    clock.forward(seconds=5)
    order_of(sourceIdentifier="CD-2", tags=["crossdock"], poNumber="PO-2")
    assert sorted(find(sandbox, query), reverse=True) == found


def test_a_custom_id_is_unique_and_finds_the_order(sandbox, order_of):
    define = """mutation D($d: MetafieldDefinitionInput!) {
      metafieldDefinitionCreate(definition: $d) { userErrors { code } } }"""
    given = {"name": "Reference", "namespace": "crossdock", "key": "reference"}
    given |= {"type": "id", "ownerType": "ORDER"}
    assert sandbox.run(define, d=given)["metafieldDefinitionCreate"]["userErrors"] == []
    field = {"namespace": "crossdock", "key": "reference", "type": "id", "value": "CD-1"}
    assert order_of(metafields=[field])["userErrors"] == []
    again = order_of(metafields=[field])
    assert again["userErrors"][0]["message"] == "Value has already been taken."
    document = """query B($v: String!) { orderByIdentifier(identifier: {customId: {
      namespace: "crossdock", key: "reference", value: $v}}) { name } }"""
    assert sandbox.run(document, v="CD-1")["orderByIdentifier"] == {"name": "#1001"}
    assert sandbox.run(document, v="CD-2")["orderByIdentifier"] is None
    assert len(sandbox.store.orders) == 1


def test_a_missing_scope_is_denied_without_effect(sandbox):
    sandbox.store.installations["sandbox-api-key"].scopes = ["read_orders"]
    document = "mutation { orderCreate(order: {}) { userErrors { message } } }"
    answer = json.loads(sandbox.call(document).body)
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert sandbox.store.orders == {}


BEGIN = """mutation B($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id
  lineItems(first: 5) { nodes { id quantity } } } userErrors { message } } }"""
SET = """mutation S($id: ID!, $line: ID!, $n: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $n) { userErrors { message } } }"""
ADD = """mutation A($id: ID!, $v: ID!, $n: Int!) {
  orderEditAddVariant(id: $id, variantId: $v, quantity: $n) { userErrors { message } } }"""
COMMIT = """mutation C($id: ID!) { orderEditCommit(id: $id) { order { lineItems(first: 5) {
  nodes { sku currentQuantity } } } userErrors { message } } }"""


def test_an_edit_takes_effect_at_commit_only(sandbox, order_of):
    order_id = order_of(quantity=2)["order"]["id"]
    edit = sandbox.run(BEGIN, id=order_id)["orderEditBegin"]["calculatedOrder"]
    sandbox.run(SET, id=edit["id"], line=edit["lineItems"]["nodes"][0]["id"], n=5)
    decaf = f"gid://shopify/ProductVariant/{sandbox.variant('DECAF').id}"
    sandbox.run(ADD, id=edit["id"], v=decaf, n=1)
    order = next(iter(sandbox.store.orders.values()))
    assert [line.current_quantity for line in order.lines] == [2]
    committed = sandbox.run(COMMIT, id=edit["id"])["orderEditCommit"]["order"]
    assert committed["lineItems"]["nodes"] == [
        {"sku": "GUJI-12", "currentQuantity": 5},
        {"sku": "DECAF", "currentQuantity": 1},
    ]
    assert sandbox.kinds()[-1] == "order_edited"


def test_an_edit_refuses_a_variant_that_is_already_there(sandbox, order_of):
    order_id = order_of()["order"]["id"]
    edit = sandbox.run(BEGIN, id=order_id)["orderEditBegin"]["calculatedOrder"]
    same = f"gid://shopify/ProductVariant/{sandbox.variant('GUJI-12').id}"
    answer = sandbox.run(ADD, id=edit["id"], v=same, n=1)["orderEditAddVariant"]
    assert answer["userErrors"] == [{"message": "The variant is already in the order."}]


def test_canceling_restocks_once(sandbox, order_of):
    order_id = order_of(quantity=4, behavior="DECREMENT_OBEYING_POLICY")["order"]["id"]
    assert sandbox.run(CANCEL, id=order_id)["orderCancel"]["orderCancelUserErrors"] == []
    assert sandbox.variant("GUJI-12").available == 10
    again = sandbox.run(CANCEL, id=order_id)["orderCancel"]
    assert again["orderCancelUserErrors"][0]["code"] == "INVALID"
    assert sandbox.variant("GUJI-12").available == 10
    assert sandbox.kinds().count("order_canceled") == 1
