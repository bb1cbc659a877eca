import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import Partner, Variant
from integrations.errors import BadResponse, Retryable
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services import runs
from integrations.services.run_requests import request_run
from integrations.services.runs import Held, LeaseLost, Run, run_flow
from integrations.types import RemoteItem, StockItem
from inventory.flows import ledger_of_run
from inventory.models import Location, StockChange, StockLevel
from inventory.services.apply_stock import sync_stock
from tests.catalog.builders import (
    NOW,
    PartnerShop,
    counts_of,
    make_listing,
    make_run,
    messages_of,
    notes_of,
)
from tests.inventory.builders import imported, levels, many_imported, missing_since, said

SKU = "PARTNER-bluedoor-SKU-1"


def sync(
    partner: Partner, shop: PartnerShop, answer: list[Any] | None = None, **params: Any
) -> Run:
    if answer is not None:
        shop.stock = answer
    assert partner.connection
    run = make_run(partner.connection, "stock", shop, **params)
    sync_stock(run)
    run.flush()
    return run


def test_the_first_pull_makes_location_level_and_ledger_line(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    item = StockItem(
        "SKU-1", 7, item_id="bluedoor-I1", location_id="L1", location_name="Warehouse",
        on_hand=9, allocated=2, in_transit=5,
    )  # fmt: skip
    run = sync(partner, partner_shop, [item])
    assert partner_shop.asked == [RemoteItem("SKU-1", "bluedoor-V1", "bluedoor-I1")]
    assert counts_of(run) == {"processed": 1, "created": 1}
    level = StockLevel.objects.get()
    assert (level.on_hand, level.allocated, level.available, level.in_transit) == (9, 2, 7, 5)
    assert (level.location.name, level.location.as_of, level.as_of) == ("Warehouse", NOW, NOW)
    line = StockChange.objects.get()
    assert (line.reason, line.before, line.after, line.on_hand_after) == ("import", None, 7, 9)
    assert (line.run, line.variant, line.at) == (run.record, variant, NOW)


def test_a_new_number_is_written_with_its_ledger_line(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([12]))
    run = sync(partner, partner_shop, said([9]))
    assert counts_of(run) == {"processed": 1, "updated": 1}
    assert levels() == {SKU: 9}
    line = StockChange.objects.latest("id")
    assert (line.reason, line.before, line.after, line.note) == ("pull", 12, 9, "")
    (shown,) = ledger_of_run(run.record.pk)
    assert (shown.key, shown.field, shown.before, shown.after, shown.outcome, shown.message) == (
        SKU, "available", 12, 9, "applied", "Main",
    )  # fmt: skip


def test_a_change_of_another_number_alone_is_a_difference_too(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, [StockItem("SKU-1", 5, on_hand=5, location_id="L1")])
    sync(partner, partner_shop, [StockItem("SKU-1", 5, on_hand=6, allocated=1, location_id="L1")])
    line = StockChange.objects.latest("id")
    assert (line.before, line.after, line.on_hand_before, line.on_hand_after) == (5, 5, 5, 6)


def test_an_unchanged_sync_writes_no_level_and_no_ledger_line(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    many_imported(partner, 300)
    partner_shop.stock = [StockItem(f"S{n}", n, item_id=f"I{n}") for n in range(300)]
    sync(partner, partner_shop)
    assert partner.connection
    run = make_run(partner.connection, "stock", partner_shop)
    with CaptureQueriesContext(database) as queries:
        sync_stock(run)
    assert counts_of(run) == {"processed": 300, "unchanged": 300}
    written = [
        q["sql"]
        for q in queries
        if q["sql"].startswith(("INSERT", "UPDATE", "DELETE")) and '"inventory_' in q["sql"]
    ]
    assert len(written) == 1
    assert written[0].startswith('UPDATE "inventory_location" SET "as_of"')
    assert StockChange.objects.count() == 300


def test_two_of_a_hundred_changed_write_two_lines_in_few_queries(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    many_imported(partner, 100)
    partner_shop.stock = [StockItem(f"S{n}", 10, item_id=f"I{n}") for n in range(100)]
    sync(partner, partner_shop)
    partner_shop.stock[7] = StockItem("S7", 4, item_id="I7")
    partner_shop.stock[8] = StockItem("S8", 12, item_id="I8")
    assert partner.connection
    run = make_run(partner.connection, "stock", partner_shop)
    with CaptureQueriesContext(database) as queries:
        sync_stock(run)
    assert counts_of(run) == {"processed": 100, "updated": 2, "unchanged": 98}
    changes = StockChange.objects.filter(run=run.record).order_by("variant")
    assert list(changes.values_list("before", "after")) == [(10, 4), (10, 12)]
    assert len(queries) <= 17


def test_stock_is_asked_only_for_what_was_imported(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    make_listing(partner, 2)
    run = sync(partner, partner_shop, said([5, 6]))
    assert [item.sku for item in partner_shop.asked] == ["SKU-1"]
    assert counts_of(run) == {"processed": 2, "created": 1, "skipped": 1}
    assert messages_of(run) == ["No product variant found for SKU SKU-2."]


def test_with_nothing_imported_nothing_is_asked(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    run = sync(partner, partner_shop, said([5]))
    assert counts_of(run) == {}
    assert not Location.objects.exclude(connection=None).exists()


@pytest.mark.parametrize(
    "item",
    [
        StockItem("", 5, item_id="bluedoor-I1"),
        StockItem("", 5, external_id="bluedoor-V1"),
        StockItem("SKU-1", 5),
        StockItem(" sku-1\u00a0", 5),
    ],
)
def test_an_answer_is_matched_by_their_ids_or_one_sku(
    partner: Partner, variant: Variant, partner_shop: PartnerShop, item: StockItem
) -> None:
    sync(partner, partner_shop, [item])
    assert levels() == {SKU: 5}


def test_a_sku_that_two_listings_share_is_not_guessed(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    second = imported(partner, 2)
    second.listings.update(sku="SKU-1")
    run = sync(partner, partner_shop, [StockItem("SKU-1", 5), *said([1])])
    assert counts_of(run) == {"processed": 2, "created": 1, "skipped": 2}
    assert messages_of(run)[0] == (
        "More than one product variant matches SKU SKU-1: PARTNER-bluedoor-SKU-1, "
        "PARTNER-bluedoor-SKU-2."
    )


@pytest.mark.parametrize(
    ("available", "message"),
    [
        (None, "They gave no number; the last one stays."),
        (3.7, "'3.7' is not a whole number; the last one stays."),
        ("12", "'12' is not a whole number; the last one stays."),
        (True, "'True' is not a whole number; the last one stays."),
        (Decimal(5), "'5' is not a whole number; the last one stays."),
        (10_000_001, "10000001 units cannot be right; the last number stays."),
        (2**31, "2147483648 units cannot be right; the last number stays."),
        ("1,200", "'1,200' is not a whole number; the last one stays."),
        (Decimal("1e999"), "'1E+999' is not a whole number; the last one stays."),
        (float("inf"), "'inf' is not a whole number; the last one stays."),
        (float("nan"), "'nan' is not a whole number; the last one stays."),
        (2**63, "9223372036854775808 units cannot be right; the last number stays."),
    ],
)
def test_a_number_that_cannot_be_used_is_rejected_and_the_others_go_on(
    partner: Partner, variant: Variant, partner_shop: PartnerShop, available: Any, message: str
) -> None:
    imported(partner, 2)
    sync(partner, partner_shop, said([5, 5]))
    run = sync(partner, partner_shop, said([available, 6]))
    assert counts_of(run) == {"processed": 2, "updated": 1, "failed": 1}
    assert messages_of(run) == [message]
    assert levels() == {SKU: 5, "PARTNER-bluedoor-SKU-2": 6}
    assert missing_since(variant) is None


def test_a_negative_number_is_kept_as_said_and_warned_about(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    run = sync(partner, partner_shop, said([-5]))
    assert levels() == {SKU: -5}
    assert messages_of(run) == ["They say -5; it is kept and counts as 0."]


def test_of_two_numbers_for_one_place_the_lower_counts_whatever_their_order(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    run = sync(partner, partner_shop, said([4]) + said([9]))
    assert levels() == {SKU: 4}
    assert messages_of(run) == ["Twice in the answer, 4 and 9; the lower number counts."]
    sync(partner, partner_shop, said([9]) + said([3]))
    assert levels() == {SKU: 3}


def test_a_sku_that_is_not_in_the_answer_keeps_its_number_and_is_marked(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    imported(partner, 2)
    sync(partner, partner_shop, said([5, 6]))
    run = sync(partner, partner_shop, said([4]))
    assert counts_of(run) == {"processed": 1, "updated": 1, "skipped": 1}
    assert messages_of(run) == ["Not in the answer; its last number stays."]
    second = Variant.objects.get(sku="PARTNER-bluedoor-SKU-2")
    assert (levels()[second.sku], missing_since(second)) == (6, NOW)
    assert not StockChange.objects.filter(run=run.record, variant=second).exists()


@pytest.mark.parametrize("number", [6, 8])
def test_a_sku_that_comes_back_is_not_missing_any_more(
    partner: Partner, variant: Variant, partner_shop: PartnerShop, number: int
) -> None:
    second = imported(partner, 2)
    sync(partner, partner_shop, said([5, 6]))
    sync(partner, partner_shop, said([5]))
    sync(partner, partner_shop, said([5, number]))
    assert missing_since(second) is None
    assert levels()[second.sku] == number


def test_a_place_the_answer_no_longer_names_for_a_sku_has_none(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([5]) + said([7], "L2"))
    sync(partner, partner_shop, said([5]))
    by_place = StockLevel.objects.values_list("location__external_id", "available")
    assert dict(by_place) == {"L1": 5, "L2": 0}
    assert counts_of(sync(partner, partner_shop)) == {"processed": 1, "unchanged": 2}


def test_a_number_that_is_unusable_at_one_place_leaves_that_place_alone(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([5]) + said([7], "L2"))
    sync(partner, partner_shop, said([4]) + said([None], "L2"))
    by_place = StockLevel.objects.values_list("location__external_id", "available")
    assert dict(by_place) == {"L1": 4, "L2": 7}


def test_what_never_had_a_number_is_said(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    imported(partner, 2)
    run = sync(partner, partner_shop, said([5]))
    assert notes_of(run) == [("PARTNER-bluedoor-SKU-2", "", "", "", "skipped")]
    assert messages_of(run) == ["They give no number for it: 0 to sell."]


def test_an_empty_answer_is_held_and_nothing_moves(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([5]))
    with pytest.raises(Held, match="The answer is empty, 1 SKUs were asked for"):
        sync(partner, partner_shop, [])
    assert levels() == {SKU: 5}
    assert missing_since(variant) is None


def test_a_held_run_lists_its_differences_and_writes_no_level(
    partner: Partner, partner_shop: PartnerShop, own: Connection
) -> None:
    for number in range(1, 7):
        imported(partner, number)
    sync(partner, partner_shop, said([9] * 6))
    later = NOW + timedelta(hours=1)
    SyncRun.objects.all().delete()
    partner_shop.stock = said([0] * 5 + [9])
    assert partner.connection
    run = make_run(partner.connection, "stock", partner_shop)
    run.started_at = later
    with pytest.raises(Held, match="5 of 6 SKUs in stock would go to zero") as held:
        sync_stock(run)
    assert held.value.reason == "zeroed"
    place = Location.objects.get(connection=partner.connection)
    assert run.record.changes.count() == 5
    assert notes_of(run)[0] == (SKU, f"available:{place.pk}", "9", "0", "held")
    assert set(levels().values()) == {9}
    assert place.as_of == NOW
    assert not SyncRun.objects.filter(flow="publish_stock").exists()


def test_a_pull_that_breaks_off_changes_nothing(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([5]))
    with pytest.raises(BadResponse):
        sync(partner, partner_shop, [*said([1]), BadResponse("The answer was cut short.")])
    assert levels() == {SKU: 5}


@pytest.mark.parametrize(("policy", "asked"), [("keep", 0), ("zero", 1)])
def test_a_failed_pull_is_published_only_where_old_numbers_become_zero(
    partner: Partner,
    variant: Variant,
    partner_shop: PartnerShop,
    own: Connection,
    policy: str,
    asked: int,
) -> None:
    Connection.objects.filter(pk=partner.connection_id).update(stale_policy=policy)
    with pytest.raises(Retryable):
        sync(Partner.objects.get(pk=partner.pk), partner_shop, [Retryable("Busy.")])
    assert SyncRun.objects.filter(flow="publish_stock").count() == asked


def test_a_pull_of_chosen_skus_is_no_complete_snapshot(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    imported(partner, 2)
    run = sync(partner, partner_shop, said([5]), skus=[SKU])
    assert [item.sku for item in partner_shop.asked] == ["SKU-1"]
    assert counts_of(run) == {"processed": 1, "created": 1}
    assert Location.objects.get(connection=partner.connection).as_of is None


def test_a_dry_run_shows_the_differences_and_writes_nothing(
    partner: Partner, variant: Variant, partner_shop: PartnerShop, own: Connection
) -> None:
    sync(partner, partner_shop, said([5]))
    SyncRun.objects.all().delete()
    run = sync(partner, partner_shop, said([3]), dry_run=True)
    assert [(before, after, outcome) for _, _, before, after, outcome in notes_of(run)] == [
        ("5", "3", "skipped")
    ]
    assert levels() == {SKU: 5}
    assert not SyncRun.objects.filter(flow="publish_stock").exists()


def test_after_each_pull_our_store_is_told(
    partner: Partner, variant: Variant, partner_shop: PartnerShop, own: Connection
) -> None:
    sync(partner, partner_shop, said([5]))
    assert SyncRun.objects.get(flow="publish_stock").connection == own


def test_a_good_run_overtakes_a_held_one(
    partner: Partner,
    variant: Variant,
    partner_shop: PartnerShop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert partner.connection
    monkeypatch.setattr(runs, "provider_for", lambda connection, run_id: partner_shop)
    first, _ = request_run(partner.connection, "stock", trigger="staff")
    assert run_flow(first.pk) == "held"
    partner_shop.stock = said([5])
    second, _ = request_run(partner.connection, "stock", trigger="staff")
    assert run_flow(second.pk) == "completed"
    first.refresh_from_db()
    assert (first.status, first.reason) == ("canceled", "overtaken")


def test_a_run_whose_flow_was_taken_over_writes_nothing(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([5]))
    partner_shop.stock = said([6])
    assert partner.connection
    run = make_run(partner.connection, "stock", partner_shop)
    FlowSchedule.objects.update(lease_token=uuid.uuid4())
    with pytest.raises(LeaseLost):
        sync_stock(run)
    assert levels() == {SKU: 5}


def test_numbers_stay_inside_the_connection_they_came_from(
    partner: Partner, variant: Variant, partner_shop: PartnerShop
) -> None:
    sync(partner, partner_shop, said([5]))
    shelf = Location.objects.get(connection=None)
    StockLevel.objects.create(location=shelf, variant=variant, available=2, as_of=NOW)
    sync(partner, partner_shop, said([6]))
    assert StockLevel.objects.get(location=shelf).available == 2
