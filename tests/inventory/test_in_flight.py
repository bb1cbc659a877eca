"""What is sold while a pull is under way: counted once, never twice, never not at all."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection as database

from catalog.models import Partner, Variant
from integrations import registry
from integrations.types import StockItem
from inventory.availability import explain, is_open, sellable
from inventory.models import Location, Reservation, StockLevel
from inventory.services import apply_stock as applying
from inventory.services.apply_stock import sync_stock
from inventory.services.reservations import accept, accept_shipped, release, reserve
from tests.catalog.builders import NOW, PartnerShop, make_partner, make_run
from tests.fakes import FakeProvider
from tests.inventory.builders import imported, many_imported, said
from tests.inventory.test_concurrency import in_threads

MINUTE = timedelta(minutes=1)


def pull(partner: Partner, answer: list[Any], at: datetime, **params: Any) -> None:
    """A run that began at this moment and was answered so."""
    assert partner.connection
    run = make_run(partner.connection, "stock", PartnerShop(stock=answer), **params)
    run.started_at = at
    sync_stock(run)


@pytest.mark.django_db
def test_the_timeline_of_a_partner_that_claims_on_accept(
    partner: Partner, variant: Variant
) -> None:
    """X12: its own Reserved holds what was sent; we hold what was not, and nobody both."""
    seen = []

    def look() -> None:
        seen.append(sellable(variant))

    pull(partner, said([100]), NOW)
    look()  # 100
    reserve("line:1", variant, partner.connection, 2)
    look()  # sold: 98, the partner still says 100
    accept(["line:1"], NOW + 10 * MINUTE)
    look()  # sent: it has taken two, and we have not heard of it
    pull(partner, said([100]), NOW + 9 * MINUTE)
    look()  # a snapshot that began before it took them: still 100 in its words
    pull(partner, said([98]), NOW + 20 * MINUTE)
    look()  # its number has them: not subtracted a second time
    pull(partner, said([98]), NOW + 40 * MINUTE)
    look()  # X13: shipping moves nothing
    release(["line:1"])
    look()
    assert seen == [100, 98, 98, 98, 98, 98, 98]


@pytest.mark.django_db
def test_a_partner_that_claims_on_ship_keeps_counting_until_the_parcel_left(
    partner: Partner, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OnShip(FakeProvider):
        slug = "shopify-partner"
        claims_stock = "on_ship"

    monkeypatch.setitem(registry._providers, "shopify-partner", OnShip)
    seen = []
    pull(partner, said([100]), NOW)
    reserve("line:1", variant, partner.connection, 2)
    assert accept(["line:1"], NOW + 10 * MINUTE) == 0
    pull(partner, said([100]), NOW + 20 * MINUTE)
    seen.append(sellable(variant))  # accepted, not shipped: its number still has them
    assert accept_shipped(["line:1"], NOW + 30 * MINUTE) == 1
    seen.append(sellable(variant))
    pull(partner, said([98]), NOW + 40 * MINUTE)
    seen.append(sellable(variant))
    assert seen == [98, 98, 98]
    assert accept_shipped(["line:1"]) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["gone", "unreadable"])
def test_a_snapshot_that_does_not_confirm_a_number_ends_no_hold_of_it(
    partner: Partner, variant: Variant, answer: str
) -> None:
    """The location is newer now, the number is not: it knows nothing of the order."""
    imported(partner, 2)
    pull(partner, said([10, 5]), NOW)
    reserve("line:1", variant, partner.connection, 2)
    accept(["line:1"], NOW + 10 * MINUTE)
    odd = said([None, 5]) if answer == "unreadable" else said([None, 5])[1:]
    for turn in (20, 40):
        pull(partner, odd, NOW + turn * MINUTE)
        assert (sellable(variant), is_open(Reservation.objects.get())) == (8, True)
        assert explain(variant).sources[0].as_of == NOW
    pull(partner, said([8, 5]), NOW + 60 * MINUTE)
    assert (sellable(variant), is_open(Reservation.objects.get())) == (8, False)


@pytest.mark.django_db
def test_a_number_that_comes_back_unchanged_is_confirmed(
    partner: Partner, variant: Variant
) -> None:
    imported(partner, 2)
    pull(partner, said([10, 5]), NOW)
    reserve("line:1", variant, partner.connection, 2)
    accept(["line:1"], NOW + 10 * MINUTE)
    pull(partner, said([None, 5]), NOW + 20 * MINUTE)
    level = StockLevel.objects.get(variant=variant)
    assert (level.rejected_since, level.as_of) == (NOW + 20 * MINUTE, NOW)
    pull(partner, said([10, 5]), NOW + 40 * MINUTE)
    level.refresh_from_db()
    assert (level.rejected_since, level.as_of) == (None, NOW + 40 * MINUTE)
    assert sellable(variant) == 10


@pytest.mark.django_db
def test_a_pull_of_one_sku_ends_the_holds_of_that_sku_alone(
    partner: Partner, variant: Variant
) -> None:
    second = imported(partner, 2)
    pull(partner, said([10, 10]), NOW)
    for number, one in enumerate((variant, second)):
        reserve(f"line:{number}", one, partner.connection, 2)
        accept([f"line:{number}"], NOW + 10 * MINUTE)
    pull(partner, said([8]), NOW + 20 * MINUTE, skus=[variant.sku])
    assert (sellable(variant), sellable(second)) == (8, 8)
    assert Location.objects.get(connection=partner.connection).as_of == NOW
    pull(partner, said([8, 8]), NOW + 30 * MINUTE)
    assert (sellable(variant), sellable(second)) == (8, 8)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_sale_between_two_chunks_of_a_pull_is_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One order was taken by the partner before the snapshot, others are captured and accepted
    while it is written: at no moment is more for sale than there is."""
    partner = make_partner()
    variants = many_imported(partner, 4)
    first, last = variants[0], variants[-1]
    before = [StockItem(f"S{n}", 10, item_id=f"I{n}", location_id="L") for n in range(4)]
    pull(partner, before, NOW)
    reserve("line:early", last, partner.connection, 1)
    accept(["line:early"], NOW + 5 * MINUTE)
    seen: list[tuple[int, int]] = []

    def look() -> None:
        seen.append((sellable(first), sellable(last)))

    def sell() -> None:
        reserve("line:a", first, partner.connection, 2)
        reserve("line:b", last, partner.connection, 3)
        accept(["line:a"], NOW + 11 * MINUTE)  # after the snapshot began: it does not hold it
        look()

    written = applying.update_staged

    def write_then_sell(*chunk: Any) -> None:
        written(*chunk)
        if len(seen) == 1:
            in_threads(sell)
        else:
            look()

    look()
    monkeypatch.setattr(applying, "CHUNK", 2)
    monkeypatch.setattr(applying, "update_staged", write_then_sell)
    after = [StockItem(f"S{n}", 9, item_id=f"I{n}", location_id="L") for n in range(4)]
    pull(partner, after, NOW + 10 * MINUTE)
    look()
    assert seen == [
        (10, 9),  # the early order is held beside its old number
        (7, 6),  # after chunk one: the new 9 less 2; the old 10 less 1 and 3
        (7, 6),  # after chunk two: 9 has the early order in it, the hold of it has ended
        (7, 6),
    ]
    assert database.in_atomic_block is False
