"""What is kept on disk, and the control API that resets it."""

import json

import pytest

from integrations.sandbox.config import Config
from integrations.sandbox.shopify.seed import seed_world
from integrations.sandbox.state import State, StateError, load_state, save_state
from integrations.sandbox.world import World

from .conftest import SHOP


def test_a_restart_finds_everything_again(sandbox, order_of, tmp_path):
    order_of(behavior="DECREMENT_OBEYING_POLICY", sourceIdentifier="CD-1")
    path = tmp_path / "sandbox.json"
    save_state(path, sandbox.world.snapshot())
    state = load_state(path)
    assert state.model_dump() == sandbox.world.state.model_dump()
    assert state.stores[SHOP].variants()[0].available == 8
    assert [entry.subject for entry in state.ledger if entry.kind == "order_created"] == ["#1001"]


def test_new_ids_go_on_after_a_restart(sandbox):
    last = sandbox.world.new_id()
    again = World(Config(), State.model_validate_json(sandbox.world.snapshot()))
    assert again.new_id() == last + 1


def test_no_file_is_a_first_start(tmp_path):
    assert load_state(tmp_path / "none.json") is None


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "sandbox.json"
    path.write_text('{"stores": 3}')
    with pytest.raises(StateError, match=r"sandbox\.json is not a sandbox snapshot"):
        load_state(path)


def test_the_demo_world_has_its_four_stores():
    world = World(Config())
    seed_world(world, stores=True)
    stores = world.state.stores
    assert [(one.name, one.currency, len(one.products)) for one in stores.values()] == [
        ("Crossdock Coffee", "USD", 3),
        ("Blue Door Roasters", "USD", 8),
        ("Kettle & Crane", "USD", 8),
        ("Ember & Oak", "EUR", 4),
    ]
    skus = [one.sku for one in stores["ember-oak.myshopify.com"].variants()]
    assert skus == ["EO-BRANDUNG-250", "EO-WALDRAND-250", "EO-WALDRAND-250", ""]
    assert 0 in [one.available for one in stores[SHOP].variants()]


def test_reset_forgets_orders_and_dials(sandbox, order_of):
    order_of()
    sandbox.json("/control/dials", mode="500")
    sandbox.json("/control/reset")
    state = sandbox.world.state
    assert (state.dials, state.stores[SHOP].orders, len(state.stores)) == ([], {}, 4)
    assert {entry.kind for entry in state.ledger} == {
        "store_created",
        "erp_created",
        "warehouse_created",
        "stripe_created",
    }


def test_the_ledger_is_filtered_by_store_and_kind(sandbox, order_of):
    order_of()
    query = f"store={SHOP}&kind=order_created"
    answer = json.loads(sandbox.send("GET", "/control/ledger", query=query).body)
    assert [entry["subject"] for entry in answer["entries"]] == ["#1001"]


def test_a_store_is_made_on_demand(sandbox):
    products = [{"title": "Mug", "variants": [{"sku": "M", "price": "9.00", "stock": 2}]}]
    answer = sandbox.json("/control/stores", domain="new-one.myshopify.com", products=products)
    assert answer.status == 201
    assert json.loads(answer.body)["products"][0]["variants"][0]["available"] == 2
    assert sandbox.json("/control/stores", domain="new-one.myshopify.com").status == 422


def test_control_says_what_is_wrong(sandbox):
    path = f"/control/stores/{SHOP}/orders"
    answer = sandbox.json(path, lines=[{"sku": "NOPE"}])
    assert answer.status == 422
    assert json.loads(answer.body)["error"] == "There is no variant NOPE."
    assert sandbox.store.orders == {}
