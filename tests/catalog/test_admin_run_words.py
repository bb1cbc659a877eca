"""The page of a run, in words of the catalog: names beside SKUs, and what an import came to."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Partner, Variant
from integrations.models import Connection, SyncChange, SyncRun
from tests.catalog.builders import make_listing, make_partner, make_variant
from tests.catalog.people import log_in, texts

pytestmark = pytest.mark.django_db


def ended(connection: Connection, flow: str, **fields) -> SyncRun:
    now = timezone.now()
    values = {"status": "completed", "trigger": "staff", "started_at": now, "finished_at": now}
    return SyncRun.objects.create(connection=connection, flow=flow, **(values | fields))


def imported(partner: Partner, number: int, title: str) -> Variant:
    variant = make_variant(f"PARTNER-bluedoor-SKU-{number}", price=Decimal("13.00"))
    variant.product.title = title
    variant.product.source_partner = partner
    variant.product.save()
    make_listing(partner, number, variant=variant, title=title, variant_title="")
    return variant


def import_run(partner: Partner, own: Connection, variants: list[Variant], **fields) -> SyncRun:
    params = {"partner": partner.pk, "markup": "0.30", "listing_ids": [], "prices": {}}
    run = ended(own, "publish_products", params=params, created=len(variants), **fields)
    for one in variants:
        SyncChange.objects.create(run=run, key=one.sku, field="price", outcome="applied")
    return run


def page(run: SyncRun) -> str:
    return reverse("admin:integrations_syncrun_change", args=[run.pk])


def look(run: SyncRun, group: str = "Manager") -> str:
    return " ".join(texts(log_in(group).get(page(run))).split())


def test_an_import_says_what_it_came_to_and_leads_to_the_products(partner, own):
    one, two = imported(partner, 1, "Night Shift"), imported(partner, 2, "Day Break")
    html = look(import_run(partner, own, [one, two]))
    assert f"2 products imported from {partner} at 30 %" in html
    for variant, title in ((one, "Night Shift"), (two, "Day Break")):
        url = reverse("admin:catalog_variant_change", args=[variant.pk])
        assert f'<a href="{url}">{title}</a>' in html
    products = f"/admin/catalog/variant/?product__source_partner__in={partner.pk}"
    assert f'href="{products}">Show products</a>' in html


def test_the_list_it_leads_to_holds_this_partners_products_alone(partner, own):
    imported(partner, 1, "Night Shift")
    make_variant("OTHER-1")
    listing = f"/admin/catalog/variant/?product__source_partner__in={partner.pk}"
    html = texts(log_in("Manager").get(listing))
    assert "Night Shift" in html
    assert "OTHER-1" not in html


def test_the_next_step_is_the_terms_while_nobody_confirmed_them(partner, own):
    run = import_run(partner, own, [imported(partner, 1, "Night Shift")])
    Partner.objects.filter(pk=partner.pk).update(terms_confirmed_at=None)
    html = look(run)
    assert "1 product imported" in html
    assert f"confirm the terms of {partner}" in html
    Partner.objects.filter(pk=partner.pk).update(terms_confirmed_at=timezone.now())
    assert "They are for sale in our store as soon as" in look(run, "Owner")


def test_prices_that_were_only_updated_are_called_so(partner, own):
    run = import_run(partner, own, [imported(partner, 1, "Night Shift")])
    SyncRun.objects.update(created=0, updated=1)
    assert "1 product updated from" in look(run)


def test_an_import_that_runs_or_wrote_nothing_tells_no_story(partner, own):
    run = import_run(partner, own, [imported(partner, 1, "Night Shift")])
    SyncRun.objects.update(status="running")
    assert "Show products" not in look(run)
    SyncRun.objects.update(status="failed")
    SyncChange.objects.update(outcome="rejected")
    assert "Show products" not in look(run, "Owner")


def test_many_products_are_counted_not_listed(partner, own):
    many = [imported(partner, number, f"Roast {number:02}") for number in range(11)]
    html = look(import_run(partner, own, many))
    assert "11 products imported" in html
    assert "and 3 more" in html


@pytest.mark.parametrize("flow", ["stock", "products"])
def test_a_row_is_named_by_our_sku_and_by_theirs(partner, own, flow):
    variant = imported(partner, 1, "Night Shift")
    run = ended(partner.connection, flow)
    for key in (variant.sku, "SKU-1", "SKU-9"):
        SyncChange.objects.create(run=run, key=key, outcome="skipped")
    html = look(run)
    url = reverse("admin:catalog_variant_change", args=[variant.pk])
    assert html.count(f'<a href="{url}"><b>Night Shift') == 2
    assert '<code class="q">SKU-9</code>' in html


def test_another_partners_sku_is_not_named_after_this_ones(partner, own):
    imported(partner, 1, "Night Shift")
    run = ended(make_partner("other").connection, "stock")
    SyncChange.objects.create(run=run, key="SKU-1", outcome="skipped")
    assert "Night Shift" not in look(run)


def test_names_take_the_same_few_queries_for_any_number_of_rows(partner, own):
    client = log_in("Manager")

    def fill(numbers: range) -> SyncRun:
        run = import_run(partner, own, [imported(partner, n, f"Roast {n:02}") for n in numbers])
        client.get(page(run))
        return run

    counts = []
    for numbers in (range(3), range(3, 30)):
        run = fill(numbers)
        with CaptureQueriesContext(connection) as captured:
            client.get(page(run))
        counts.append(len(captured))
    assert counts[0] == counts[1]
