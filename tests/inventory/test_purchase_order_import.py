"""Files of purchase orders: a row per line, the head on the first row; an ERP's are its own."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry

from inventory.models import PurchaseOrder, PurchaseOrderLine
from tests.catalog.builders import make_connection, make_variant
from tests.integrations.import_files import bring, confirm, outcomes, plans

pytestmark = pytest.mark.django_db
HEAD = "number,supplier,status,ordered_on,expected_on,sku,ordered,received,unit_cost\n"
FIRST = "P-1,Potters,ordered,2026-11-20,2026-12-04,"
FILE = f"{HEAD}{FIRST}A-1,40,0,4.20\n{FIRST}A-2,60,0,3.10\n"


@pytest.fixture(autouse=True)
def variants():
    return [make_variant("A-1"), make_variant("A-2")]


def test_an_order_and_its_lines_are_made():
    job = confirm(bring("purchase_orders", FILE))

    assert (job.status, job.counts["created"]) == ("completed", 2)
    order = PurchaseOrder.objects.get()
    assert (order.number, order.connection, order.supplier) == ("P-1", None, "Potters")
    assert (order.status, order.expected_on) == ("ordered", date(2026, 12, 4))
    assert (order.ordered_units, order.received_units) == (100, 0)
    assert (order.total, order.currency) == (Decimal(354), "USD")
    lines = order.lines.order_by("sku").values_list("sku", "variant__sku", "ordered", "unit_cost")
    assert list(lines) == [("A-1", "A-1", 40, Decimal("4.2")), ("A-2", "A-2", 60, Decimal("3.1"))]


def test_the_same_file_again_changes_nothing():
    confirm(bring("purchase_orders", FILE))

    assert [row[1:] for row in plans(bring("purchase_orders", FILE))] == [("unchanged", {})] * 2


def test_head_and_lines_are_changed_each_where_it_stands():
    confirm(bring("purchase_orders", FILE))

    changed = FILE.replace("ordered,2026", "received,2026").replace("A-2,60,0", "A-2,60,60")
    job = confirm(bring("purchase_orders", changed))

    assert plans(job) == [
        (2, "update", {"status": ["ordered", "received"]}),
        (3, "update", {"received": ["0", "60"]}),
    ]
    order = PurchaseOrder.objects.get()
    assert (order.status, order.received_units) == ("received", 60)
    assert order.changed_at is not None
    told = LogEntry.objects.filter(object_repr="P-1").order_by("-pk")[0]
    assert told.change_message == "Imported from list.csv: received 0 to 60"


def test_lines_the_file_does_not_name_stay_and_new_ones_join():
    make_variant("A-3")
    confirm(bring("purchase_orders", FILE))

    job = confirm(bring("purchase_orders", "number,sku,ordered\nP-1,A-3,5\n"))

    assert plans(job)[0][2] == {"sku": ["", "A-3"], "ordered": ["", "5"]}
    assert (PurchaseOrderLine.objects.count(), PurchaseOrder.objects.get().ordered_units) == (
        3,
        105,
    )
    assert PurchaseOrder.objects.get().total is None  # nobody knows what the new line costs


def test_what_an_erp_manages_is_compared_and_never_changed():
    erp = make_connection("seller-cloud")
    theirs = PurchaseOrder.objects.create(connection=erp, number="P-1", status="ordered")
    PurchaseOrderLine.objects.create(purchase_order=theirs, external_id="1", sku="A-1", ordered=4)

    rows = "P-1,,ordered,,,A-1,4,0,\nP-1,,ordered,,,A-2,9,0,\n"
    job = confirm(bring("purchase_orders", HEAD + rows))

    assert plans(job) == [
        (2, "unchanged", {}),
        (3, "error", {"number": "P-1 is managed in Seller Cloud; change it there."}),
    ]
    assert PurchaseOrderLine.objects.get().ordered == 4


def test_rows_that_disagree_about_their_order_say_so():
    job = bring("purchase_orders", FILE.replace(f"{FIRST}A-2", FIRST.replace("Pot", "Mot") + "A-2"))

    why = "Row 2 says “Potters” for the same order. Make them the same."
    assert plans(job)[1] == (3, "error", {"supplier": why})


def test_lines_of_an_order_whose_first_row_is_wrong_wait_for_it():
    job = confirm(bring("purchase_orders", FILE.replace("A-1,40", "A-1,forty")))

    assert plans(job)[1] == (3, "error", {"": "Row 2, which makes this order, has a mistake."})
    assert not PurchaseOrder.objects.exists()


def test_lines_in_a_later_chunk_find_the_order_of_an_earlier_one(monkeypatch):
    for module in ("imports", "write_import"):
        monkeypatch.setattr(f"integrations.services.{module}.CHUNK", 1)

    job = confirm(bring("purchase_orders", FILE))

    assert outcomes(job) == [(2, "done", ""), (3, "done", "")]
    assert PurchaseOrder.objects.get().ordered_units == 100


def test_lines_whose_order_was_not_made_are_refused(monkeypatch):
    for module in ("imports", "write_import"):
        monkeypatch.setattr(f"integrations.services.{module}.CHUNK", 1)
    job = bring("purchase_orders", FILE)
    make_connection("seller-cloud")
    job.rows.filter(number=2).update(changes={"ordered": ["", "39"]})

    confirm(job)

    assert outcomes(job)[1] == (
        3,
        "refused",
        "Row 2, which makes this order, was not imported.",
    )
    assert not PurchaseOrder.objects.exists()


def test_what_is_wrong_with_a_row_is_said_by_column():
    rows = (
        "P-1,,gone,20.11.2026,,A-1,x,,-1\nP-2,,ordered,,,NO-SUCH,1,0,\n,,ordered,,,A-1,1,0,\n"
        f"{'9' * 101},,ordered,,,A-1,1,0,\n"
    )
    job = bring("purchase_orders", HEAD + rows)

    found = [row[2] for row in plans(job)]
    assert set(found[0]) == {"status", "ordered_on", "ordered", "received", "unit_cost"}
    assert found[1:] == [
        {"sku": "No product variant found for SKU NO-SUCH."},
        {"number": "It must have 1 to 100 characters."},
        {"number": "It must have 1 to 100 characters."},
    ]
