"""Files of counts: the rules of adjusting by hand, a ledger line each, our own shelf only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.importing.resource import FileRow
from integrations.models import SyncRun
from inventory.importing.stock import StockImport
from inventory.models import Location, StockChange, StockLevel
from inventory.stock_export import StockResource
from tests.catalog.builders import make_connection, make_variant
from tests.integrations.import_files import boss, bring, confirm, outcomes, plans

pytestmark = pytest.mark.django_db
PLACE = "Our fulfillment center"
HEAD = "sku,location,quantity,change,note\n"


def shelf(sku: str, units: int, place: Location | None = None, **facts) -> StockLevel:
    location = place or Location.objects.get(connection=None)
    values = {"available": units, "on_hand": units, "as_of": timezone.now()} | facts
    return StockLevel.objects.create(location=location, variant=make_variant(sku), **values)


def ledger() -> list[tuple]:
    names = ("variant__sku", "before", "after", "on_hand_before", "on_hand_after", "note")
    return list(StockChange.objects.order_by("variant__sku").values_list(*names))


def test_a_count_or_a_change_is_a_line_of_the_ledger_each():
    shelf("A-1", 5)
    shelf("A-2", 5, on_hand=8)
    make_variant("A-3")

    rows = f"A-1,{PLACE},7,,counted\nA-2,{PLACE},,-2,\nA-3,{PLACE},4,,\n"
    job = confirm(bring("stock", HEAD + rows, name="count.csv"))

    assert plans(job) == [
        (2, "update", {"quantity": ["5", "7"]}),
        (3, "update", {"quantity": ["5", "3"]}),
        (4, "create", {"quantity": ["0", "4"]}),
    ]
    assert ledger() == [
        ("A-1", 5, 7, 5, 7, "counted"),
        ("A-2", 5, 3, 8, 6, "Imported from count.csv"),
        ("A-3", 0, 4, 0, 4, "Imported from count.csv"),
    ]
    found = StockLevel.objects.order_by("variant__sku").values_list("available", "on_hand")
    assert list(found) == [(7, 7), (3, 6), (4, 4)]
    assert set(StockChange.objects.values_list("user", "reason")) == {(boss().pk, "adjust")}


def test_a_count_that_is_right_writes_no_line():
    shelf("A-1", 5)
    make_variant("A-2")

    job = confirm(bring("stock", f"{HEAD}A-1,{PLACE},5,,x\nA-2,{PLACE},0,,\n"))

    assert [row[1] for row in plans(job)] == ["unchanged", "unchanged"]
    assert (ledger(), StockLevel.objects.count()) == ([], 1)


def test_what_is_not_ours_to_count_is_refused_and_nothing_written():
    shop = Location.objects.create(connection=make_connection(), external_id="L", name="Store")
    shelf("A-1", 5, shop)

    rows = "A-1,Store,7,,\nA-1,Nowhere,1,,\nX-9,Store,1,,\n"
    job = confirm(bring("stock", HEAD + rows))
    named = bring("stock", "sku,location,connection,quantity\nA-1,Store,blue-door,7\n")

    assert [row[2] for row in plans(job)] == [
        {"location": "Store belongs to Blue Door; change the stock there."},
        {"location": "No location is called “Nowhere”."},
        {
            "sku": "No product variant found for SKU X-9.",
            "location": "Store belongs to Blue Door; change the stock there.",
        },
    ]
    assert plans(named)[0][2] == {"location": "Store belongs to Blue Door; change the stock there."}
    assert (ledger(), StockLevel.objects.get().available) == ([], 5)


def test_nothing_goes_below_zero_and_one_row_says_one_thing():
    shelf("A-1", 5)
    shelf("A-2", 5)

    rows = f"A-1,{PLACE},,-6,\nA-2,{PLACE},3,1,\n"
    job = bring("stock", HEAD + rows)

    assert [row[2] for row in plans(job)] == [
        {"change": f"There are only 5 of A-1 at {PLACE}."},
        {"change": "Fill in quantity or change, not both."},
    ]


def test_two_spellings_of_one_sku_are_not_counted_twice():
    shelf("A-1", 5)

    job = confirm(bring("stock", f"{HEAD}A-1,{PLACE},,1,\na-1,{PLACE},,1,\n"))

    assert plans(job)[1] == (3, "error", {"": "Row 2 is about the same. Keep one of them."})
    assert ledger() == [("A-1", 5, 6, 5, 6, "Imported from list.csv")]


def test_a_level_that_moved_meanwhile_is_refused():
    level = shelf("A-1", 5)
    job = bring("stock", f"{HEAD}A-1,{PLACE},,-2,\n")
    StockLevel.objects.filter(pk=level.pk).update(available=6)

    confirm(job)

    why = "It changed meanwhile: quantity was 5 when it was shown. Choose the file again."
    assert outcomes(job) == [(2, "refused", why)]
    assert (ledger(), StockLevel.objects.get().available) == ([], 6)


def test_an_export_of_all_stock_brought_in_again_changes_nothing():
    shop = Location.objects.create(connection=make_connection(), external_id="L", name=PLACE)
    shelf("A-1", 5)
    shelf("=A-2", -3, shop, allocated=3)
    resource = StockResource()
    text = resource.export(resource.with_related(StockLevel.objects.order_by("pk"))).csv

    assert [row[1:] for row in plans(bring("stock", text))] == [("unchanged", {})] * 2


def test_our_store_is_told_once():
    make_connection("own", "shopify")
    shelf("A-1", 5)
    shelf("A-2", 5)

    confirm(bring("stock", f"{HEAD}A-1,{PLACE},7,,\nA-2,{PLACE},7,,\n"))

    assert SyncRun.objects.get().flow == "publish_stock"


def test_a_hundred_rows_take_as_many_queries_as_two():
    for number in range(100):
        shelf(f"A-{number}", 5)

    def queries(rows: int, units: int) -> tuple[int, int]:
        resource = StockImport(boss(), "x.csv", locks=True)
        files = [FileRow(n + 2, [f"A-{n}", PLACE, str(units)]) for n in range(rows)]
        with CaptureQueriesContext(connection) as looking:
            planned = resource.plan(["sku", "location", "quantity"], files)
        with CaptureQueriesContext(connection) as writing:
            resource.write(planned)
        return len(looking), len(writing)

    boss()
    assert queries(2, 6) == (3, 2)
    looked, wrote = queries(100, 7)
    assert looked == 3
    assert wrote <= 4  # SQLite takes so many values at a time
    assert StockChange.objects.count() == 102
