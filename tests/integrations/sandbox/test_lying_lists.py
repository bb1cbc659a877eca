"""Lists that do not end or end too soon, and stock that is short, zero, odd or there twice."""

import json

import pytest

pytestmark = pytest.mark.e2e

PAGES = """query P($n: Int!, $after: String) { productVariants(first: $n, after: $after) {
  nodes { sku } pageInfo { hasNextPage endCursor } } }"""
LEVELS = """query L { location { inventoryLevels(first: 50) { nodes { item { sku }
  quantities(names: ["available"]) { quantity } } } } }"""
ITEMS = """query N($ids: [ID!]!) { nodes(ids: $ids) { ... on InventoryItem { sku
  inventoryLevels(first: 5) { nodes { quantities(names: ["available"]) { quantity } } } } } }"""
PRODUCTS = """{ products(first: 9) { nodes { title
  variants(first: 9) { nodes { sku inventoryQuantity } } } } }"""


def pages(live, most=6, size=2):
    """SKUs page by page, with the cursor each page ended on."""
    found, after = [], None
    for _ in range(most):
        page = live.run(PAGES, n=size, after=after)["productVariants"]
        after = page["pageInfo"]["endCursor"]
        found.append(([one["sku"] for one in page["nodes"]], after))
        if not page["pageInfo"]["hasNextPage"]:
            break
    return found


FIRST, LAST = ["GUJI-12", "GUJI-32"], ["DECAF"]


def test_a_healthy_list_has_two_pages(live):
    assert [skus for skus, _ in pages(live)] == [FIRST, LAST]


def test_a_page_repeats_with_the_same_cursor(live):
    live.dial("page_repeats")
    found = pages(live)
    assert [skus for skus, _ in found] == [FIRST] * 6
    assert len({cursor for _, cursor in found}) == 1


def test_cursors_go_round_in_a_circle(live):
    live.dial("cursor_loop")
    found = pages(live)
    assert [skus for skus, _ in found] == [FIRST, LAST] * 3
    assert len({cursor for _, cursor in found}) == 2


def test_pages_never_end_under_ever_new_cursors(live):
    live.dial("endless_pages")
    found = pages(live)
    assert [skus for skus, _ in found] == [FIRST] * 6
    assert len({cursor for _, cursor in found}) == 6


def test_the_last_page_promises_one_more_that_is_empty(live):
    live.dial("one_more_page")
    assert [skus for skus, _ in pages(live)] == [FIRST, LAST, []]


def test_a_list_says_too_early_that_it_is_complete(live):
    live.dial("ends_early", share=0.4)
    assert [skus for skus, _ in pages(live, size=50)] == [["GUJI-12"]]


def test_a_cursor_of_a_lying_list_is_refused_by_a_healthy_one(live):
    live.dial("endless_pages", times=1)
    cursor = pages(live, most=1)[0][1]
    answer = live.call(PAGES, n=2, after=cursor).json()
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_CURSOR"


def test_inner_lists_stay_as_they_are(live):
    live.dial("page_repeats")
    document = """{ products(first: 9) { pageInfo { hasNextPage } nodes {
      variants(first: 9) { pageInfo { hasNextPage } } } } }"""
    shown = live.run(document)["products"]
    assert shown["pageInfo"]["hasNextPage"] is True
    assert [one["variants"]["pageInfo"]["hasNextPage"] for one in shown["nodes"]] == [False] * 2


def levels(live):
    nodes = live.run(LEVELS)["location"]["inventoryLevels"]["nodes"]
    return [(one["item"]["sku"], one["quantities"][0]["quantity"]) for one in nodes]


def items(live):
    ids = [f"gid://shopify/InventoryItem/{one.item_id}" for one in live.store.variants()]
    return [
        (one["sku"], one["inventoryLevels"]["nodes"][0]["quantities"][0]["quantity"])
        for one in live.run(ITEMS, ids=ids)["nodes"]
        if one
    ]


def products(live):
    return [
        (one["sku"], one["inventoryQuantity"])
        for product in live.run(PRODUCTS)["products"]["nodes"]
        for one in product["variants"]["nodes"]
    ]


TRUE = {("GUJI-12", 10), ("GUJI-32", 3), ("DECAF", 0)}
READS = pytest.mark.parametrize("read", [levels, items, products])


@READS
def test_the_stock_is_told_truly_without_a_dial(live, read):
    assert set(read(live)) == TRUE


@READS
def test_an_empty_feed(live, read):
    live.dial("empty_inventory")
    assert read(live) == []


@READS
def test_a_short_feed_leaves_the_same_share_out_every_time(live, read):
    live.dial("stock_short", share=0.3)
    first = read(live)
    assert len(first) == 2
    assert set(first) < TRUE
    assert read(live) == first


def test_every_read_leaves_the_same_items_out(live):
    live.dial("stock_short", share=0.6)
    assert set(levels(live)) == set(items(live)) == set(products(live))


@READS
def test_zeros_for_a_share_of_the_items(live, read):
    live.dial("stock_zeros", share=1)
    assert set(read(live)) == {("GUJI-12", 0), ("GUJI-32", 0), ("DECAF", 0)}


@READS
@pytest.mark.parametrize(
    ("odd", "shown"),
    [
        ("null", None),
        ("negative", -5),
        ("text", "12 pcs"),
        ("fraction", 3.7),
        ("huge", 2**63),
    ],
)
def test_numbers_that_are_none(live, read, odd, shown):
    live.dial("stock_odd", share=1, odd=odd)
    assert [number for _, number in read(live)] == [shown] * 3


def test_all_kinds_of_odd_numbers_at_once(live):
    live.dial("stock_odd", share=1)
    assert {repr(number) for _, number in levels(live)} == {"None", "-5", "'12 pcs'"}
    assert {one.available for one in live.store.variants()} == {10, 3, 0}


@pytest.mark.parametrize("read", [levels, items])
def test_an_item_twice_with_different_numbers(live, read):
    live.dial("stock_twice", share=1)
    assert sorted(read(live)) == sorted([*TRUE, ("GUJI-12", 17), ("GUJI-32", 10), ("DECAF", 7)])


def test_stock_dials_let_order_calls_alone(live):
    live.dial("stock_odd", share=1)
    assert json.loads(live.order().body)["data"]["orderCreate"]["userErrors"] == []
    assert live.fired() == [0]
