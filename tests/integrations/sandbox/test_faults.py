"""Dials: when they fire, and what each does to a call."""

import json
import random

import pytest

from integrations.sandbox.faults import API_MODES, Dial, Mode, pick

from .conftest import ORDER_CREATE


@pytest.fixture
def dial(sandbox):
    def turn_on(**values):
        assert sandbox.json("/control/dials", **values).status == 201

    return turn_on


@pytest.fixture
def place(sandbox):
    def call():
        variant = f"gid://shopify/ProductVariant/{sandbox.variant('GUJI-12').id}"
        return sandbox.call(
            ORDER_CREATE, order={"lineItems": [{"variantId": variant, "quantity": 1}]}
        )

    return call


def fired(dial, calls):
    rng = random.Random(1)
    return [pick([dial], "a", ["orderCreate"], API_MODES, rng) is dial for _ in range(calls)]


def test_every_third_call_fails():
    assert fired(Dial(mode=Mode.ERROR, every=3), 6) == [False, False, True] * 2


def test_a_dial_stops_after_its_times():
    assert fired(Dial(mode=Mode.ERROR, times=2), 4) == [True, True, False, False]


def test_a_dial_is_for_its_store_and_operation_only():
    rng = random.Random(1)
    one = Dial(mode=Mode.ERROR, shop="a", operation="orderCreate")
    assert pick([one], "b", ["orderCreate"], API_MODES, rng) is None
    assert pick([one], "a", ["orders"], API_MODES, rng) is None
    assert pick([one], "a", ["orders", "orderCreate"], API_MODES, rng) is one
    assert one.seen == 1


def test_probability_is_repeatable():
    first = fired(Dial(mode=Mode.ERROR, probability=0.5), 20)
    assert first == fired(Dial(mode=Mode.ERROR, probability=0.5), 20)
    assert 0 < sum(first) < 20


@pytest.mark.parametrize(
    ("mode", "status", "orders"),
    [
        ("429", 429, 0),
        ("401", 401, 0),
        ("500", 500, 0),
        ("500_after", 500, 1),
        ("graphql_throttled", 200, 0),
    ],
)
def test_a_fault_answers_and_leaves_its_effect(sandbox, dial, place, mode, status, orders):
    dial(mode=mode, operation="orderCreate", times=1)
    assert place().status == status
    assert len(sandbox.store.orders) == orders
    assert sandbox.kinds().count("fault") == 1
    assert place().status == 200


def test_a_timeout_before_holds_the_line_and_does_nothing(sandbox, dial, place):
    dial(mode="timeout_before", hold_seconds=4)
    assert place().hold_seconds == 4
    assert sandbox.store.orders == {}


def test_a_timeout_after_keeps_the_order_and_the_ledger_line(sandbox, dial, place):
    dial(mode="timeout_after", operation="orderCreate")
    assert place().hold_seconds == 30
    assert len(sandbox.store.orders) == 1
    assert sandbox.kinds()[-2:] == ["fault", "order_created"]


def test_too_many_requests_says_when_to_come_back(dial, place):
    dial(mode="429", retry_after=7)
    assert place().headers == {"Retry-After": "7.0"}


def test_throttled_has_the_shape_of_an_empty_bucket(dial, place):
    dial(mode="graphql_throttled")
    answer = json.loads(place().body)
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 0
    assert "data" not in answer


def test_a_dial_that_makes_no_sense_is_refused(sandbox):
    assert sandbox.json("/control/dials", mode="explode").status == 422
    assert sandbox.json("/control/dials", mode="500", every=0).status == 422
    assert sandbox.world.state.dials == []


def test_the_page_turns_a_dial_on_and_off(sandbox):
    sandbox.form("/dials/", shop="*", operation="orderCreate", mode="timeout_after", every="5")
    assert [(one.mode, one.every) for one in sandbox.world.state.dials] == [("timeout_after", 5)]
    sandbox.form("/dials/", clear="1")
    assert sandbox.world.state.dials == []


def test_a_lagging_search_finds_the_order_later(sandbox, clock, dial, place):
    place()
    dial(mode="search_lag", operation="orders", hold_seconds=20)
    document = "{ orders(first: 5) { nodes { name } } }"
    assert sandbox.run(document) == {"orders": {"nodes": []}}
    clock.forward(seconds=20)
    assert sandbox.run(document) == {"orders": {"nodes": [{"name": "#1001"}]}}
