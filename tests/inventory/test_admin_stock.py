"""Stock levels and their ledger, adjusting our shelf, locations and the center's address."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Partner
from integrations.models import SyncChange, SyncRun
from inventory.models import Location, Reservation, StockChange, StockLevel
from tests.catalog.builders import make_connection, make_listing, make_partner, make_variant
from tests.catalog.people import log_in, said, texts

pytestmark = pytest.mark.django_db
LIST = "/admin/inventory/stocklevel/"


@pytest.fixture
def partner(db) -> Partner:
    return make_partner()


@pytest.fixture
def shelf(db) -> Location:
    return Location.objects.get(connection=None)


def make_level(partner: Partner, number: int = 1, available: int = 12, **facts) -> StockLevel:
    now = timezone.now()
    variant = make_variant(f"PARTNER-bluedoor-SKU-{number}", price=Decimal("12.50"))
    make_listing(partner, number, variant=variant)
    place, _ = Location.objects.get_or_create(
        connection=partner.connection, external_id="L1", defaults={"name": "Oakland", "as_of": now}
    )
    return StockLevel.objects.create(
        location=place, variant=variant, available=available, as_of=now, **facts
    )


def on_shelf(shelf: Location, units: int = 4) -> StockLevel:
    return StockLevel.objects.create(
        location=shelf,
        variant=make_variant("OURS"),
        available=units,
        on_hand=units,
        as_of=timezone.now(),
    )


def page(row: StockLevel | Location) -> str:
    return reverse(f"admin:inventory_{row._meta.model_name}_change", args=[row.pk])


def press(row: StockLevel | Location, name: str) -> str:
    return reverse(f"admin:inventory_{row._meta.model_name}_do", args=[row.pk, name])


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


def test_number_older_than_its_connection_allows_is_stale(partner):
    make_level(partner)
    client, now = log_in("Viewer"), timezone.now()
    Location.objects.filter(name="Oakland").update(as_of=now - timedelta(hours=23))
    assert client.get(f"{LIST}?view=stale").context["cl"].result_count == 0
    cache.clear()
    Location.objects.filter(name="Oakland").update(as_of=now - timedelta(hours=25))
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


def test_adjusting_our_shelf_writes_the_ledger(shelf):
    level = on_shelf(shelf)
    data = {"confirmed": "1", "delta": "-1", "reason": "Damaged bag"}
    response = log_in("Manager").post(press(level, "adjust"), data, follow=True)
    change = StockChange.objects.get()
    assert (change.before, change.after, change.note) == (4, 3, "Damaged bag")
    assert change.user.username == "manager-person"
    assert said(response) == ["3 of OURS at Our fulfillment center; 3 can be sold."]


@pytest.mark.parametrize(("delta", "reason"), [("0", "x"), ("", "x"), ("2", ""), ("many", "x")])
def test_adjusting_needs_units_and_a_reason(shelf, delta, reason):
    level = on_shelf(shelf)
    data = {"confirmed": "1", "delta": delta, "reason": reason}
    response = log_in("Manager").post(press(level, "adjust"), data)
    assert response.context["question"]["form"].errors
    assert not StockChange.objects.exists()


def test_taking_more_than_there_is_is_refused(shelf):
    level = on_shelf(shelf)
    data = {"confirmed": "1", "delta": "-5", "reason": "Lost"}
    response = log_in("Manager").post(press(level, "adjust"), data, follow=True)
    assert said(response) == ["There are only 4 of OURS at Our fulfillment center."]
    assert not StockChange.objects.exists()


def test_number_of_a_connected_store_is_not_adjusted_here(partner):
    level, client = make_level(partner), log_in("Manager")
    assert "Adjust…" not in texts(client.get(page(level)))
    data = {"confirmed": "1", "delta": "2", "reason": "Found"}
    response = client.post(press(level, "adjust"), data, follow=True)
    assert "its numbers come from the connected store" in said(response)[0]
    assert not StockChange.objects.exists()


def test_sync_now_asks_the_source_for_this_sku(partner):
    level = make_level(partner)
    response = log_in("Operator").post(press(level, "sync_now"), follow=True)
    run = SyncRun.objects.get()
    assert (run.flow, run.params) == ("stock", {"skus": ["PARTNER-bluedoor-SKU-1"]})
    assert "Asked Bluedoor Shop for PARTNER-bluedoor-SKU-1." in said(response)[0]


def test_viewer_changes_nothing(shelf, partner):
    ours, theirs, client = on_shelf(shelf), make_level(partner), log_in("Viewer")
    for row in (ours, theirs, shelf):
        html = texts(client.get(page(row)))
        assert "Adjust…" not in html
        assert "Sync now" not in html
        assert "Add stock…" not in html
        assert 'name="_save"' not in html
    data = {"confirmed": "1", "delta": "1", "reason": "x", "sku": "OURS"}
    for row, name in ((ours, "adjust"), (theirs, "sync_now"), (shelf, "put")):
        assert client.post(press(row, name), data).status_code == 403
    assert client.post(page(shelf), {"name": "Mine"}).status_code == 403
    assert not StockChange.objects.exists()
    assert not SyncRun.objects.exists()


def test_stock_can_be_put_on_our_shelf_for_the_first_time(shelf):
    variant = make_variant("NEW")
    data = {"confirmed": "1", "sku": "new", "delta": "2", "reason": "Came back"}
    log_in("Manager").post(press(shelf, "put"), data)
    level = StockLevel.objects.get(location=shelf, variant=variant)
    assert level.available == 2


def test_unknown_sku_is_not_put_anywhere(shelf):
    data = {"confirmed": "1", "sku": "NOPE", "delta": "2", "reason": "Came back"}
    response = log_in("Manager").post(press(shelf, "put"), data)
    errors = response.context["question"]["form"].errors
    assert errors["sku"] == ["No product variant found for SKU NOPE."]
    assert not StockLevel.objects.exists()


CENTER = {
    "name": "Our fulfillment center",
    "serves": "on",
    "address_name": "",
    "address_company": "Crossdock Coffee",
    "address_street1": "12 Dock Road",
    "address_street2": "",
    "address_city": "Oakland",
    "address_state": "ca",
    "address_zip": "94607",
    "address_country": "us",
    "address_phone": "",
}


def test_address_of_the_center_is_kept_as_one_mapping(shelf):
    client = log_in("Manager")
    assert "The fulfillment center has no address." in texts(client.get(page(shelf)))
    client.post(page(shelf), CENTER)
    shelf.refresh_from_db()
    assert shelf.address == {
        "name": "",
        "company": "Crossdock Coffee",
        "street1": "12 Dock Road",
        "street2": "",
        "city": "Oakland",
        "state": "CA",
        "zip": "94607",
        "country": "US",
        "phone": "",
    }
    html = texts(client.get("/admin/inventory/location/"))
    assert "Crossdock Coffee, 12 Dock Road, Oakland CA 94607, US" in html


@pytest.mark.parametrize("part", ["street1", "city", "zip", "country", "company"])
def test_half_an_address_is_refused(shelf, part):
    response = log_in("Manager").post(page(shelf), CENTER | {f"address_{part}": ""})
    assert f"address_{part}" in response.context["adminform"].form.errors
    shelf.refresh_from_db()
    assert shelf.address is None


def test_country_is_two_letters(shelf):
    response = log_in("Manager").post(page(shelf), CENTER | {"address_country": "USA"})
    assert "address_country" in response.context["adminform"].form.errors


def test_location_of_a_store_has_a_switch_and_no_address(partner):
    place = make_level(partner).location
    client = log_in("Manager")
    assert "address_street1" not in texts(client.get(page(place)))
    client.post(page(place), {"name": "Renamed"})
    place.refresh_from_db()
    assert (place.name, place.serves, place.address) == ("Oakland", False, None)


def test_location_list_asks_the_same_number_of_queries_for_any_number_of_rows(
    django_assert_max_num_queries: DjangoAssertNumQueries,
):
    client, url = log_in("Owner"), "/admin/inventory/location/"
    client.get(url)
    with django_assert_max_num_queries(12) as few:
        client.get(url)
    for number in range(50):
        connection = make_connection(f"store-{number}")
        Location.objects.create(connection=connection, external_id="L", name=f"Store {number}")
    with django_assert_max_num_queries(12) as many:
        client.get(url)
    assert len(many) == len(few)


def test_sidebar_counts_a_center_without_address(shelf):
    client = log_in("Viewer")
    items = client.get(LIST).context["kit"]["nav"]
    counts = {item.label: item.count for group in items for item in group["items"]}
    assert counts["Locations"] == 1
    shelf.address = {"street1": "12 Dock Road"}
    shelf.save()
    cache.clear()
    items = client.get(LIST).context["kit"]["nav"]
    counts = {item.label: item.count for group in items for item in group["items"]}
    assert counts["Locations"] == 0


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
