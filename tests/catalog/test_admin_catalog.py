"""The partner catalog: what it shows, and what can be ticked."""

from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Listing
from integrations.models import Connection, SyncRun
from tests.catalog.builders import NOW, make_connection, make_listing, make_partner, make_variant
from tests.catalog.people import log_in, said, texts

pytestmark = pytest.mark.django_db
CATALOG, PREVIEW, IMPORT = "/admin/catalog/", "/admin/catalog/preview/", "/admin/catalog/import/"


def rows_of(response):
    return {row.listing.sku: row for row in response.context["made"].rows}


def words_of(response):
    return {sku: (row.word, row.can_tick) for sku, row in rows_of(response).items()}


def test_without_a_partner_the_page_says_how_to_get_one():
    assert "Ask an owner to connect" in texts(log_in("Manager").get(CATALOG))
    html = texts(log_in("Owner").get(CATALOG))
    assert f'href="{reverse("admin:connect_partner")}"' in html


def test_before_the_first_pull_the_page_says_press_refresh(partner, own):
    assert "Press Refresh to fetch" in texts(log_in("Manager").get(CATALOG))


def test_partner_without_products_is_not_called_unfetched(partner, own):
    SyncRun.objects.create(
        connection=partner.connection, flow="products", trigger="staff", status="completed"
    )
    html = texts(log_in("Manager").get(CATALOG))
    assert "This partner has no published products" in html


def test_search_without_a_hit_offers_to_reset(partner, own):
    make_listing(partner)
    html = texts(log_in("Manager").get(f"{CATALOG}?q=tea"))
    assert "Nothing matches" in html
    assert f'href="{CATALOG}?partner={partner.pk}"' in html


def test_rows_show_both_prices_and_the_margin(partner, own):
    make_listing(partner, available=3)
    response = log_in("Manager").get(f"{CATALOG}?partner={partner.pk}&markup=25&rounding=.99")
    row = rows_of(response)["SKU-1"]
    assert (row.price, row.percent, row.sku) == (Decimal("12.99"), 23, "PARTNER-bluedoor-SKU-1")
    assert "fetched" in texts(response)


def test_markup_typed_for_one_partner_is_not_used_for_the_next(partner, own):
    other = make_partner("other")
    make_listing(other)
    url = f"{CATALOG}?partner={other.pk}&for={partner.pk}&markup=90&rounding=.99"
    assert rows_of(log_in("Manager").get(url))["SKU-1"].price == Decimal("12.50")


@pytest.mark.parametrize("markup", ["-5", "NaN", "1e9", "x"])
def test_markup_that_is_none_is_as_if_it_was_not_typed(partner, own, markup):
    make_listing(partner)
    response = log_in("Manager").get(f"{CATALOG}?partner={partner.pk}&markup={markup}")
    assert rows_of(response)["SKU-1"].price == Decimal("12.50")


def test_only_what_can_be_imported_can_be_ticked(partner, own):
    make_listing(partner, 1)
    make_listing(partner, 2, sku="", sku_key="")
    make_listing(partner, 3, sku="SAME", sku_key="same")
    make_listing(partner, 4, sku="SAME", sku_key="same")
    make_listing(partner, 5, currency="EUR")
    response = log_in("Manager").get(CATALOG)
    assert words_of(response) == {
        "SKU-1": ("Not imported", True),
        "": ("No SKU", False),
        "SAME": ("SKU conflict", False),
        "SKU-5": ("Conflict", False),
    }
    assert texts(response).count('class="pick"') == 1


def imported(partner, own, number, told_cost):
    variant = make_variant(f"PARTNER-bluedoor-SKU-{number}", price=Decimal("12.50"))
    variant.product.source_partner = partner
    variant.product.save()
    listing = make_listing(partner, number, variant=variant)
    facts = {"cost": Decimal(told_cost), "variant": variant, "sku": variant.sku}
    Listing.objects.create(
        connection=own,
        external_id=f"own{number}",
        title="x",
        seen_at=NOW,
        currency="USD",
        **facts,
    )
    return listing


def test_imported_rows_can_be_ticked_once_their_price_changed(partner, own):
    imported(partner, own, 1, "10.00")
    imported(partner, own, 2, "9.00")
    response = log_in("Manager").get(CATALOG)
    assert words_of(response) == {
        "SKU-1": ("Imported", False),
        "SKU-2": ("Price changed", True),
    }
    assert "Their price was 9.00" in rows_of(response)["SKU-2"].reason


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"SKU-1", "SKU-2", "SKU-3"}),
        ("show=new", {"SKU-3"}),
        ("show=imported", {"SKU-1", "SKU-2"}),
        ("show=changed", {"SKU-2"}),
        ("stock=1", {"SKU-1", "SKU-2"}),
        ("q=product+3", {"SKU-3"}),
        ("q=sku-2", {"SKU-2"}),
    ],
)
def test_filters(partner, own, query, found):
    imported(partner, own, 1, "10.00")
    imported(partner, own, 2, "9.00")
    make_listing(partner, 3, available=0)
    assert set(rows_of(log_in("Manager").get(f"{CATALOG}?{query}"))) == found


def test_without_our_own_store_nothing_can_be_ticked_and_the_page_says_why(partner):
    make_listing(partner)
    response = log_in("Manager").get(CATALOG)
    assert words_of(response) == {"SKU-1": ("Not imported", False)}
    assert "Connect your own store first" in texts(response)


def test_big_catalog_has_pages(partner, own, monkeypatch):
    monkeypatch.setattr("catalog.admin.catalog_query.PER_PAGE", 2)
    for number in range(1, 6):
        make_listing(partner, number)
    client = log_in("Manager")
    assert "<b>1–2</b> of 5" in texts(client.get(CATALOG))  # noqa: RUF001
    assert set(rows_of(client.get(f"{CATALOG}?p=3"))) == {"SKU-5"}


def test_page_asks_the_same_number_of_queries_for_any_number_of_rows(
    partner, own, django_assert_max_num_queries: DjangoAssertNumQueries
):
    client = log_in("Manager")
    for number in range(1, 6):
        make_listing(partner, number)
    client.get(CATALOG)
    with django_assert_max_num_queries(12) as few:
        client.get(CATALOG)
    for number in range(6, 51):
        make_listing(partner, number)
    with django_assert_max_num_queries(12) as many:
        client.get(CATALOG)
    assert len(many) == len(few)


def test_refresh_asks_for_one_products_run(partner, own):
    client = log_in("Operator")
    for _ in range(2):
        response = client.post(f"{CATALOG}refresh/", {"partner": partner.pk}, follow=True)
    run = SyncRun.objects.get()
    assert (run.flow, run.connection, run.trigger) == ("products", partner.connection, "staff")
    assert "is asked already" in said(response)[-1]


def test_refresh_of_a_store_that_is_not_connected_is_refused(partner, own):
    Connection.objects.filter(pk=partner.connection_id).update(status="paused")
    client = log_in("Operator")
    response = client.post(f"{CATALOG}refresh/", {"partner": partner.pk}, follow=True)
    assert "is not connected" in said(response)[-1]
    assert not SyncRun.objects.exists()


def test_viewer_looks_and_presses_nothing(partner, own, imports):
    listing = make_listing(partner)
    client = log_in("Viewer")
    html = texts(client.get(CATALOG))
    assert "SKU-1" in html
    assert "Preview import" not in html
    assert "Refresh" not in html
    assert 'type="checkbox" class="pick"' not in html
    data = {"partner": partner.pk, "v": listing.pk}
    assert client.get(PREVIEW, data).status_code == 403
    assert client.post(IMPORT, data).status_code == 403
    assert client.post(f"{CATALOG}refresh/", data).status_code == 403
    assert imports == []
    assert not SyncRun.objects.exists()


def test_what_changes_something_refuses_get(partner, own):
    client = log_in("Owner")
    assert client.get(IMPORT).status_code == 405
    assert client.get(f"{CATALOG}refresh/").status_code == 405


def test_archived_store_is_not_offered(own):
    partner = make_partner("gone")
    Connection.objects.filter(pk=partner.connection_id).update(status="archived")
    make_connection("unrelated")
    assert "No partner connected" in texts(log_in("Manager").get(CATALOG))
