"""GraphQL's three layers of errors, throttles, and pages."""

import pytest
import requests

from integrations.errors import BadResponse, NotAuthorized, Rejected, Retryable, Unconfirmed
from integrations.providers.shopify.graphql import UserErrors, throttle_wait

from .conftest import GRAPHQL, PARTNER, load

QUERY = "query Thing($id: ID) { thing }"
CHANGE = "mutation Change($id: ID!) { change(id: $id) { userErrors { field message } } }"


def failed(code: str = "", path: list[str] | None = None, **more):
    error = {"message": "Something is off."}
    if code:
        error["extensions"] = {"code": code}
    if path:
        error["path"] = path
    return {"errors": [error]} | more


@pytest.fixture
def graph(world):
    return world.partner().graph


def test_a_query_is_sent_with_its_variables_and_recorded_by_name(world, net, graph):
    world.answer({"data": {"thing": 1}})
    assert graph.read(QUERY, "CD-1", id="7") == {"thing": 1}
    assert net.calls[0].request.url == f"https://{PARTNER}{GRAPHQL}"
    assert (world.calls[0].path, world.calls[0].subject) == (f"{GRAPHQL}#Thing", "CD-1")
    assert world.sent() == [{"op": "Thing", "id": "7"}]


def test_a_throttled_query_waits_until_the_bucket_holds_enough(world, graph):
    world.answer("graphql_throttled", {"data": {"thing": 1}})
    assert graph.read(QUERY) == {"thing": 1}
    assert world.slept == [2]


def test_a_query_that_stays_throttled_is_put_off_and_does_not_count(world, net, graph):
    world.answer("graphql_throttled")
    with pytest.raises(Retryable) as error:
        graph.read(QUERY)
    assert (error.value.retry_after, error.value.counts) == (2, False)
    assert len(net.calls) == 3


def test_a_long_throttle_is_left_to_the_caller(world, net, graph):
    answer = load("graphql_throttled")
    answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] = 0
    world.answer(answer)
    with pytest.raises(Retryable) as error:
        graph.read(QUERY)
    assert (error.value.retry_after, len(net.calls)) == (16, 1)


def test_a_throttled_change_was_not_made(world, net, graph):
    world.answer("graphql_throttled")
    with pytest.raises(Retryable) as error:
        graph.write(CHANGE, id="7")
    assert (error.value.retry_after, error.value.counts, len(net.calls)) == (2, False, 1)


@pytest.mark.parametrize("cost", [None, {}, {"requestedQueryCost": 5, "throttleStatus": None}])
def test_a_throttle_without_figures_says_no_time(cost):
    assert throttle_wait({"extensions": {"cost": cost}}) is None


@pytest.mark.parametrize("status", [402, 404, 423])
@pytest.mark.parametrize("call", ["read", "write"])
def test_a_closed_store_needs_a_person_and_loses_no_order(world, graph, status, call):
    world.answer({"errors": "Not Found"}, status=status)
    with pytest.raises(NotAuthorized, match=rf"HTTP {status}"):
        getattr(graph, call)(CHANGE, id="7")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (failed("ACCESS_DENIED", ["thing"], data=None), NotAuthorized),
        (failed("SHOP_INACTIVE"), NotAuthorized),
        (failed("BAD_REQUEST"), BadResponse),
        (failed(data={"thing": 1}), BadResponse),
        ({"errors": "odd"}, BadResponse),
        ({"errors": [1]}, BadResponse),
        ({}, BadResponse),
        ({"data": None}, BadResponse),
        ([], BadResponse),
    ],
)
def test_a_query_that_is_not_answered_in_full_is_no_answer(world, graph, answer, kind):
    world.answer(answer)
    with pytest.raises(kind):
        graph.read(QUERY)


def test_a_query_is_tried_again_while_shopify_is_in_trouble(world, graph):
    world.answer(failed("INTERNAL_SERVER_ERROR"), {"data": {"thing": 1}})
    assert graph.read(QUERY) == {"thing": 1}
    assert world.slept == [1]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (failed("ACCESS_DENIED", ["change"], data={"change": None}), NotAuthorized),
        (failed("BAD_REQUEST"), Rejected),
        ({"errors": "odd"}, Rejected),
        (failed("INTERNAL_SERVER_ERROR"), Unconfirmed),
        (failed("ACCESS_DENIED", ["change", "order", "lineItems"], data=None), Unconfirmed),
        (failed("SOMETHING", data={"change": {"userErrors": []}}), Unconfirmed),
        ({"data": {"change": None}}, Unconfirmed),
        ({"data": None}, Unconfirmed),
        ({}, Unconfirmed),
    ],
)
def test_a_change_that_may_have_been_made_is_unconfirmed(world, net, graph, answer, kind):
    world.answer(answer)
    with pytest.raises(kind):
        graph.write(CHANGE, id="7")
    assert len(net.calls) == 1


def test_user_errors_mean_nothing_was_done(world, graph):
    errors = [{"field": ["order", "email"], "message": "Email is invalid.", "code": "INVALID"}]
    world.answer({"data": {"change": {"userErrors": errors}}})
    with pytest.raises(UserErrors) as error:
        graph.write(CHANGE, id="7")
    assert str(error.value) == "Shopify refused: Email is invalid."
    assert (error.value.has("INVALID"), error.value.errors[0].field) == (True, ("order", "email"))


def test_a_lost_answer_of_a_change_is_unconfirmed(net, graph):
    net.post(f"https://{PARTNER}{GRAPHQL}", body=requests.ReadTimeout())
    with pytest.raises(Unconfirmed):
        graph.write(CHANGE, id="7")
    assert len(net.calls) == 1


def page(nodes, cursor=None):
    return {
        "data": {
            "shelf": {
                "things": {
                    "nodes": nodes,
                    "pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor},
                }
            }
        }
    }


def test_pages_follow_the_cursor_to_the_end_the_server_tells(world, graph):
    world.answer(page([1, 2], "a"), page([], "b"), page([3]))
    assert list(graph.pages(QUERY, "shelf.things", 2)) == [[1, 2], [], [3]]
    assert [call["after"] for call in world.sent()] == [None, "a", "b"]


def test_pages_that_go_round_in_circles_are_given_up(world, graph):
    world.answer(page([1], "a"), page([2], "b"), page([1], "a"))
    with pytest.raises(BadResponse, match="do not come to an end"):
        list(graph.pages(QUERY, "shelf.things", 1))


def test_a_page_that_repeats_under_new_cursors_is_given_up_before_it_counts_twice(world, graph):
    world.answer(page([{"id": 1}], "a"), page([{"id": 2}], "b"), page([{"id": 2}], "c"))
    seen = []
    with pytest.raises(BadResponse, match="do not come to an end"):
        seen += graph.pages(QUERY, "shelf.things", 1)
    assert [call["after"] for call in world.sent()] == [None, "a", "b"]


def test_pages_that_never_end_are_given_up_at_a_limit(world, net, graph, monkeypatch):
    monkeypatch.setattr("integrations.providers.shopify.graphql.MOST_PAGES", 4)
    world.answer(*(page([{"id": number}], f"c{number}") for number in range(4)))
    with pytest.raises(BadResponse, match="do not come to an end"):
        list(graph.pages(QUERY, "shelf.things", 1))
    assert len(net.calls) == 4


def test_empty_pages_may_repeat(world, graph):
    world.answer(page([], "a"), page([], "b"), page([3]))
    assert list(graph.pages(QUERY, "shelf.things", 1)) == [[], [], [3]]


@pytest.mark.parametrize("info", [None, {}, {"hasNextPage": True}, {"hasNextPage": "no"}])
def test_a_page_that_does_not_say_whether_it_is_the_last_is_bad(world, graph, info):
    answer = page([1])
    answer["data"]["shelf"]["things"]["pageInfo"] = info
    world.answer(answer)
    with pytest.raises(BadResponse):
        list(graph.pages(QUERY, "shelf.things", 1))


def test_a_connection_that_is_not_there_is_bad(world, graph):
    world.answer({"data": {"shelf": None}})
    with pytest.raises(BadResponse, match="no shelf things"):
        list(graph.pages(QUERY, "shelf.things", 1))


def test_a_page_too_costly_is_halved_and_stays_so(world, graph):
    costly = failed("MAX_COST_EXCEEDED")
    world.answer(costly, costly, page([1], "a"), page([2]))
    assert list(graph.pages(QUERY, "shelf.things", 100)) == [[1], [2]]
    assert [call["first"] for call in world.sent()] == [100, 50, 25, 25]


def test_one_item_that_is_too_costly_is_an_error(world, net, graph):
    world.answer(failed("MAX_COST_EXCEEDED"))
    with pytest.raises(BadResponse, match="too costly"):
        list(graph.pages(QUERY, "shelf.things", 2))
    assert len(net.calls) == 2


def test_nodes_are_asked_for_in_batches_that_shrink_and_lose_none(world, graph):
    world.answer(
        failed("MAX_COST_EXCEEDED"),
        {"data": {"nodes": [{"id": "1"}, None]}},
        {"data": {"nodes": [{"id": "3"}]}},
    )
    assert [node["id"] for node in graph.nodes(QUERY, ["1", "2", "3"], 4)] == ["1", "3"]
    assert [call["ids"] for call in world.sent()] == [["1", "2", "3"], ["1", "2"], ["3"]]
