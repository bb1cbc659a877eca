"""SKUs nobody knows: listed once, counted, with the reason, and gone when they are settled."""

from datetime import timedelta

import pytest

from catalog.models import Partner, UnmatchedSku
from catalog.services.unmatched import forget_seen_before, forget_unmatched, note_unmatched
from integrations.types import StockItem
from inventory.services.apply_stock import sync_stock
from orders.services.approving import reroute
from orders.services.capture import capture_order
from tests.catalog.builders import (
    NOW,
    PartnerShop,
    make_connection,
    make_partner,
    make_run,
    make_variant,
)
from tests.catalog.people import log_in, texts
from tests.inventory.builders import imported, said
from tests.orders.builders import channel_line, channel_order

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/unmatchedsku/"


@pytest.fixture
def partner() -> Partner:
    partner = make_partner()
    imported(partner)
    return partner


def pull(partner: Partner, *extra: StockItem, **params: object) -> None:
    run = make_run(partner.connection, "stock", PartnerShop(stock=[*said([5]), *extra]), **params)
    sync_stock(run)


def listed() -> list[tuple[str, str, int]]:
    rows = UnmatchedSku.objects.order_by("sku")
    return list(rows.values_list("sku", "reason", "count"))


def test_a_sku_of_a_stock_answer_is_counted_each_time_it_is_seen(partner):
    for _ in range(3):
        pull(partner, StockItem("NO-1", 4))
    assert listed() == [("NO-1", "No product variant found for SKU NO-1.", 3)]
    row = UnmatchedSku.objects.get()
    assert (row.connection, row.source) == (partner.connection, "stock")
    assert row.first_at < row.last_at


@pytest.mark.parametrize(
    ("sku", "why"),
    [
        ("SKU\u200b-1", "It has a character that cannot be seen (U+200B)."),
        ("S\u041aU-1", "Its \u041a is Cyrillic capital letter ka."),
        ("SKU-11", ""),
    ],
)
def test_the_reason_names_what_makes_it_look_alike(partner, sku, why):
    pull(partner, StockItem(sku, 4))
    assert listed() == [(sku, f"No product variant found for SKU {sku}. {why}".strip(), 1)]


@pytest.mark.parametrize("sku", ["sku-1", " SKU-1\u00a0", "\uff33KU-1"])
def test_another_spelling_of_one_sku_is_no_stranger(partner, sku):
    run = make_run(partner.connection, "stock", PartnerShop(stock=[StockItem(sku, 4)]))
    sync_stock(run)
    assert (listed(), run.record.created) == ([], 1)


def test_what_two_variants_could_be_is_listed_and_not_guessed(partner):
    imported(partner, 2).listings.update(sku="sku-1", sku_key="sku-1")
    run = make_run(
        partner.connection, "stock",
        PartnerShop(stock=[*said([5, 5]), StockItem("Sku-1", 4)]),
    )  # fmt: skip
    sync_stock(run)
    ((sku, reason, _),) = listed()
    names = "PARTNER-bluedoor-SKU-1, PARTNER-bluedoor-SKU-2"
    assert sku == "Sku-1"
    assert reason == f"More than one product variant matches SKU Sku-1: {names}."


def test_it_leaves_the_list_when_a_complete_answer_does_not_name_it(partner):
    pull(partner, StockItem("NO-1", 4))
    pull(partner, skus=["PARTNER-bluedoor-SKU-1"])
    pull(partner, dry_run=True)
    assert len(listed()) == 1
    pull(partner)
    assert listed() == []


def test_a_dry_run_lists_nothing(partner):
    pull(partner, StockItem("NO-1", 4), dry_run=True)
    assert listed() == []


def test_a_sku_of_an_order_is_listed_until_its_line_is_routed(partner, django_user_model):
    store = make_connection("our-store", provider="shopify")
    for _ in range(2):
        capture_order(store, channel_order([channel_line("A/B #1+\u00fc")]))
    assert [(sku, count) for sku, _, count in listed()] == [("A/B #1+\u00fc", 2)]
    make_variant("A/B #1+\u00fc")
    user = django_user_model.objects.create_user("mia")
    orders = list(store.orders.all())
    reroute(orders[0], user)
    assert len(listed()) == 1  # the other order still waits
    reroute(orders[1], user)
    assert listed() == []


def test_connections_and_sources_are_kept_apart(partner):
    other = make_connection("other")
    for connection in (partner.connection, other):
        note_unmatched(connection, "stock", {"X": "No."}, NOW)
    note_unmatched(other, "order", {"X": "No.", "": "No SKU."}, NOW)
    assert UnmatchedSku.objects.count() == 3
    assert forget_seen_before(other, "stock", NOW + timedelta(seconds=1)) == 1
    assert forget_unmatched("order", ["X"]) == 1
    assert UnmatchedSku.objects.get().connection == partner.connection


def test_a_thousand_take_a_few_statements(partner, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        note_unmatched(partner.connection, "stock", {f"N{n}": "No." for n in range(1000)}, NOW)


def test_staff_find_the_list_with_reason_and_a_link_to_search(partner):
    assert "Every SKU is known" in texts(log_in("Viewer").get(LIST))
    pull(partner, StockItem("NO-1", 4))
    html = texts(log_in("Operator").get(LIST))
    assert "No product variant has it." in html
    assert "/admin/catalog/variant/?q=NO-1" in html
    assert "Unmatched SKUs" in html


def test_a_row_opens_the_search(partner):
    note_unmatched(partner.connection, "stock", {"PARTNER-x-A 1": "No."}, NOW)
    row = UnmatchedSku.objects.get()
    answer = log_in("Viewer").get(f"{LIST}{row.pk}/change/")
    assert answer.url == "/admin/catalog/variant/?q=A+1"
