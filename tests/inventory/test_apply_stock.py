"""What a pull of stock writes: what differs, with its ledger line, or nothing."""

import uuid

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import Partner, Variant
from integrations.errors import BadResponse, Retryable
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services.runs import LeaseLost
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
from tests.inventory.builders import SKU, imported, levels, many_imported, said, sync


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


@pytest.mark.parametrize("many", [100, 1500])
def test_two_changed_write_two_lines_in_few_queries_however_many_there_are(
    partner: Partner, partner_shop: PartnerShop, many: int
) -> None:
    many_imported(partner, many)
    partner_shop.stock = [StockItem(f"S{n}", 10, item_id=f"I{n}") for n in range(many)]
    sync(partner, partner_shop)
    partner_shop.stock[7] = StockItem("S7", 4, item_id="I7")
    partner_shop.stock[8] = StockItem("S8", 12, item_id="I8")
    assert partner.connection
    run = make_run(partner.connection, "stock", partner_shop)
    with CaptureQueriesContext(database) as queries:
        sync_stock(run)
    assert counts_of(run) == {"processed": many, "updated": 2, "unchanged": many - 2}
    changes = StockChange.objects.filter(run=run.record).order_by("variant")
    assert list(changes.values_list("before", "after")) == [(10, 4), (10, 12)]
    assert len(queries) <= 36


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
