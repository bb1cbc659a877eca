"""Products and stock of Extensiv: both envelopes, aliases, odd numbers, pages that lie."""

from decimal import Decimal

import pytest

from integrations.errors import BadResponse, Retryable
from integrations.types import RemoteItem
from tests.integrations.providers.extensiv.conftest import PRODUCTS, STOCK
from tests.integrations.providers.warehouse_world import load

ROWS = load("extensiv/products")
ENVELOPES = {
    "items": {"items": ROWS, "total": 2},
    "hal": {"totalResults": 2, "_embedded": {"http://api.3plcentral.com/rels/items": ROWS}},
    "pascal": {"TotalResults": 2, "ResourceList": ROWS},
    "products": {"products": ROWS, "total_count": 2},
}


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_every_envelope_reads_the_same(world, extensiv, envelope):
    world.answer("GET", PRODUCTS, envelope)
    found = list(extensiv.pull_products())
    assert [(one.external_id, one.title, one.vendor) for one in found] == [
        ("11", "Evening gummies", "Greenline"),
        ("12", "Mint tea", "Helix"),
    ]
    assert world.totals == [2]


def test_a_bare_list_that_knows_no_pages_is_whole(world, extensiv):
    world.answer("GET", PRODUCTS, ROWS)
    assert len(list(extensiv.pull_products())) == 2


def test_aliases_are_followed_and_a_blank_one_says_nothing(world, extensiv):
    world.answer("GET", PRODUCTS, ENVELOPES["items"])
    first, second = (one.variants[0] for one in extensiv.pull_products())
    assert (first.price, first.available) == (Decimal("8.5"), 40)
    assert dict(first.facts) == {
        "thc": "3 mg",
        "batch": "L26-110",
        "certificate_url": "https://lab.example/1.pdf",
    }
    assert (second.price, second.available) == (Decimal("12.25"), None)
    assert dict(second.facts) == {"thc": "2.5 mg", "batch": "L26-111"}


def test_the_currency_is_the_connections(world):
    world.answer("GET", PRODUCTS, ENVELOPES["items"])
    provider = world.make(base_url="https://wms.acme.example", currency="eur")
    assert {one.currency for one in provider.pull_products()} == {"EUR"}


def pages(world, *answers):
    def say(request):
        at = int(request.params["page"]) - 1
        return 200, answers[at] if at < len(answers) else {"items": []}

    world.answer_by("GET", STOCK, say)


def row(number: int) -> dict:
    return {"id": number, "sku": f"S-{number}", "quantity_available": number}


def test_pages_end_by_the_total_never_by_a_short_one(world, extensiv):
    pages(world, *({"items": [row(n)], "total": 3} for n in (1, 2, 3)))
    assert [one.sku for one in extensiv.pull_stock()] == ["S-1", "S-2", "S-3"]
    assert len(world.sent) == 3


def test_without_a_total_they_end_by_an_empty_page(world, extensiv):
    pages(world, {"items": [row(1)]}, {"items": [row(2)]})
    assert [one.sku for one in extensiv.pull_stock()] == ["S-1", "S-2"]


def test_a_count_of_the_page_is_no_total(world, extensiv):
    pages(world, {"items": [row(1)], "count": 1}, {"items": [row(2)], "count": 1})
    assert len(list(extensiv.pull_stock())) == 2


@pytest.mark.parametrize("order", [(1, 1), (1, 2, 1)])
def test_a_page_that_comes_again_is_an_error(world, extensiv, order):
    pages(world, *({"items": [row(n)], "total": 9} for n in order))
    with pytest.raises(BadResponse, match="again and again"):
        list(extensiv.pull_stock())


def test_a_list_that_ends_before_its_own_total_is_an_error(world, extensiv):
    pages(world, {"items": [row(1)], "total": 2}, {"items": [], "total": 2})
    with pytest.raises(BadResponse, match="sent 1 of 2 rows"):
        list(extensiv.pull_stock())


@pytest.mark.parametrize(
    ("said", "units"),
    [
        (7, 7),
        ("7", 7),
        ("1,204", 1204),
        ("45.0", 45),
        (0, 0),
        ("", None),
        (None, None),
        ("100+", None),
    ],
)
def test_units_are_read_and_nothing_is_made_up(world, extensiv, said, units):
    pages(world, {"items": [row(1) | {"quantity_available": said}], "total": 1})
    assert [one.available for one in extensiv.pull_stock()] == [units]


def test_a_row_that_says_nothing_of_units_has_none(world, extensiv):
    pages(world, {"items": [{"id": 1, "sku": "S-1"}], "total": 1})
    assert [one.available for one in extensiv.pull_stock()] == [None]


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: {"items": [one], "total": 1}])
def test_a_few_skus_are_asked_one_by_one(world, extensiv, wrap):
    world.answer("GET", f"{STOCK}/A%2FB", wrap({"sku": "A/B", "quantity_available": 3}))
    world.answer("GET", f"{STOCK}/GONE", {}, 404)
    items = [RemoteItem("A/B"), RemoteItem("GONE"), RemoteItem("")]
    assert [(one.sku, one.available) for one in extensiv.pull_stock(items)] == [("A/B", 3)]
    assert len(world.sent) == 2


@pytest.mark.parametrize("body", [{}, {"items": "none"}, {"items": [1]}, "x"])
def test_another_shape_is_no_answer(world, extensiv, body):
    world.answer("GET", STOCK, body)
    with pytest.raises(BadResponse):
        list(extensiv.pull_stock())


def test_trouble_there_is_tried_three_times_and_waited_for(world, extensiv):
    world.answer("GET", STOCK, {}, 503)
    with pytest.raises(Retryable):
        list(extensiv.pull_stock())
    assert (len(world.sent), world.slept) == (3, [1.0, 2.0])


def test_the_wait_they_ask_for_is_kept(world, extensiv):
    world.answer("GET", STOCK, {}, 429, headers={"Retry-After": "3"})
    world.answer("GET", STOCK, {"items": [row(1)], "total": 1})
    assert len(list(extensiv.pull_stock())) == 1
    assert world.slept == [3.0]
