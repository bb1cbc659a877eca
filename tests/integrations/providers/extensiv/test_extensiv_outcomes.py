"""What Extensiv's answers to writes mean: lost, put off, refused, and read back."""

import pytest
import requests

from integrations.errors import NotAuthorized, Rejected, Retryable, Throttled, Unconfirmed
from integrations.types import OrderChange
from tests.integrations.providers.extensiv.conftest import ACCOUNT, BASE, ORDERS
from tests.integrations.providers.warehouse_world import ORDER, REFERENCE, TO, load

ONE = f"{ORDERS}/55012"
TOKEN = {"access_token": "fresh", "expires_in": 3600}


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_trouble_after_an_order_was_sent_leaves_it_in_doubt_and_sends_it_once(
    world, extensiv, status
):
    world.answer("POST", ORDERS, {}, status)
    with pytest.raises(Unconfirmed, match="Whether it took effect is unknown"):
        extensiv.push_order(ORDER)
    assert (len(world.sent), world.slept) == (1, [])


@pytest.mark.parametrize(
    "problem", [requests.ReadTimeout(), requests.ConnectionError("Connection aborted.")]
)
def test_an_answer_that_never_came_leaves_it_in_doubt(world, extensiv, problem):
    world.net.add("POST", f"{BASE}{ORDERS}", body=problem)
    with pytest.raises(Unconfirmed):
        extensiv.push_order(ORDER)
    assert len(world.sent) == 1


def test_where_no_connection_was_made_nothing_was_sent(world, extensiv):
    world.net.add("POST", f"{BASE}{ORDERS}", body=requests.ConnectTimeout())
    with pytest.raises(Retryable) as caught:
        extensiv.push_order(ORDER)
    assert caught.value.counts is False


def test_an_order_put_off_by_429_is_not_waited_for_inside_the_call(world, extensiv):
    world.answer("POST", ORDERS, {}, 429, headers={"Retry-After": "7"})
    with pytest.raises(Throttled) as caught:
        extensiv.push_order(ORDER)
    assert (caught.value.retry_after, world.slept, len(world.sent)) == (7.0, [], 1)


def test_an_order_refused_with_401_is_sent_once_more_with_a_new_token(world, extensiv):
    world.answer("POST", "/oauth/token", TOKEN)
    world.answer("POST", ORDERS, {}, 401)
    world.answer("POST", ORDERS, load("extensiv/order"), 201)
    assert extensiv.push_order(ORDER).external_id == "55012"
    used = [one.headers.get("Authorization") for one in world.sent]
    assert used == ["Bearer good", None, "Bearer fresh"]


def test_a_web_page_in_place_of_the_order_leaves_it_in_doubt(world, extensiv):
    world.net.add("POST", f"{BASE}{ORDERS}", body="<html>", content_type="text/html")
    with pytest.raises(Unconfirmed, match="a web page instead of data"):
        extensiv.push_order(ORDER)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html>Bad Request</html>", f"{ACCOUNT} refused the order (HTTP 400)."),
        ('{"error": "No   such\\nSKU."}', f"{ACCOUNT} refused the order (HTTP 400): No such SKU."),
        ('{"ErrorCode": "Required"}', f"{ACCOUNT} refused the order (HTTP 400): Required."),
    ],
)
def test_a_refusal_is_one_sentence_whatever_its_body_is(world, extensiv, body, said):
    world.net.add("POST", f"{BASE}{ORDERS}", body=body, status=400)
    with pytest.raises(Rejected) as caught:
        extensiv.push_order(ORDER)
    assert str(caught.value) == said


def test_a_long_refusal_is_cut(world, extensiv):
    world.answer("POST", ORDERS, {"Hint": "x" * 5000}, 422)
    with pytest.raises(Rejected) as caught:
        extensiv.push_order(ORDER)
    assert len(str(caught.value)) < 300


def test_a_search_that_fails_never_says_that_nothing_is_there(world, extensiv):
    world.answer("GET", ORDERS, {"Message": "No such interface."}, 404)
    with pytest.raises(Rejected):
        extensiv.find_order(REFERENCE)


def test_what_an_order_is_too_far_on_for_is_refused_and_asks_for_no_new_credentials(
    world, extensiv
):
    body = {"ErrorCode": "OrderConfirmed", "Hint": "It is closed."}
    world.answer("PATCH", ONE, body, 403)
    with pytest.raises(Rejected, match=r"\(HTTP 403\): It is closed\."):
        extensiv.cancel_order("55012", "They asked.")


def test_a_right_that_is_missing_is_no_refusal_of_the_order(world, extensiv):
    world.answer("PATCH", ONE, {"Message": "Your role may not do this."}, 403)
    with pytest.raises(NotAuthorized, match="does not allow this call"):
        extensiv.cancel_order("55012", "They asked.")


@pytest.mark.parametrize("status", [404, 500, 403])
def test_a_change_that_cannot_be_read_back_is_in_doubt_not_undone(world, extensiv, status):
    world.net.add("PATCH", f"{BASE}{ONE}", status=204)
    world.answer("GET", ONE, {}, status)
    with pytest.raises(Unconfirmed, match="The change was taken"):
        extensiv.cancel_order("55012", "")
    assert [one.method for one in world.sent].count("PATCH") == 1


def test_an_order_they_do_not_know_takes_no_change(world, extensiv):
    world.answer("PATCH", ONE, {}, 404)
    with pytest.raises(Rejected, match="HTTP 404"):
        extensiv.update_order("55012", OrderChange(ship_to=TO))


def test_a_note_is_set_alone(world, extensiv):
    world.answer("PATCH", ONE, load("extensiv/order"))
    extensiv.update_order("55012", OrderChange(note="Ring twice."))
    assert world.body() == {"note": "Ring twice."}


def test_the_number_of_an_order_is_never_part_of_an_address(world, extensiv):
    world.answer("PATCH", f"{ORDERS}/..%2F7%3Fx", load("extensiv/order"))
    extensiv.cancel_order("../7?x", "")
    assert world.sent[0].url == f"{BASE}{ORDERS}/..%2F7%3Fx"
