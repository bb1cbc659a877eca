"""inventorySetQuantities: compare-and-set, idempotency keys, all or nothing."""

import json

import pytest

SET = """
mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id changes { delta quantityAfterChange item { sku } } }
    userErrors { code field message }
  }
}"""


@pytest.fixture
def quantity(sandbox):
    def one(sku, wanted, was):
        return {
            "inventoryItemId": f"gid://shopify/InventoryItem/{sandbox.variant(sku).item_id}",
            "locationId": f"gid://shopify/Location/{sandbox.store.locations[0].id}",
            "quantity": wanted,
            "changeFromQuantity": was,
        }

    return one


def put(sandbox, key, *quantities, reason="correction"):
    given = {"name": "available", "reason": reason, "quantities": list(quantities)}
    return sandbox.run(SET, key=key, input=given)["inventorySetQuantities"]


def levels(sandbox):
    return [sandbox.variant(sku).available for sku in ("GUJI-12", "GUJI-32", "DECAF")]


def test_quantities_are_set_and_recorded(sandbox, quantity):
    answer = put(sandbox, "k1", quantity("GUJI-12", 12, 10), quantity("DECAF", 5, None))
    changes = answer["inventoryAdjustmentGroup"]["changes"]
    assert [(one["item"]["sku"], one["delta"]) for one in changes] == [("GUJI-12", 2), ("DECAF", 5)]
    assert levels(sandbox) == [12, 3, 5]
    assert sandbox.kinds()[-1] == "stock_set"


def test_a_stale_figure_stops_the_whole_batch(sandbox, quantity):
    answer = put(sandbox, "k1", quantity("GUJI-12", 12, 10), quantity("GUJI-32", 9, 4))
    assert answer["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert answer["userErrors"][0]["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert levels(sandbox) == [10, 3, 0]
    assert "stock_set" not in sandbox.kinds()


def test_the_same_key_answers_the_same_without_a_second_effect(sandbox, quantity):
    first = put(sandbox, "k1", quantity("GUJI-12", 12, 10))
    sandbox.variant("GUJI-12").levels[sandbox.store.locations[0].id].available = 8
    assert put(sandbox, "k1", quantity("GUJI-12", 12, 10)) == first
    assert levels(sandbox)[0] == 8
    assert sandbox.kinds().count("stock_set") == 1


def test_the_same_key_with_other_figures_is_refused(sandbox, quantity):
    put(sandbox, "k1", quantity("GUJI-12", 12, 10))
    answer = put(sandbox, "k1", quantity("GUJI-12", 13, 12))
    assert answer["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    assert levels(sandbox)[0] == 12


def test_a_key_that_failed_may_be_used_again(sandbox, quantity):
    put(sandbox, "k1", quantity("GUJI-12", 12, 9))
    assert put(sandbox, "k1", quantity("GUJI-12", 12, 10))["userErrors"] == []


def test_the_directive_is_mandatory(sandbox, quantity):
    document = SET.replace("@idempotent(key: $key)", "").replace(", $key: String!", "")
    given = {"name": "available", "reason": "correction", "quantities": []}
    answer = json.loads(sandbox.call(document, input=given).body)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_the_figure_to_compare_with_is_mandatory(sandbox, quantity):
    one = quantity("GUJI-12", 12, 10)
    del one["changeFromQuantity"]
    given = {"name": "available", "reason": "correction", "quantities": [one]}
    answer = json.loads(sandbox.call(SET, key="k", input=given).body)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert levels(sandbox)[0] == 10


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"inventoryItemId": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM"),
        ({"locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
        ({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH"),
    ],
)
def test_an_impossible_line_is_refused(sandbox, quantity, change, code):
    answer = put(sandbox, "k", quantity("GUJI-12", 1, None) | change)
    assert [one["code"] for one in answer["userErrors"]] == [code]
    assert levels(sandbox) == [10, 3, 0]


def test_an_item_named_twice_and_a_strange_reason_are_refused(sandbox, quantity):
    one = quantity("GUJI-12", 1, None)
    code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
    assert put(sandbox, "a", one, one)["userErrors"][0]["code"] == code
    refused = put(sandbox, "b", one, reason="because")
    assert refused["userErrors"][0]["code"] == "INVALID_REASON"


def test_only_levels_that_moved_are_announced(sandbox, quantity):
    sandbox.subscribe("INVENTORY_LEVELS_UPDATE")
    put(sandbox, "k1", quantity("GUJI-12", 10, 10), quantity("DECAF", 5, 0))
    bodies = sandbox.bodies("inventory_levels/update")
    assert [(one["inventory_item_id"], one["available"]) for one in bodies] == [
        (sandbox.variant("DECAF").item_id, 5)
    ]


def test_empty_inventory_hides_every_item(sandbox):
    sandbox.json("/control/dials", mode="empty_inventory")
    item = f"gid://shopify/InventoryItem/{sandbox.variant('DECAF').item_id}"
    document = (
        "query Q($ids: [ID!]!) { nodes(ids: $ids) { id } products(first: 5) { nodes { id } } }"
    )
    assert sandbox.run(document, ids=[item]) == {"nodes": [None], "products": {"nodes": []}}
