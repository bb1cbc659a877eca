"""Releasing a held stock run: each difference only where its before still stands."""

import pytest
from django.contrib.auth.models import User

from catalog.models import Partner, Variant
from integrations.models import Alert, SyncChange, SyncRun
from integrations.registry import Released
from integrations.services import runs
from integrations.services.held_runs import discard_run, release_run
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.types import StockItem
from inventory.flows import ledger_of_run
from inventory.models import Location, StockChange, StockLevel
from inventory.services import write_levels
from inventory.services.adjust import adjust_stock
from tests.catalog.builders import PartnerShop
from tests.catalog.people import log_in, texts
from tests.inventory.builders import imported, levels, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def shop(partner: Partner, partner_shop: PartnerShop, monkeypatch) -> PartnerShop:
    """Six SKUs of nine units each; what the shop answers is set by the test."""
    for number in range(1, 7):
        imported(partner, number)
    monkeypatch.setattr(runs, "provider_for", lambda connection, run_id, on_page: partner_shop)
    partner_shop.stock = said([9] * 6)
    assert pull(partner).status == "completed"
    return partner_shop


def pull(partner: Partner, **params: object) -> SyncRun:
    assert partner.connection
    run, _ = request_run(partner.connection, "stock", trigger="staff", params=params)
    run_flow(run.pk)
    return SyncRun.objects.select_related("connection").get(pk=run.pk)


def held(partner: Partner, shop: PartnerShop, numbers: list[int | None]) -> SyncRun:
    shop.stock = said(numbers)
    run = pull(partner)
    assert run.status == "held"
    return run


def sku(number: int) -> str:
    return f"PARTNER-bluedoor-SKU-{number}"


def test_what_was_held_is_applied_with_run_and_person_in_the_ledger(partner, shop, boss, own):
    run = held(partner, shop, [0, 0, 0, 0, 0, 8])
    SyncRun.objects.filter(connection=own).delete()
    assert release_run(run, boss) == Released(6, 0)
    assert list(levels().values()) == [0, 0, 0, 0, 0, 8]
    lines = StockChange.objects.filter(run=run)
    assert {(line.reason, line.user, line.before) for line in lines} == {("release", boss, 9)}
    assert all(line.at > run.finished_at for line in lines)
    assert set(StockLevel.objects.values_list("as_of", flat=True)) == {run.started_at}
    assert [row.key for row in ledger_of_run(run.pk)] == [sku(n) for n in range(1, 7)]
    assert not SyncChange.objects.filter(run=run).exists()
    assert SyncRun.objects.get(flow="publish_stock").connection == own
    assert not Alert.objects.filter(closed_at=None).exists()


def test_what_moved_meanwhile_stays_and_says_so(partner, shop, boss):
    run = held(partner, shop, [0, 0, 0, 0, 0, 8])
    StockLevel.objects.filter(variant__sku=sku(2)).update(available=4)
    StockLevel.objects.filter(variant__sku=sku(3)).update(on_hand=30)
    assert release_run(run, boss) == Released(4, 2)
    assert list(levels().values()) == [0, 4, 9, 0, 0, 8]
    left = SyncChange.objects.filter(run=run).order_by("key")
    assert [(row.key, row.outcome, row.message) for row in left] == [
        (sku(2), "skipped", "It moved meanwhile; the number that is there stays."),
        (sku(3), "skipped", "It moved meanwhile; the number that is there stays."),
    ]
    assert StockChange.objects.filter(run=run).count() == 4


def test_raw_numbers_are_applied_too(partner, shop, boss):
    shop.stock = [
        StockItem(f"SKU-{n}", 0, item_id=f"bluedoor-I{n}", location_id="L1", on_hand=3,
                  allocated=3, in_transit=7)
        for n in range(1, 7)
    ]  # fmt: skip
    release_run(pull(partner), boss)
    rows = StockLevel.objects.values_list("available", "on_hand", "allocated", "in_transit")
    assert set(rows) == {(0, 3, 3, 7)}
    lines = StockChange.objects.filter(reason="release")
    assert set(lines.values_list("on_hand_before", "on_hand_after")) == {(None, 3)}


def test_a_level_and_a_location_nobody_knew_are_made_unless_they_are_there_by_now(
    partner, shop, boss
):
    seventh, eighth = imported(partner, 7), imported(partner, 8)
    shop.stock = [*said([0] * 6), *said([None] * 6 + [5, 6], "L2")[6:]]
    run = pull(partner)
    assert (run.status, Location.objects.filter(external_id="L2").count()) == ("held", 0)
    place = Location.objects.create(connection=partner.connection, external_id="L2", name="Main")
    StockLevel.objects.create(location=place, variant=eighth, available=2, as_of=run.started_at)
    assert release_run(run, boss) == Released(7, 1)
    assert (levels()[seventh.sku], levels()[eighth.sku]) == (5, 2)
    line = StockChange.objects.get(variant=seventh)
    assert (line.reason, line.before, line.after, line.user) == ("release", None, 5, boss)


def test_discarding_leaves_every_level_and_the_next_run_compares_anew(partner, shop, boss):
    discard_run(held(partner, shop, [0] * 6), boss)
    assert set(levels().values()) == {9}
    assert not StockChange.objects.filter(reason="release").exists()
    assert pull(partner).status == "held"
    assert set(levels().values()) == {9}


def test_a_crash_in_the_middle_applies_nothing_and_leaves_it_held(partner, shop, boss, monkeypatch):
    run = held(partner, shop, [0] * 6)
    monkeypatch.setattr("inventory.services.release_stock.chunks", in_twos)
    written: list[int] = []

    def crash_at_the_third(changes, stamp):
        written.append(len(changes))
        if len(written) == 3:
            raise OSError("The power is gone.")
        return write_levels.update_standing(changes, stamp)

    monkeypatch.setattr("inventory.services.release_stock.update_standing", crash_at_the_third)
    with pytest.raises(OSError, match="power"):
        release_run(run, boss)
    assert written == [2, 2, 2]
    run.refresh_from_db()
    assert (run.status, run.decided_by) == ("held", None)
    assert set(levels().values()) == {9}


def in_twos(rows, size=2):
    return write_levels.chunks(rows, 2)


def test_it_is_released_in_chunks_of_few_statements(
    partner, shop, boss, monkeypatch, django_assert_max_num_queries
):
    run = held(partner, shop, [0] * 6)
    with django_assert_max_num_queries(40):
        release_run(run, boss)


def test_the_held_page_shows_zeroed_first_with_rejected_and_missing_rows(partner, shop):
    imported(partner, 7)
    shop.stock = [*said([10] * 6), *said([None] * 6 + [3])[6:]]
    assert pull(partner).status == "completed"
    run = held(partner, shop, [12, 0, 0, 0, 0, 0])  # SKU-7 is not in it
    html = texts(log_in("Viewer").get(f"/admin/integrations/syncrun/{run.pk}/change/"))
    assert html.index(sku(2)) < html.index(sku(1))
    assert "5 would go to zero" in html
    assert "Not in the answer; its last number stays." in html
    run = held(partner, shop, [None, None, None, 9, 9, 9])
    html = texts(log_in("Operator").get(f"/admin/integrations/syncrun/{run.pk}/change/"))
    assert "They gave no number; the last one stays." in html


def test_a_held_run_of_yesterday_does_not_undo_what_came_since(partner, shop, boss):
    run = held(partner, shop, [0] * 6)
    shop.stock = said([8] * 6)
    assert pull(partner).status == "completed"
    run.refresh_from_db()
    assert (run.status, run.reason) == ("canceled", "overtaken")
    assert set(levels().values()) == {8}


def test_our_shelf_is_not_touched_by_a_release(partner, shop, boss):
    shelf = Location.objects.get(connection=None)
    variant = Variant.objects.get(sku=sku(1))
    adjust_stock(shelf, variant, 3, "found", boss)
    release_run(held(partner, shop, [0] * 6), boss)
    assert StockLevel.objects.get(location=shelf).available == 3
