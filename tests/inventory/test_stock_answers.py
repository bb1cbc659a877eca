"""An answer of stock: whose number it is, what cannot be used, what is missing."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.models import Partner, Variant
from integrations.types import StockItem
from inventory.models import StockChange, StockLevel
from tests.catalog.builders import NOW, PartnerShop, counts_of, messages_of, notes_of
from tests.inventory.builders import SKU, imported, levels, missing_since, said, sync


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
