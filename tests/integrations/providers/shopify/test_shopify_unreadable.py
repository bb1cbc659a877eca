"""Answers nobody can read: of a write the outcome is unknown, a read fails whole, nothing is zero.

What each of the three writes to a partner's order is followed by is in tests/orders: unconfirmed,
looked up by our reference, never just sent again.
"""

import json

import pytest
import requests

from integrations.errors import BadResponse, ProviderError, Retryable, Unconfirmed
from integrations.types import PlacedLine, RemoteItem
from tests.integrations.providers.shopify.conftest import GRAPHQL, PARTNER, load
from tests.integrations.providers.shopify.placed_order import (
    COFFEE,
    ORDER,
    ORDER_ID,
    begun,
    order_node,
    staged,
)

URL = f"https://{PARTNER}{GRAPHQL}"
SPOILT = {
    "cut off": {"body": b'{"data": {"orderCreate": {"order": {"id": "gid'},
    "a web page": {"body": "<html>Busy</html>", "content_type": "text/html"},
    "data called a web page": {"body": '{"data": {}}', "content_type": "text/html"},
    "a byte order mark": {"body": b'\xef\xbb\xbf{"data": {}}'},
    "UTF-16": {"body": '{"data": {}}'.encode("utf-16")},
    "invalid UTF-8": {"body": b'{"data": {"name": "\xff"}}'},
    "nothing": {"body": b""},
    "204": {"body": b"", "status": 204},
    "no object": {"body": b"[]"},
    "no data": {"body": b"{}"},
}
LOST = {
    "no answer in time": {"body": requests.ReadTimeout()},
    "reset": {"body": requests.ConnectionError("Connection reset by peer")},
    "reset in the middle of the answer": {
        "body": requests.exceptions.ChunkedEncodingError("Connection broken")
    },
}


def create(store):
    return store.push_order(ORDER)


def cancel(store):
    return store.cancel_order(ORDER_ID, "Not needed.")


def add(store):
    return store.append_lines(ORDER_ID, [PlacedLine(COFFEE, "", 3)], "CD-0123456789-2")


WRITES = {
    "create": (create, []),
    "cancel": (cancel, []),
    "append": (add, [begun((COFFEE, 2)), staged("orderEditSetQuantity")]),
}


@pytest.mark.parametrize("spoilt", [*SPOILT, *LOST])
@pytest.mark.parametrize("write", WRITES)
def test_a_write_with_such_an_answer_is_unknown_and_made_once(world, net, write, spoilt):
    make, steps = WRITES[write]
    world.answer(*steps)
    net.post(URL, **(SPOILT | LOST)[spoilt])
    with pytest.raises(Unconfirmed):
        make(world.partner())
    assert len(net.calls) == len(steps) + 1


@pytest.mark.parametrize("spoilt", [*SPOILT, *LOST])
@pytest.mark.parametrize("write", ["cancel", "append"])
def test_a_write_that_cannot_be_read_back_is_unknown(world, net, write, spoilt):
    make, steps = WRITES[write]
    done = {"data": {"orderCancel": {"job": {"id": "1"}, "orderCancelUserErrors": []}}}
    world.answer(*steps, done if write == "cancel" else staged("orderEditCommit"))
    net.post(URL, **(SPOILT | LOST)[spoilt])
    with pytest.raises(Unconfirmed):
        make(world.partner())


@pytest.mark.parametrize("spoilt", [*SPOILT, *LOST])
def test_a_look_up_with_such_an_answer_is_not_taken_for_absent(world, net, spoilt):
    net.post(URL, **(SPOILT | LOST)[spoilt])
    with pytest.raises(ProviderError):
        world.partner().find_order("CD-0123456789")


@pytest.mark.parametrize("spoilt", [*SPOILT, *LOST])
def test_a_pull_with_such_a_page_fails_whole(world, net, spoilt):
    """Also on the second page, when the first was good."""
    first = load("graphql_products")
    first["data"]["products"]["pageInfo"] = {"hasNextPage": True, "endCursor": "a"}
    world.answer("graphql_shop", first)
    net.post(URL, **(SPOILT | LOST)[spoilt])
    with pytest.raises((BadResponse, Retryable)):
        list(world.partner().pull_products())


@pytest.mark.parametrize("spoilt", SPOILT)
def test_stock_with_such_an_answer_fails_whole(world, net, spoilt):
    net.post(URL, **SPOILT[spoilt])
    with pytest.raises(BadResponse):
        list(world.partner().pull_stock([RemoteItem("", "", "gid://shopify/InventoryItem/7001")]))
    assert len(net.calls) == 1


def test_data_under_another_name_that_is_data_is_read(world, net):
    """Only what calls itself a web page is refused for its type; the rest must parse whole."""
    answer = {"data": {"orderByIdentifier": order_node()}}
    net.post(URL, body=json.dumps(answer), content_type="text/plain")
    assert world.partner().find_order("CD-0123456789").number == "#2001"
