"""Why is it that number: what each system said, by which run, whether it counts, and the plot."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from catalog.models import Partner
from integrations.models import Connection, FlowSchedule, SyncRun
from inventory.admin.history import MOST_LINES, plot_of
from inventory.admin.raw_numbers import levels_of
from inventory.models import Location, StockChange, StockLevel
from tests.catalog.builders import NOW, make_connection
from tests.catalog.erp import make_erp
from tests.catalog.people import log_in, texts
from tests.inventory.stock_pages import LIST, make_level, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def level(partner: Partner) -> StockLevel:
    return make_level(partner, on_hand=15, allocated=3, in_transit=24)


def observed(level: StockLevel, monkeypatch, available: int = 40) -> StockLevel:
    """What the ERP says of the same variant."""
    erp = make_erp(monkeypatch)
    Connection.objects.filter(pk=erp.pk).update(stock_authority="observe")
    return at(level, erp, "Main warehouse", available)


def at(level: StockLevel, connection: Connection | None, name: str, available: int) -> StockLevel:
    now = timezone.now()
    place = Location.objects.create(
        connection=connection, external_id=name, name=name, as_of=level.as_of
    )
    return StockLevel.objects.create(
        location=place, variant=level.variant, available=available, as_of=now
    )


def raw_of(level: StockLevel, group: str = "Viewer") -> dict[str, dict]:
    response = log_in(group).get(page(level))
    return {row["place"]: row for row in response.context["raw"]}


# --- what each system said


def test_the_raw_numbers_stand_with_the_run_that_said_them(partner, level):
    run = SyncRun.objects.create(
        connection=partner.connection, flow="stock", trigger="schedule",
        started_at=level.location.as_of,
    )  # fmt: skip
    response = log_in("Viewer").get(page(level))
    (row,) = response.context["raw"]
    said = row["level"]
    assert (said.on_hand, said.allocated, said.available, said.in_transit) == (15, 3, 12, 24)
    assert (row["run"], row["said_at"], row["age"]) == (run, level.location.as_of, "Fresh")
    assert (row["counts"], row["rule"]) == (True, "Their number is ours")
    assert f'<a href="/admin/integrations/syncrun/{run.pk}/change/">Run #{run.pk}</a>' in texts(
        response
    )


def test_a_number_nobody_said_is_a_dash(partner):
    html = texts(log_in("Viewer").get(page(make_level(partner))))
    assert "— on hand, — allocated, — in transit." in html


def test_an_observed_number_is_shown_and_says_that_it_never_counts(level, monkeypatch):
    observed(level, monkeypatch)
    response = log_in("Viewer").get(page(level))
    rows = {row["place"]: row for row in response.context["raw"]}
    assert (rows["Main warehouse"]["counts"], rows["Main warehouse"]["source"]) == (
        False,
        "The ERP",
    )
    html = texts(response)
    assert "Why can 12 be sold?" in html
    assert "The Erp, Main warehouse says 40: shown, never counted." in html


@pytest.mark.parametrize(
    ("model", "change", "rule"),
    [
        (Location, {"serves": False}, "Not counted: its stock is not to be sold"),
        (Connection, {"status": "archived"}, "Not counted: the connection is archived"),
        (Partner, {"archived_at": NOW}, "Not counted: no partner sells from it"),
    ],
)
def test_a_place_we_do_not_sell_from_says_why(level, model, change, rule):
    model.objects.exclude(name="Our shelf").update(**change)
    row = raw_of(level)["Oakland"]
    assert (row["counts"], row["rule"]) == (False, rule)
    assert "Why can 0 be sold?" in texts(log_in("Operator").get(page(level)))


def test_our_own_store_sells_from_no_partner(level):
    at(level, make_connection("our-store", provider="shopify"), "Shop", 9)
    assert raw_of(level)["Shop"]["rule"] == "Not counted: no partner sells from it"


def test_too_old_and_below_zero_count_as_none_and_say_so(level):
    StockLevel.objects.update(available=-2)
    assert raw_of(level)["Oakland"]["rule"] == "Counted as 0: below zero"
    for rows in (Location.objects, StockLevel.objects):
        rows.update(as_of=timezone.now() - timedelta(hours=30))
    Connection.objects.update(stale_policy="zero")
    row = raw_of(level, "Operator")["Oakland"]
    assert (row["rule"], row["age"]) == ("Counted as 0: too old", "Stale")


def test_the_ledger_names_the_rule_of_each_place(level, monkeypatch):
    theirs = observed(level, monkeypatch)
    for one in (level, theirs):
        StockChange.objects.create(
            level=one, variant=level.variant, reason="pull", before=1, after=2, at=timezone.now()
        )
    lines = log_in("Viewer").get(page(level)).context["changes"]
    assert [line["rule"] for line in lines] == ["Shown, never counted", "Their number is ours"]


def test_the_guide_says_when_the_next_run_is(partner, level, monkeypatch):
    theirs = observed(level, monkeypatch)
    soon = timezone.now() + timedelta(minutes=30)
    FlowSchedule.objects.create(
        connection=partner.connection, flow="stock", every_minutes=60, next_due_at=soon
    )
    FlowSchedule.objects.create(connection=theirs.location.connection, flow="stock")
    response = log_in("Viewer").get(page(level))
    due = {store.slug: at for store, at in response.context["next_runs"]}
    assert due == {"bluedoor-shop": soon, "the-erp": None}
    assert "The Erp only when somebody asks for it" in texts(response)


def test_many_locations_take_no_more_queries(level, django_assert_max_num_queries):
    client = log_in("Viewer")
    client.get(page(level))
    with django_assert_max_num_queries(22) as few:
        client.get(page(level))
    for number in range(12):
        at(level, make_connection(f"shop-{number}"), f"Place {number}", number)
    with django_assert_max_num_queries(22) as many:
        client.get(page(level))
    assert len(many) == len(few)


# --- the plot


def change(level: StockLevel, days_ago: float, before: int | None, after: int) -> datetime:
    moment = timezone.now() - timedelta(days=days_ago)
    StockChange.objects.create(
        level=level, variant=level.variant, reason="pull", before=before, after=after, at=moment
    )
    return moment


def lines_of(level: StockLevel) -> list:
    return plot_of(level.variant, list(levels_of(level.variant)), timezone.now())["lines"]


def test_a_line_begins_with_what_it_was_90_days_ago_and_ends_with_now(level):
    change(level, 120, 1, 5)
    first, second = change(level, 50, 5, 9), change(level, 2, 9, 12)
    (line,) = lines_of(level)
    assert [value for _, value in line.points] == [5, 9, 12, 12]
    assert [at for at, _ in line.points[1:3]] == [first, second]
    assert (line.name, line.note, line.quiet) == ("Bluedoor Shop, Oakland", "", False)


def test_what_was_first_seen_meanwhile_begins_there(level):
    seen = change(level, 10, None, 12)
    (line,) = lines_of(level)
    assert line.points[0] == (seen, 12)


def test_what_never_changed_is_a_level_line(level):
    (line,) = lines_of(level)
    assert [value for _, value in line.points] == [12, 12]


def test_what_counts_comes_first_and_the_rest_is_added_up(level, monkeypatch):
    observed(level, monkeypatch, 99)
    for number in range(7):
        at(level, level.location.connection, f"Place {number}", number + 1)
    lines = lines_of(level)
    assert len(lines) == MOST_LINES
    assert lines[0].name == "Bluedoor Shop, Oakland"
    assert (lines[-1].name, lines[-1].points[-1][1]) == ("4 others", 99 + 3 + 2 + 1)


def test_the_page_draws_it_with_a_table(level, monkeypatch):
    observed(level, monkeypatch)
    change(level, 5, 9, 12)
    html = texts(log_in("Viewer").get(page(level)))
    assert html.count('<path class="p-1"') == 2
    assert html.count('<path class="p-2 quiet"') == 2
    assert "<summary>As a table</summary>" in html


# --- the list, and the ways there


def test_the_list_names_the_connection_and_what_is_only_shown(level, monkeypatch):
    observed(level, monkeypatch)
    client = log_in("Viewer")
    html = texts(client.get(LIST))
    assert '<span class="q">Bluedoor Shop</span>' in html
    assert "The Erp: shown, never counted" in html


def test_two_places_of_the_same_name_are_told_apart_by_their_connections(level):
    names = ("Harbor", "Valley")
    for name in names:
        at(level, make_connection(name.lower(), provider="veracore"), "All warehouses", 4)
    client = log_in("Viewer")
    rows = texts(client.get(LIST))
    where = texts(client.get(f"/admin/catalog/variant/{level.variant.pk}/change/"))
    assert all(f'<span class="q">{name}</span>' in rows for name in names)
    assert all(f"{name}, <time" in where for name in names)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("counts=no", ["Main warehouse"]),
        ("counts=yes", ["Oakland", "Our fulfillment center"]),
        ("location__connection__in={erp}", ["Main warehouse"]),
    ],
)
def test_the_list_is_narrowed_to_what_counts_and_to_a_connection(level, monkeypatch, query, places):
    theirs = observed(level, monkeypatch)
    shelf = Location.objects.get(connection=None)
    StockLevel.objects.create(
        location=shelf, variant=level.variant, available=1, as_of=timezone.now()
    )
    address = query.format(erp=theirs.location.connection_id)
    rows = log_in("Viewer").get(f"{LIST}?{address}").context["cl"].result_list
    assert sorted(row.location.name for row in rows) == places


def test_the_word_stock_and_a_sku_open_the_page(level):
    search = log_in("Viewer").get("/admin/search/", {"q": f"Stock {level.variant.sku.lower()}"})
    assert search.url == page(level)


def test_a_bare_sku_opens_the_variant_which_leads_there(level):
    client = log_in("Viewer")
    search = client.get("/admin/search/", {"q": level.variant.sku})
    assert search.url == f"/admin/catalog/variant/{level.variant.pk}/change/"
    assert f'href="{page(level)}"' in texts(client.get(search.url))


def test_the_variant_page_says_which_numbers_never_count(level, monkeypatch):
    observed(level, monkeypatch)
    html = texts(log_in("Viewer").get(f"/admin/catalog/variant/{level.variant.pk}/change/"))
    assert "</time>: shown, never counted" in html
    assert "The Erp, <time" in html
