"""Products & variants: list, page, price updates, export."""

import importlib
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Listing, Partner, Variant
from catalog.resources import escape_formula
from inventory.models import Location, StockLevel
from tests.catalog.builders import NOW, make_listing, make_partner, make_variant
from tests.catalog.people import log_in, said, texts

pytestmark = pytest.mark.django_db
LIST, CSV = "/admin/catalog/variant/", "/admin/catalog/variants.csv"


def import_one(partner: Partner, own, number: int = 1, told: str = "10.00") -> Variant:
    variant = make_variant(f"PARTNER-{partner.code}-SKU-{number}", price=Decimal("12.50"))
    variant.product.source_partner = partner
    variant.product.save()
    make_listing(partner, number, variant=variant, available=4)
    Listing.objects.create(
        connection=own,
        external_id=f"own-{number}",
        external_product_id="P",
        title="Coffee",
        sku=variant.sku,
        variant=variant,
        price=Decimal("12.50"),
        cost=Decimal(told),
        currency="USD",
        seen_at=NOW,
        published_quantity=0,
        published_at=NOW,
    )
    return variant


def stock(partner: Partner, variant: Variant, units: int) -> StockLevel:
    place, _ = Location.objects.get_or_create(
        connection=partner.connection, external_id="L1", defaults={"name": "Oakland", "as_of": NOW}
    )
    return StockLevel.objects.create(location=place, variant=variant, available=units, as_of=NOW)


def page(variant: Variant) -> str:
    return reverse("admin:catalog_variant_change", args=[variant.pk])


def test_empty_list_leads_to_the_catalog(partner):
    html = texts(log_in("Viewer").get(LIST))
    assert "Import them from a partner" in html
    assert 'href="/admin/catalog/"' in html


def test_row_shows_both_prices_margin_and_what_can_be_sold(partner, own):
    level = stock(partner, import_one(partner, own), 3)
    html = texts(log_in("Viewer").get(LIST))
    assert "$10.00" in html
    assert "$12.50" in html
    assert "20 %" in html
    assert f'<a href="/admin/inventory/stocklevel/{level.pk}/change/">3</a>' in html
    assert "Low stock" in html


@pytest.mark.parametrize(("view", "found"), [("", 3), ("out", 2), ("drift", 1), ("unlinked", 1)])
def test_views(partner, own, view, found):
    import_one(partner, own, 1)
    import_one(partner, own, 2, told="9.00")
    make_variant("UNLINKED")
    response = log_in("Viewer").get(f"{LIST}?view={view}")
    assert response.context["cl"].result_count == found


def test_list_asks_the_same_number_of_queries_for_any_number_of_rows(
    partner, own, django_assert_max_num_queries: DjangoAssertNumQueries
):
    client = log_in("Owner")
    for number in range(1, 6):
        stock(partner, import_one(partner, own, number), 9)
    client.get(LIST)
    with django_assert_max_num_queries(12) as few:
        client.get(LIST)
    for number in range(6, 51):
        stock(partner, import_one(partner, own, number), 9)
    with django_assert_max_num_queries(12) as many:
        client.get(LIST)
    assert len(many) == len(few)


def test_page_maps_the_variant_to_both_stores(partner, own):
    variant = import_one(partner, own)
    stock(partner, variant, 7)
    html = texts(log_in("Viewer").get(page(variant)))
    assert "bluedoor-V1" in html
    assert "own-1" in html
    assert "Oakland" in html
    assert "In stock" in html


def test_changed_price_is_said_with_before_and_now(partner, own):
    variant = import_one(partner, own, told="9.00")
    html = texts(log_in("Manager").get(page(variant)))
    assert "The partner changed the price." in html
    assert "$9.00" in html


def test_update_prices_opens_the_preview_of_those_rows(partner, own):
    variants = [import_one(partner, own, 1), import_one(partner, own, 2)]
    data = {"action": "reprice", "index": "0", "_selected_action": [v.pk for v in variants]}
    response = log_in("Manager").post(LIST, data)
    asked = parse_qs(urlsplit(response.url).query)
    theirs = Listing.objects.filter(connection=partner.connection).order_by("pk")
    assert urlsplit(response.url).path == "/admin/catalog/preview/"
    assert asked["partner"] == [str(partner.pk)]
    assert sorted(asked["v"]) == sorted(str(row.pk) for row in theirs)


def test_update_prices_of_two_partners_is_refused(partner, own):
    other = make_partner("other")
    variants = [import_one(partner, own, 1), import_one(other, own, 2)]
    data = {"action": "reprice", "index": "0", "_selected_action": [v.pk for v in variants]}
    response = log_in("Manager").post(LIST, data, follow=True)
    assert said(response) == ["Prices follow a partner's terms: tick the variants of one partner."]


def test_viewer_updates_no_price(partner, own):
    variant = import_one(partner, own, told="9.00")
    client = log_in("Viewer")
    assert "Update prices" not in texts(client.get(page(variant)))
    assert client.post(f"{page(variant)[:-7]}do/reprice/").status_code == 403


def test_search_box_opens_the_only_variant_with_the_sku(partner, own):
    variant = import_one(partner, own)
    response = log_in("Viewer").get("/admin/search/", {"q": variant.sku.lower()})
    assert response.url == page(variant)


LAB = "https://lab.example/1.pdf"


@pytest.fixture
def gummies():
    return [
        make_variant("GUM-1", thc="3 mg", batch="L26-1", certificate_url=LAB),
        make_variant("GUM-2", batch="L26-10"),
        make_variant("MUG"),
    ]


def test_a_batch_is_found_by_list_and_box_and_its_number_is_on_the_page(gummies):
    client = log_in("Viewer")
    assert client.get("/admin/search/", {"q": "l26-1"}).url == page(gummies[0])
    assert "GUM-2" not in texts(client.get(LIST, {"q": "L26-1"}))
    assert all(sku in texts(client.get(LIST, {"q": "L26"})) for sku in ("GUM-1", "GUM-2"))
    shown = texts(client.get(page(gummies[0])))
    assert all(fact in shown for fact in ("3 mg", "L26-1", LAB, "our own goods"))


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ({"thc": "yes"}, {"GUM-1"}),
        ({"thc": "no"}, {"GUM-2", "MUG"}),
        ({"certificate": "yes"}, {"GUM-1"}),
        ({"certificate": "no"}, {"GUM-2"}),
    ],
)
def test_what_is_told_of_a_batch_can_be_filtered(gummies, query, skus):
    rows = log_in("Viewer").get(LIST, query).context["cl"].queryset
    assert {one.sku for one in rows} == skus


def test_facts_kept_among_the_attributes_move_into_columns():
    variant = make_variant("GUM-1", attributes={"thc": "3 mg", "batch": "L26-1", "more": 1})
    migration = importlib.import_module("catalog.migrations.0008_batch_facts")
    migration.take_over(apps, None)
    variant.refresh_from_db()
    assert (variant.thc, variant.batch, variant.certificate_url) == ("3 mg", "L26-1", "")
    assert variant.attributes == {"more": 1}


def test_export_holds_the_filtered_rows_and_is_on_record(partner, own):
    import_one(partner, own)
    make_variant("=HYPERLINK(1)")
    client = log_in("Manager")
    lines = client.get(CSV, {"q": "PARTNER"}).content.decode().splitlines()
    head = "sku,product,title,barcode,partner,their_price,price,currency,buffer,thc,batch"
    assert lines == [
        f"{head},certificate_url,archived",
        "PARTNER-bluedoor-SKU-1,Coffee,,,bluedoor,10.0000,12.5000,USD,,,,,no",
    ]
    assert "'=HYPERLINK(1)," in client.get(CSV).content.decode()
    notes = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(notes) == ["Exported 1 rows as CSV", "Exported 2 rows as CSV"]


@pytest.mark.parametrize("group", ["Viewer", "Operator"])
def test_export_needs_its_permission(group):
    client = log_in(group)
    assert client.get(CSV).status_code == 403
    assert "Export CSV" not in texts(client.get(LIST))
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  +1", "'  +1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\uff1d1", "'\uff1d1"),
        ("Coffee = good", "Coffee = good"),
        ("", ""),
    ],
)
def test_text_a_spreadsheet_would_run_is_escaped(text, safe):
    assert escape_formula(text) == safe
