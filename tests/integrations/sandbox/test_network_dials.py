"""Dials of the network and of the answer's form, seen by a client on a real socket."""

import http.client
import json
import zlib
from email.utils import parsedate_to_datetime

import pytest

from .live import Live

pytestmark = pytest.mark.e2e

SHOP_NAME = "{ shop { name } }"


def orders_of(live):
    return len(live.store.orders)


@pytest.mark.parametrize(
    ("mode", "lost", "orders"),
    [
        ("timeout_before", http.client.RemoteDisconnected, 0),
        ("timeout_after", http.client.RemoteDisconnected, 1),
        ("reset_before", ConnectionResetError, 0),
        ("reset_after", ConnectionResetError, 1),
        ("reset_midway", ConnectionResetError, 1),
        ("hang_up_before", http.client.RemoteDisconnected, 0),
        ("hang_up_after", http.client.RemoteDisconnected, 1),
        ("truncated", http.client.IncompleteRead, 1),
        ("cut_chunks", http.client.IncompleteRead, 1),
    ],
)
def test_a_broken_line_is_seen_and_leaves_its_effect(live, mode, lost, orders):
    live.dial(mode, operation="orderCreate", times=1)
    with pytest.raises(lost):
        live.order()
    assert (orders_of(live), live.fired()) == (orders, [1])
    assert live.order().json()["data"]["orderCreate"]["userErrors"] == []


def test_a_truncated_answer_promises_more_than_it_sends(live):
    live.dial("truncated")
    got, end = live.raw(SHOP_NAME)
    head, _, body = got.partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert json.loads(body)["data"]["shop"]["name"] == "Blue Door Roasters"
    assert (promised - len(body), end) == (4096, "closed")


def test_a_reset_sends_no_byte(live):
    live.dial("reset_before")
    assert live.raw(SHOP_NAME) == (b"", "reset")


def test_spoilt_answers_can_come_without_the_effect(live):
    live.dial("truncated", operation="orderCreate", effect=False)
    with pytest.raises(http.client.IncompleteRead):
        live.order()
    live.dial("bad_json", operation="orderCreate", effect=False)
    assert orders_of(live) == 0


def test_a_drip_never_ends_by_itself(live):
    live.dial("drip", drip_seconds=0.005)
    got, end = live.raw(SHOP_NAME, most=1600)
    assert end == "cut"
    assert b"\r\n1\r\n{\r\n1\r\n" in got
    assert got.endswith(b"\r\n1\r\n \r\n")


def test_a_huge_body_is_as_large_as_asked(live):
    live.dial("huge_body", megabytes=3)
    answer = live.call(SHOP_NAME)
    assert len(answer.body) == 3 * 1024 * 1024
    assert answer.json()["data"]["shop"]["name"] == "Blue Door Roasters"


def test_a_gzip_bomb_is_small_on_the_wire(live):
    live.dial("gzip_bomb", megabytes=20)
    got, _ = live.raw(SHOP_NAME)
    assert len(got) < 65_536
    answer = live.call(SHOP_NAME)
    assert len(answer.body) == 20 * 1024 * 1024
    assert zlib.crc32(answer.body[-1024:]) == zlib.crc32(b" " * 1024)


@pytest.mark.parametrize(
    ("mode", "status", "body", "kind"),
    [
        ("html_200", 200, b"<!doctype html>", "text/html"),
        ("empty_body", 200, b"", "application/json"),
        ("204", 204, b"", ""),
        ("bad_json", 200, b'{"data": {"orderCreate"', "application/json"),
        ("bad_utf8", 200, b'{"note": "\xc3\x28\xff", ', "application/json"),
        ("bom", 200, b'\xef\xbb\xbf{"data"', "application/json"),
        ("wrong_type", 200, b'{"data": {"orderCreate"', "text/html"),
    ],
)
def test_an_odd_body_comes_after_the_effect(live, mode, status, body, kind):
    live.dial(mode, operation="orderCreate", times=1)
    answer = live.order()
    assert answer.status == status
    assert answer.body[: len(body)] == body
    assert bool(answer.body) == bool(body)
    assert answer.headers.get("Content-Type", "").startswith(kind)
    assert (orders_of(live), live.fired()) == (1, [1])


@pytest.mark.parametrize("mode", ["bad_json", "bad_utf8", "bom", "html_200", "empty_body"])
def test_an_odd_body_is_no_json(live, mode):
    live.dial(mode)
    with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
        json.loads(live.call(SHOP_NAME).body.decode())


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("seconds", "7.0"),
        ("garbage", "soon; q=\u00bd"),
        ("day", "86400"),
        ("missing", None),
    ],
)
def test_retry_after_comes_in_every_form(live, form, wanted):
    live.dial("429", retry_after=7, retry_after_form=form, operation="orderCreate")
    answer = live.order()
    assert answer.status == 429
    assert answer.headers.get("Retry-After") == wanted
    assert orders_of(live) == 0


@pytest.mark.parametrize(("form", "low", "high"), [("date", 58, 62), ("past", -3605, -3595)])
def test_retry_after_can_be_a_date(live, form, low, high):
    live.dial("429", retry_after=60, retry_after_form=form)
    at = parsedate_to_datetime(live.call(SHOP_NAME).headers["Retry-After"])
    assert low <= (at - live.world.now()).total_seconds() <= high


def test_401_lasts_until_it_is_cleared_also_for_tokens(live):
    number = live.dial("401")
    assert [live.call(SHOP_NAME).status for _ in range(5)] == [401] * 5
    assert live.refresh().status == 401
    live.control("dials/clear", id=number)
    assert live.call(SHOP_NAME).status == 200
    assert live.refresh().status == 200


def test_an_invalid_grant_is_for_the_token_endpoint_only(live):
    live.dial("invalid_grant")
    assert live.call(SHOP_NAME).status == 200
    answer = live.refresh()
    assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")
    assert live.fired() == [1]


def test_403_and_graphql_errors(live):
    live.dial("403", operation="orderCreate", times=1)
    assert (live.order().status, orders_of(live)) == (403, 0)
    live.dial("graphql_error", operation="orderCreate", times=1)
    answer = live.order().json()
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert ("data" in answer, orders_of(live)) == (False, 0)
    live.dial("graphql_error_after", operation="orderCreate", times=1)
    assert "errors" in live.order().json()
    assert orders_of(live) == 1


@pytest.mark.parametrize(
    ("to", "start"),
    [
        ("host", "http://localhost:"),
        ("http", "http://blue-door.myshopify.com/admin/api/"),
        ("metadata", "http://169.254.169.254/latest/meta-data/"),
    ],
)
def test_a_redirect_leads_away(live, to, start):
    live.dial("redirect", redirect_to=to, operation="orderCreate")
    answer = live.order()
    assert answer.status == 307
    assert answer.headers["Location"].startswith(start)
    assert orders_of(live) == 0


def test_who_follows_a_redirect_is_noted_with_the_token_it_brought(live):
    live.send("POST", "/elsewhere/shopify/x", b"", X_Shopify_Access_Token="shpat_1")
    (entry,) = live.get("ledger?kind=redirect_followed")["entries"]
    assert entry["detail"]["headers"] == ["x-shopify-access-token"]


@pytest.fixture
def slow_bucket():
    """A store whose query budget fills by one point a second."""
    running = Live(cost_restore_per_second=1)
    yield running
    running.close()


def test_throttling_by_a_dial_empties_the_bucket_for_real(slow_bucket):
    live = slow_bucket
    live.dial("graphql_throttled", times=1)
    status = live.call(SHOP_NAME).json()["extensions"]["cost"]["throttleStatus"]
    assert (status["currentlyAvailable"], status["restoreRate"]) == (0, 1)
    cost = live.call(
        "{ orders(first: 250) { nodes { id lineItems(first: 50) { nodes { id } } } } }"
    )
    answer = cost.json()
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert 0 <= answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] < 60
