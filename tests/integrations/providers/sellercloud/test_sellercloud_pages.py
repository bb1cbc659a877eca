"""Pages: a server that caps them, totals that lie or move, pages that come again."""

import pytest

from integrations.errors import BadResponse
from integrations.types import PurchaseOrderQuery
from tests.integrations.providers.sellercloud.conftest import PURCHASES


def orders(first: int, last: int) -> list[dict]:
    return [{"ID": number, "PurchaseOrderStatus": 1} for number in range(first, last + 1)]


def pulled(world) -> list[int]:
    found = world.erp().pull_purchase_orders(PurchaseOrderQuery())
    return [int(order.external_id) for order in found]


def test_pages_capped_at_50_while_100_are_asked_give_all_120(world):
    pages = {1: (orders(1, 50), 120), 2: (orders(51, 100), 120), 3: (orders(101, 120), 120)}
    world.pages(PURCHASES, pages)
    assert pulled(world) == list(range(1, 121))
    assert {call.params["pageSize"] for call in world.sent(PURCHASES)} == {"100"}
    assert world.asked_pages(PURCHASES) == [1, 2, 3]
    assert world.totals == [120, 120, 120]


def test_a_short_page_in_the_middle_is_not_the_end(world):
    pages = {1: (orders(1, 50), 120), 2: (orders(51, 90), 120), 3: (orders(91, 115), 120)}
    world.pages(PURCHASES, pages | {4: (orders(116, 120), 120)})
    assert pulled(world) == list(range(1, 121))


@pytest.mark.parametrize("total", [None, "120 items", 0, 60, 145])
def test_a_total_that_is_missing_or_wrong_is_read_past_to_the_empty_page(world, total):
    pages = {1: (orders(1, 50), total), 2: (orders(51, 100), total)}
    world.pages(PURCHASES, pages | {3: (orders(101, 120), total)})
    assert pulled(world) == list(range(1, 121))
    assert max(world.asked_pages(PURCHASES)) == 4


def test_a_total_that_grows_while_it_is_read_is_followed(world):
    pages = {1: (orders(1, 50), 100), 2: (orders(51, 100), 101), 3: (orders(101, 101), 101)}
    world.pages(PURCHASES, pages)
    assert pulled(world) == list(range(1, 102))


def test_a_total_that_shrinks_while_it_is_read_ends_it(world):
    pages = {1: (orders(1, 50), 101), 2: (orders(51, 100), 100), 3: ([], 100)}
    world.pages(PURCHASES, pages)
    assert pulled(world) == list(range(1, 101))


def test_an_order_that_moved_to_the_next_page_comes_once(world):
    pages = {1: (orders(1, 50), 100), 2: (orders(50, 99), 101), 3: (orders(100, 100), 101)}
    world.pages(PURCHASES, pages)
    assert pulled(world) == list(range(1, 101))


def test_a_page_that_comes_again_is_a_bad_response(world):
    world.pages(PURCHASES, {1: (orders(1, 50), 150), 2: (orders(1, 50), 150)})
    with pytest.raises(BadResponse, match="the same page twice"):
        pulled(world)


@pytest.mark.parametrize(
    "body", [{"Items": "none"}, {"Total": 3}, {"Items": [1]}, 7, {"Items": {"ID": 1}}]
)
def test_a_list_of_another_shape_is_a_bad_response(world, body):
    world.answer("GET", PURCHASES, body)
    with pytest.raises(BadResponse):
        pulled(world)


def test_an_empty_list_is_no_orders(world):
    world.answer("GET", PURCHASES, {"Items": [], "TotalResults": 0})
    assert pulled(world) == []
    assert world.asked_pages(PURCHASES) == [1]


def test_a_page_that_is_gone_while_reading_is_not_taken_for_the_end(world):
    def say(request):
        if request.params["pageNumber"] == "1":
            return 200, {"Items": orders(1, 50), "TotalResults": 100}
        return 404, {}

    world.answer_by("GET", PURCHASES, say)
    with pytest.raises(BadResponse, match="no such list"):
        pulled(world)
