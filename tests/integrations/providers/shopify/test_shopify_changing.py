"""An order in a partner's store is canceled, or set to other lines."""

import pytest
import requests

from integrations.errors import Rejected, Retryable, Unconfirmed
from integrations.types import PlacedLine

from .conftest import GRAPHQL, PARTNER
from .placed_order import (
    COFFEE,
    MUG,
    ORDER_ID,
    PLACED,
    REFERENCE,
    begun,
    order_node,
    refused,
    staged,
)


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
