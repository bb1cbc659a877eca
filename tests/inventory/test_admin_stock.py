"""Stock levels and their ledger in the admin."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Partner
from integrations.models import SyncChange, SyncRun
from inventory.models import Location, Reservation, StockChange, StockLevel
from tests.catalog.builders import make_connection, make_listing
from tests.catalog.people import log_in, texts
from tests.inventory.stock_pages import LIST, make_level, page

pytestmark = pytest.mark.django_db


def test_empty_list_says_when_numbers_appear(partner):
    assert "Numbers appear after the first stock run" in texts(log_in("Viewer").get(LIST))


def test_row_shows_theirs_held_and_what_can_be_sold(partner):
    level = make_level(partner, on_hand=15)
    Reservation.objects.create(
        key="line:1", variant=level.variant, connection=partner.connection, quantity=3
    )
    response = log_in("Viewer").get(LIST)
    (row,) = response.context["cl"].result_list
    assert (row.on_hand, row.held, row.available, row.sellable) == (15, 3, 12, 9)
    assert "In stock" in texts(response)


def test_list_asks_the_same_number_of_queries_for_any_number_of_rows(
    partner, django_assert_max_num_queries: DjangoAssertNumQueries
):
    client = log_in("Owner")
    for number in range(5):
        make_level(partner, number)
    client.get(LIST)
    with django_assert_max_num_queries(12) as few:
        client.get(LIST)
    for number in range(5, 50):
        make_level(partner, number)
    with django_assert_max_num_queries(12) as many:
        client.get(LIST)
    assert len(many) == len(few)


def test_numbers_from_before_a_run_that_failed_are_stale(partner):
    level = make_level(partner)
    now = timezone.now()
    Location.objects.update(as_of=now - timedelta(minutes=20))
    StockLevel.objects.update(as_of=now - timedelta(minutes=20))
    SyncRun.objects.create(
        connection=level.location.connection,
        flow="stock",
        status="failed",
        trigger="schedule",
        started_at=now - timedelta(minutes=5),
    )
    response = log_in("Viewer").get(f"{LIST}?view=stale")
    assert response.context["cl"].result_count == 1
    assert '<span class="badge warn">Stale</span>' in texts(response)


def test_number_older_than_its_connection_allows_is_stale(partner):
    make_level(partner)
    client, now = log_in("Viewer"), timezone.now()
    Location.objects.filter(name="Oakland").update(as_of=now - timedelta(hours=23))
    assert client.get(f"{LIST}?view=stale").context["cl"].result_count == 0
    cache.clear()
    for rows in (Location.objects, StockLevel.objects):
        rows.update(as_of=now - timedelta(hours=25))
    response = client.get(f"{LIST}?view=stale")
    assert response.context["cl"].result_count == 1
    assert '<span class="badge warn">Stale</span>' in texts(response)


def test_page_does_the_arithmetic(partner):
    Partner.objects.filter(pk=partner.pk).update(buffer=2)
    level = make_level(partner)
    Reservation.objects.create(
        key="line:1", variant=level.variant, connection=partner.connection, quantity=3
    )
    response = log_in("Viewer").get(page(level))
    steps = [(units, words) for _, units, words in response.context["steps"]]
    assert steps == [
        (12, "Blue Door has"),
        (3, "promised to our orders"),
        (2, "kept back as safety"),
    ]
    html = texts(response)
    assert "Why can 7 be sold?" in html
    assert "Blue Door says 12, 3 held by orders not yet in their number" in html


def test_ledger_names_the_source_of_each_change(partner):
    level = make_level(partner)
    run = SyncRun.objects.create(connection=partner.connection, flow="stock", trigger="schedule")
    StockChange.objects.create(
        level=level,
        variant=level.variant,
        run=run,
        reason="pull",
        before=9,
        after=12,
        at=level.as_of,
    )
    response = log_in("Viewer").get(page(level))
    (line,) = response.context["changes"]
    assert (line["delta"], line["after"], line["source"]) == (3, 12, f"Run #{run.pk}")
    assert line["url"] == reverse("admin:integrations_syncrun_change", args=[run.pk])


def test_page_asks_the_same_number_of_queries_for_a_long_ledger(
    partner, django_assert_max_num_queries: DjangoAssertNumQueries
):
    level, client = make_level(partner), log_in("Viewer")
    run = SyncRun.objects.create(connection=partner.connection, flow="stock", trigger="schedule")
    facts = {"level": level, "variant": level.variant, "run": run, "reason": "pull"}
    StockChange.objects.create(**facts, before=0, after=1, at=level.as_of)
    client.get(page(level))
    with django_assert_max_num_queries(22) as short:
        client.get(page(level))
    for number in range(40):
        StockChange.objects.create(**facts, before=number, after=number + 1, at=level.as_of)
    with django_assert_max_num_queries(22) as long:
        client.get(page(level))
    assert len(long) == len(short)


def test_the_ledger_shows_raw_numbers_who_did_it_and_what_was_published(partner, django_user_model):
    level = make_level(partner)
    own = make_connection("our-store", provider="shopify")
    make_listing_in(own, level)
    user = django_user_model.objects.create_user("mia", first_name="Mia")
    run = SyncRun.objects.create(connection=partner.connection, flow="stock", trigger="staff")
    told = SyncRun.objects.create(connection=own, flow="publish_stock", trigger="schedule")
    StockChange.objects.create(
        level=level, variant=level.variant, run=run, user=user, reason="release", before=20,
        after=12, on_hand_before=25, on_hand_after=15, at=timezone.now(),
    )  # fmt: skip
    SyncChange.objects.create(
        run=told, key=level.variant.sku, field="published", before="20", after="12",
        outcome="applied",
    )  # fmt: skip
    other = make_level(partner, 2)
    SyncChange.objects.create(run=told, key=other.variant.sku, outcome="applied", after="99")
    response = log_in("Viewer").get(page(level))
    (line,) = response.context["changes"]
    assert (line["before"], line["after"], line["on_hand"]) == (20, 12, (25, 15))
    assert (line["by"], line["source"], line["reason"]) == ("Mia", str(run), "Released by staff")
    StockChange.objects.update(user=None, reason="pull")
    SyncRun.objects.filter(pk=run.pk).update(user=user)
    (line,) = log_in("Operator").get(page(level)).context["changes"]
    assert line["by"] == "Mia"
    (row,) = response.context["publications"]
    assert (row["store"], row["before"], row["after"], row["done"]) == ("Our Store", 20, 12, True)
    html = texts(response)
    assert f'href="/admin/integrations/syncrun/{run.pk}/change/"' in html
    assert f'href="/admin/integrations/syncrun/{told.pk}/change/"' in html
    assert '<em class="down">-10</em>' in html


def make_listing_in(own, level: StockLevel) -> None:
    sku = level.variant.sku
    make_listing(
        Partner(code="own", connection=own), 9, variant=level.variant, sku=sku, external_id="V9"
    )


def test_a_number_that_could_not_be_read_says_so(partner):
    level = make_level(partner, rejected_since=timezone.now())
    response = log_in("Viewer").get(f"{LIST}?view=odd")
    assert [row.pk for row in response.context["cl"].result_list] == [level.pk]
    assert "Unreadable" in texts(response)
