"""Stock, its ledger and the partner catalog as files: as the pages are narrowed, safe, noted."""

import csv
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from inventory.models import Location, StockLevel
from inventory.services.adjust import adjust_stock
from tests.catalog.builders import make_listing, make_partner, make_variant
from tests.catalog.people import log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def levels():
    place, now = Location.objects.get(connection=None), timezone.now()
    return [
        StockLevel.objects.create(
            location=place, variant=make_variant(sku), available=5, on_hand=5, as_of=now
        )
        for sku in ("=A-1", "A-2")
    ]


def rows(client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(url).text)))


def test_stock_leaves_as_the_list_is_searched(levels):
    client = log_in("Manager")

    found = rows(client, "/admin/inventory/stock.csv?q=A-2")
    both = rows(client, "/admin/inventory/stock.csv")

    assert [(one["sku"], one["quantity"], one["connection"]) for one in found] == [("A-2", "5", "")]
    assert [one["sku"] for one in both] == ["'=A-1", "A-2"]
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        "Exported 1 rows as CSV",
        "Exported 2 rows as CSV",
    ]


def test_the_ledger_leaves_newest_first_for_the_levels_of_the_list(levels):
    for level, delta in zip(levels, (-2, 3), strict=True):
        adjust_stock(level.location, level.variant, delta, "count", None)
    client = log_in("Manager")

    found = rows(client, "/admin/inventory/ledger.csv")
    one = rows(client, "/admin/inventory/ledger.csv?q=A-2")

    shown = [(row["sku"], row["before"], row["after"], row["change"]) for row in found]
    assert shown == [("A-2", "5", "8", "3"), ("'=A-1", "5", "3", "-2")]
    assert [row["note"] for row in one] == ["count"]


def test_listings_leave_as_the_catalog_is_narrowed():
    partner = make_partner()
    make_listing(partner, 1, variant=make_variant("MUG"))
    make_listing(partner, 2, sku="=SKU")
    client = log_in("Manager")

    all_of_them = rows(client, "/admin/catalog/listings.csv")
    new = rows(client, f"/admin/catalog/listings.csv?partner={partner.pk}&show=new")

    assert [(one["sku"], one["our_sku"]) for one in all_of_them] == [
        ("SKU-1", "MUG"),
        ("'=SKU", ""),
    ]
    assert [one["external_id"] for one in new] == ["bluedoor-V2"]


@pytest.mark.parametrize("page", ["inventory/stock", "inventory/ledger", "catalog/listings"])
def test_who_may_look_but_not_export_gets_no_file(levels, page):
    assert log_in("Operator").get(f"/admin/{page}.csv").status_code == 403
    assert not LogEntry.objects.exists()
