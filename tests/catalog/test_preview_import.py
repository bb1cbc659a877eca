from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import Listing, Partner
from catalog.services.preview_import import CannotImport, ImportRow, preview_import
from integrations.models import Connection
from tests.catalog.builders import NOW, make_listing, make_partner, make_variant


def only_row(partner: Partner, listing: Listing, **options: Any) -> ImportRow:
    (row,) = preview_import(partner, [listing.pk], **options).rows
    return row


def test_a_new_listing_is_created_at_the_partners_markup(partner: Partner, own: Connection) -> None:
    row = only_row(partner, make_listing(partner))
    assert (row.outcome, row.sku, row.reason, row.warning) == (
        "create", "PARTNER-bluedoor-SKU-1", "", "",
    )  # fmt: skip
    assert (row.cost, row.price, row.margin, row.price_before) == (
        Decimal("10"), Decimal("12.50"), Decimal("0.2"), None,
    )  # fmt: skip


def test_markup_rounding_and_single_prices_can_be_set(partner: Partner, own: Connection) -> None:
    one, two = make_listing(partner, 1), make_listing(partner, 2)
    plan = preview_import(partner, [one.pk, two.pk], Decimal("0.3"), ".99", {two.pk: Decimal("20")})
    assert [row.price for row in plan.rows] == [Decimal("13.99"), Decimal("20.00")]
    assert plan.counts == {"create": 2, "update": 0, "skip": 0, "conflict": 0}


def test_a_thin_margin_warns_and_does_not_stop(partner: Partner, own: Connection) -> None:
    row = only_row(partner, make_listing(partner), markup=Decimal("0.1"))
    assert row.outcome == "create"
    assert row.warning == "The margin is 9.1%, under the least of 15%."


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"sku": "", "sku_key": ""}, "It has no SKU at the partner."),
        ({"sku": "x" * 90}, "Our SKU would have 107 characters; at most 100 fit."),
        ({"price": None}, "It has no price at the partner."),
        ({"price": Decimal(0)}, "It has no price at the partner."),
        ({"currency": "EUR"}, "Its price is in EUR, our store sells in USD."),
        ({"missing_since": NOW}, "The partner's store no longer has it."),
        (
            {"remote_status": "archived"},
            "At the partner it is archived, so it is not for sale there.",
        ),
    ],
)
def test_what_cannot_be_imported_says_why(
    partner: Partner, own: Connection, facts: dict[str, Any], reason: str
) -> None:
    row = only_row(partner, make_listing(partner, **facts))
    assert (row.outcome, row.reason) == ("conflict", reason)


def test_a_price_of_ours_must_be_above_zero(partner: Partner, own: Connection) -> None:
    listing = make_listing(partner)
    row = only_row(partner, listing, prices={listing.pk: Decimal("0.001")})
    assert (row.outcome, row.reason) == ("conflict", "Our price must be above zero.")


def test_a_sku_the_partner_has_twice_is_a_conflict(partner: Partner, own: Connection) -> None:
    listing = make_listing(partner, 1)
    make_listing(partner, 2, sku="sku-1", sku_key="sku-1")
    row = only_row(partner, listing)
    assert row.reason == "The partner has SKU SKU-1 more than once."


@pytest.mark.parametrize("facts", [{"missing_since": NOW}, {"remote_status": "archived"}])
def test_a_repeated_sku_counts_only_among_live_listings(
    partner: Partner, own: Connection, facts: dict[str, Any]
) -> None:
    listing = make_listing(partner, 1)
    make_listing(partner, 2, sku="SKU-1", sku_key="sku-1", **facts)
    assert only_row(partner, listing).outcome == "create"


def test_the_same_sku_at_another_partner_is_no_conflict(partner: Partner, own: Connection) -> None:
    make_listing(make_partner("other"))
    assert only_row(partner, make_listing(partner)).outcome == "create"


def test_our_sku_on_another_variant_is_a_conflict(partner: Partner, own: Connection) -> None:
    make_variant("PARTNER-bluedoor-SKU-1")
    row = only_row(partner, make_listing(partner))
    assert row.reason == "Our SKU PARTNER-bluedoor-SKU-1 belongs to another variant already."


def test_a_listing_made_anew_takes_the_place_of_the_missing_one(
    partner: Partner, own: Connection
) -> None:
    variant = make_variant("PARTNER-bluedoor-SKU-1", price=Decimal("12"))
    variant.product.source_partner = partner
    variant.product.save()
    make_listing(partner, 2, variant=variant, sku="SKU-1", sku_key="sku-1", missing_since=NOW)
    row = only_row(partner, make_listing(partner))
    assert (row.outcome, row.variant) == ("update", variant)
    assert row.reason == "It takes the place of a listing the partner removed."


def test_the_place_of_a_live_listing_is_not_taken(partner: Partner, own: Connection) -> None:
    variant = make_variant("PARTNER-bluedoor-OLD")
    variant.product.source_partner = partner
    variant.product.save()
    make_listing(partner, 2, variant=variant, sku="NEW", sku_key="new")
    row = only_row(partner, make_listing(partner, 1, sku="OLD", sku_key="old"))
    assert row.outcome == "conflict"


def test_listings_of_another_partner_are_left_out(partner: Partner, own: Connection) -> None:
    theirs = make_listing(make_partner("other"))
    assert preview_import(partner, [theirs.pk]).rows == ()


def test_without_an_own_store_there_is_nothing_to_import_into(partner: Partner) -> None:
    with pytest.raises(CannotImport, match="Connect your own store first"):
        preview_import(partner, [make_listing(partner).pk])


@pytest.mark.django_db
def test_a_partner_without_store_has_nothing_to_import(own: Connection) -> None:
    with pytest.raises(CannotImport, match="no connected store"):
        preview_import(Partner.objects.get(code="us"), [1])


@pytest.mark.parametrize("number", [1, 40])
def test_a_preview_takes_the_same_queries_for_any_number_of_rows(
    partner: Partner,
    own: Connection,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ids = [make_listing(partner, n).pk for n in range(number)]
    with django_assert_num_queries(6):
        plan = preview_import(partner, ids)
    assert plan.counts["create"] == number


def test_a_preview_writes_nothing(partner: Partner, own: Connection) -> None:
    listing = make_listing(partner)
    before = list(Listing.objects.values())
    preview_import(partner, [listing.pk])
    assert list(Listing.objects.values()) == before
