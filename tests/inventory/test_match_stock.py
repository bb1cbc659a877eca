"""A system without a catalog of its own names our SKUs: exact, by key, or by an alias."""

import pytest

from catalog.models import Listing, Partner, UnmatchedSku, Variant
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.providers.base import PullsStock
from integrations.services.runs import Held, Run
from integrations.types import RemoteItem, StockItem
from inventory.models import StockChange, StockLevel
from inventory.services.apply_stock import sync_stock
from tests.catalog.builders import NOW, counts_of, make_connection, make_variant, messages_of
from tests.inventory.builders import levels


class Erp(PullsStock):
    """Answers with everything it has, whatever it is asked for."""

    def __init__(self, **numbers: int) -> None:
        self.items = [StockItem(sku, units) for sku, units in numbers.items()]
        self.asked: list[RemoteItem] = []

    def pull_stock(self, items=None, since=None):  # type: ignore[no-untyped-def]
        self.asked = list(items or ())
        return iter(self.items)


@pytest.fixture
def erp(db: None) -> Connection:
    return make_connection("erp.example", provider="sellercloud")


def pull(connection: Connection, shop: Erp, **params: object) -> Run:
    schedule, _ = FlowSchedule.objects.get_or_create(connection=connection, flow="stock")
    schedule.take_lease(NOW, 10**9)
    record = SyncRun.objects.create(
        connection=connection, flow="stock", trigger="command", status="running", params=params
    )
    run = Run(record, connection, schedule, shop, NOW, {})
    try:
        sync_stock(run)
    finally:
        run.flush()
        record.move("running", "completed")
    return run


def alias(connection: Connection, sku: str, variant: Variant) -> Listing:
    return Listing.objects.create(
        connection=connection, external_id=sku, external_product_id=sku, sku=sku, title=sku,
        currency="USD", variant=variant, seen_at=NOW, sku_key=sku.casefold(),
    )  # fmt: skip


def test_a_system_that_lists_all_it_has_is_told_no_names(erp: Connection) -> None:
    make_variant("A-1")
    shop = Erp(**{"A-1": 5, "C-9": 3})
    pull(erp, shop)
    assert [one.sku for one in shop.asked] == ["A-1"]
    shop.lists_stock = True
    pull(erp, shop)
    assert shop.asked == []
    pull(erp, shop, skus=["A-1"])
    assert [one.sku for one in shop.asked] == ["A-1"]


def test_our_own_skus_are_matched_and_the_rest_are_listed(erp: Connection) -> None:
    make_variant("A-1"), make_variant("B/ü#2")
    run = pull(erp, Erp(**{"A-1": 5, "B/ü#2": 7, "C-9": 3}))
    assert levels() == {"A-1": 5, "B/ü#2": 7}
    assert counts_of(run) == {"processed": 3, "created": 2, "skipped": 1}
    assert messages_of(run) == ["No product variant found for SKU C-9."]
    assert list(UnmatchedSku.objects.values_list("sku", "source")) == [("C-9", "stock")]


def test_all_our_skus_are_asked_for_and_no_archived_one(erp: Connection) -> None:
    make_variant("A-1"), make_variant("B-2")
    Variant.objects.filter(pk=make_variant("OLD").pk).update(archived_at=NOW)
    shop = Erp(**{"A-1": 5, "OLD": 7})
    run = pull(erp, shop)
    assert shop.asked == [RemoteItem("A-1"), RemoteItem("B-2")]
    assert levels() == {"A-1": 5}
    assert messages_of(run) == ["No product variant found for SKU OLD."]


def test_another_spelling_is_matched_if_exactly_one_variant_has_its_key(erp: Connection) -> None:
    make_variant("Straße-1"), make_variant("twin"), make_variant("TWIN")
    run = pull(erp, Erp(**{" STRASSE-1": 5, "Twin": 4}))
    assert levels() == {"Straße-1": 5}
    assert messages_of(run) == ["More than one product variant matches SKU Twin: TWIN, twin."]


def test_what_we_have_and_they_do_not_know_is_neither_missing_nor_noted(erp: Connection) -> None:
    make_variant("A-1"), make_variant("PARTNER-bluedoor-1")
    run = pull(erp, Erp(**{"A-1": 5}))
    assert counts_of(run) == {"processed": 1, "created": 1}
    assert messages_of(run) == []


def test_an_alias_says_which_variant_their_sku_is(erp: Connection) -> None:
    ours, other = make_variant("OURS"), make_variant("THEIRS")
    alias(erp, "THEIRS", ours)
    shop = Erp(THEIRS=5)
    run = pull(erp, shop)
    assert levels() == {"OURS": 5}
    assert [item.sku for item in shop.asked] == ["THEIRS", "OURS", "THEIRS"]
    assert counts_of(run) == {"processed": 1, "created": 1}
    assert not StockLevel.objects.filter(variant=other).exists()


def test_of_a_sku_and_its_alias_in_one_answer_the_lower_number_counts(erp: Connection) -> None:
    alias(erp, "THEIRS", make_variant("OURS"))
    run = pull(erp, Erp(OURS=9, THEIRS=4))
    assert levels() == {"OURS": 4}
    assert messages_of(run) == ["Twice in the answer, 9 and 4; the lower number counts."]
    run = pull(erp, Erp(OURS=4, THEIRS=3))
    assert levels() == {"OURS": 3}
    assert counts_of(run) == {"processed": 2, "updated": 1, "skipped": 1}


def test_a_run_for_one_sku_reads_that_one_of_whatever_comes(erp: Connection) -> None:
    make_variant("A-1"), make_variant("B-2")
    run = pull(erp, Erp(**{"A-1": 5, "B-2": 6, "C-9": 3}), skus=["a-1", "NONE"])
    assert levels() == {"A-1": 5}
    assert counts_of(run) == {"processed": 1, "created": 1, "skipped": 1}
    assert messages_of(run) == ["No product variant found for SKU NONE."]
    assert not UnmatchedSku.objects.exists()


def test_a_run_for_a_sku_nobody_has_asks_nothing(erp: Connection) -> None:
    shop = Erp(**{"A-1": 5})
    run = pull(erp, shop, skus=["NONE"])
    assert (shop.asked, counts_of(run)) == ([], {"skipped": 1})


def test_an_empty_answer_is_held_once_there_are_numbers(erp: Connection) -> None:
    make_variant("A-1")
    assert counts_of(pull(erp, Erp())) == {}
    pull(erp, Erp(**{"A-1": 5}))
    with pytest.raises(Held, match="empty"):
        pull(erp, Erp())
    assert levels() == {"A-1": 5}


def test_a_sku_they_no_longer_name_keeps_its_number(erp: Connection) -> None:
    make_variant("A-1"), make_variant("B-2")
    pull(erp, Erp(**{"A-1": 5, "B-2": 6}))
    run = pull(erp, Erp(**{"A-1": 5}))
    assert counts_of(run) == {"processed": 1, "unchanged": 1, "skipped": 1}
    assert StockLevel.objects.get(variant__sku="B-2").missing_since == NOW
    assert pull(erp, Erp(**{"A-1": 5, "B-2": 6})).record.unchanged == 2
    assert not StockLevel.objects.exclude(missing_since=None).exists()
    assert StockChange.objects.count() == 2


def test_levels_of_a_partner_are_not_the_erps(partner: Partner, erp: Connection) -> None:
    variant = make_variant("A-1")
    pull(erp, Erp(**{"A-1": 5}))
    assert set(StockLevel.objects.values_list("location__connection", "variant")) == {
        (erp.pk, variant.pk)
    }
