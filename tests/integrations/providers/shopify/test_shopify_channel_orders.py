"""Orders of customers, as our own store's API tells them."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import BadResponse

from .conftest import LAST, body_of, load

SINCE = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)


def test_the_api_and_the_webhook_tell_the_same_order(world):
    world.answer_own("graphql_channel_orders")
    own = world.own()
    (pulled,) = own.pull_channel_orders(SINCE)
    (event,) = own.parse(body_of("orders_create"), {"x-shopify-topic": "orders/create"})
    assert pulled == event.data
    assert world.sent()[0]["query"] == "updated_at:>='2026-11-19T03:00:00Z'"


def test_both_tell_the_same_of_a_refunded_order_without_refunds(world):
    answer, body = load("graphql_channel_orders"), load("orders_create")
    body |= {"financial_status": "refunded", "refunds": []}
    node = answer["data"]["orders"]["nodes"][0]
    node["displayFinancialStatus"] = "REFUNDED"
    node["totalRefundedSet"]["shopMoney"]["amount"] = "0.00"
    world.answer_own(answer)
    own = world.own()
    (pulled,) = own.pull_channel_orders(SINCE)
    (event,) = own.parse(json.dumps(body).encode(), {"x-shopify-topic": "orders/create"})
    assert pulled.refunded_total == event.data.refunded_total == Decimal(body["total_price"])


def test_an_order_with_many_lines_is_read_to_the_end(world):
    answer = load("graphql_channel_orders")
    node = answer["data"]["orders"]["nodes"][0]
    lines = node["lineItems"]["nodes"]
    node["lineItems"] = {"nodes": lines[:1], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}
    world.answer_own(answer, {"data": {"order": {"lineItems": {"nodes": lines, "pageInfo": LAST}}}})
    (pulled,) = world.own().pull_channel_orders(SINCE)
    assert len(pulled.lines) == 5


def test_an_order_that_lacks_a_figure_fails_the_pull(world):
    answer = load("graphql_channel_orders")
    del answer["data"]["orders"]["nodes"][0]["totalRefundedSet"]
    world.answer_own(answer)
    with pytest.raises(BadResponse, match="totalRefundedSet"):
        list(world.own().pull_channel_orders(SINCE))
