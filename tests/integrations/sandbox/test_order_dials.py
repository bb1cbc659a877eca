"""Orders that are changed on creation, and strangers in answers and look-ups."""

import pytest

pytestmark = pytest.mark.e2e

LOOK_UP = """query F($q: String!) { orders(first: 5, query: $q) {
  nodes { id name sourceIdentifier } } }"""


def kept(live):
    """The lines of the newest order as the store has them."""
    order = list(live.store.orders.values())[-1]
    return [(line.sku, line.current_quantity) for line in order.lines]


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ("less", [("GUJI-12", 2), ("DECAF", 1)]),
        ("more", [("GUJI-12", 5), ("DECAF", 1)]),
        ("merged", [("GUJI-12", 5)]),
        ("dropped", [("GUJI-12", 4)]),
    ],
)
def test_their_system_takes_another_order_than_was_sent(live, change, lines):
    live.dial("order_changed", change=change, times=1)
    answer = live.order(("GUJI-12", 4), ("DECAF", 1)).json()["data"]["orderCreate"]
    assert answer["userErrors"] == []
    told = [(one["sku"], one["quantity"]) for one in answer["order"]["lineItems"]["nodes"]]
    assert told == lines
    assert kept(live) == lines


def test_one_unit_can_only_become_more(live):
    live.dial("order_changed", change="merged")
    live.order(("GUJI-12", 1))
    assert kept(live) == [("GUJI-12", 2)]


def test_the_answer_names_a_stranger_and_the_order_is_there_all_the_same(live):
    live.dial("stranger_answer", times=1)
    answer = live.order(sourceIdentifier="CD-1").json()["data"]["orderCreate"]["order"]
    assert answer["sourceIdentifier"] is None
    ours = [one for one in live.store.orders.values() if one.source_identifier == "CD-1"]
    assert len(ours) == 1
    assert answer["name"] != ours[0].name


def test_a_look_up_that_ignores_its_filter_finds_strangers(live):
    live.dial("stranger_found", times=2)
    found = live.run(LOOK_UP, q="source_identifier:'CD-1'")["orders"]["nodes"]
    assert [one["sourceIdentifier"] for one in found] == [None]
    by_id = """{ orderByIdentifier(identifier: {customId: {namespace: "crossdock",
      key: "reference", value: "CD-1"}}) { sourceIdentifier name } }"""
    assert live.run(by_id)["orderByIdentifier"]["name"] == found[0]["name"]
    assert live.run(LOOK_UP, q="source_identifier:'CD-1'")["orders"]["nodes"] == []
    assert live.run(by_id)["orderByIdentifier"] is None


def test_a_dial_for_look_ups_does_not_count_other_calls(live):
    live.dial("stranger_found")
    live.dial("stock_zeros")
    live.order()
    assert [one["seen"] for one in live.get("dials")["dials"]] == [0, 0]
