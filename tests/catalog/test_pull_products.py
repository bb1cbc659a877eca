from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import Listing, Partner
from catalog.services.pull_products import pull_products
from integrations.errors import BadResponse
from integrations.services.runs import Held, Run
from integrations.types import RemoteVariant
from tests.catalog.builders import (
    NOW,
    PartnerShop,
    counts_of,
    make_run,
    make_variant,
    messages_of,
    notes_of,
    remote_product,
)


def pull(partner: Partner, shop: PartnerShop, **params: Any) -> Run:
    assert partner.connection
    run = make_run(partner.connection, "products", shop, **params)
    pull_products(run)
    return run


def test_every_variant_becomes_a_listing(partner: Partner, partner_shop: PartnerShop) -> None:
    small = RemoteVariant(
        "V1", "HB-250", "250 g", item_id="I1", price=Decimal("9.50"), barcode="123",
        options=(("Size", "250 g"),), available=4,
    )  # fmt: skip
    large = replace(small, external_id="V2", sku="HB-1000", title="1 kg", available=None)
    partner_shop.products = [
        remote_product(1, variants=(small, large), vendor="Roast", description="<p>Good</p>")
    ]
    assert counts_of(pull(partner, partner_shop)) == {"processed": 2, "created": 2}
    listing = Listing.objects.get(external_id="V1")
    assert (listing.sku, listing.sku_key, listing.variant_title) == ("HB-250", "hb-250", "250 g")
    assert (listing.price, listing.cost, listing.currency) == (Decimal("9.5"),) * 2 + ("USD",)
    assert (listing.available, listing.external_item_id) == (4, "I1")
    assert listing.variant is None
    assert listing.attributes == {
        "handle": "product-1", "vendor": "Roast", "product_type": "", "description": "<p>Good</p>",
        "tags": [], "options": [["Size", "250 g"]], "barcode": "123",
    }  # fmt: skip


def test_an_unchanged_pull_writes_no_listing_but_when_it_was_seen(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(n) for n in range(1, 6)]
    pull(partner, partner_shop)
    assert partner.connection
    run = make_run(partner.connection, "products", partner_shop)
    with CaptureQueriesContext(database) as queries:
        pull_products(run)
    assert counts_of(run) == {"processed": 5, "unchanged": 5}
    assert [q["sql"].split()[0] for q in queries] == ["SELECT", "UPDATE"]
    assert notes_of(run) == []


def test_300_new_listings_take_a_few_statements(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(n) for n in range(300)]
    assert partner.connection
    run = make_run(partner.connection, "products", partner_shop)
    with CaptureQueriesContext(database) as queries:
        pull_products(run)
    assert len(queries) <= 16  # SQLite takes 999 values a statement, PostgreSQL a page
    assert Listing.objects.count() == 300


def test_a_new_price_is_kept_and_noted_with_before_and_after(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(1)]
    pull(partner, partner_shop)
    variant = make_variant(price=Decimal("12.50"))
    Listing.objects.update(variant=variant)
    partner_shop.products = [remote_product(1, variant_price=Decimal("11.00"))]
    run = pull(partner, partner_shop)
    assert notes_of(run) == [("SKU-1", "price", "10.0000", "11.0000", "applied")]
    assert messages_of(run) == ["Their price changed; ours stays until you import it again."]
    listing = Listing.objects.get()
    assert (listing.cost, listing.variant) == (Decimal(11), variant)
    variant.refresh_from_db()
    assert variant.price == Decimal("12.5")


def test_title_sku_and_status_changes_are_noted(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(1)]
    pull(partner, partner_shop)
    partner_shop.products = [
        remote_product(1, title="New", status="archived", variant_sku="SKU-1B")
    ]
    assert notes_of(pull(partner, partner_shop)) == [
        ("SKU-1B", "title", "Product 1", "New", "applied"),
        ("SKU-1B", "sku", "SKU-1", "SKU-1B", "applied"),
        ("SKU-1B", "remote_status", "active", "archived", "applied"),
    ]


def test_a_listing_that_is_gone_is_marked_and_not_deleted(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(1), remote_product(2)]
    pull(partner, partner_shop)
    partner_shop.products = [remote_product(1)]
    run = pull(partner, partner_shop)
    assert counts_of(run) == {"processed": 1, "unchanged": 1, "skipped": 1}
    assert messages_of(run) == ["No longer at the partner; it stays here, marked missing."]
    assert dict(Listing.objects.values_list("external_id", "missing_since")) == {
        "V1": None,
        "V2": NOW,
    }
    assert counts_of(pull(partner, partner_shop)) == {"processed": 1, "unchanged": 1}


def test_a_listing_that_comes_back_is_not_missing_any_more(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(1), remote_product(2)]
    pull(partner, partner_shop)
    Listing.objects.filter(external_id="V2").update(missing_since=NOW)
    run = pull(partner, partner_shop)
    assert counts_of(run) == {"processed": 2, "unchanged": 1, "updated": 1}
    assert messages_of(run) == ["It is back at the partner."]
    assert not Listing.objects.exclude(missing_since=None).exists()


def test_a_pull_that_breaks_off_marks_nothing_missing(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(1), remote_product(2)]
    pull(partner, partner_shop)
    partner_shop.products = [remote_product(1), BadResponse("The answer was cut short.")]
    with pytest.raises(BadResponse):
        pull(partner, partner_shop)
    assert not Listing.objects.exclude(missing_since=None).exists()


def test_an_empty_answer_is_held_and_changes_nothing(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(1)]
    pull(partner, partner_shop)
    partner_shop.products = []
    with pytest.raises(Held, match="no products") as held:
        pull(partner, partner_shop)
    assert held.value.reason == "empty"
    assert Listing.objects.get().missing_since is None


def test_most_listings_gone_at_once_are_held(partner: Partner, partner_shop: PartnerShop) -> None:
    partner_shop.products = [remote_product(n) for n in range(20)]
    pull(partner, partner_shop)
    partner_shop.products = [remote_product(n) for n in range(9)]
    with pytest.raises(Held, match="11 of 20 listings"):
        pull(partner, partner_shop)
    assert not Listing.objects.exclude(missing_since=None).exists()


def test_the_first_of_two_rows_with_one_id_counts(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [remote_product(1), remote_product(1, variant_sku="OTHER")]
    run = pull(partner, partner_shop)
    assert counts_of(run) == {"processed": 2, "created": 1, "skipped": 1}
    assert messages_of(run) == ["Twice in the answer; the first one counts."]
    assert Listing.objects.get().sku == "SKU-1"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"variant_price": Decimal("NaN")}, "Its price NaN is not an amount we can keep."),
        ({"variant_price": Decimal("-1")}, "Its price -1 is not an amount we can keep."),
        ({"variant_price": Decimal("1E+11")}, "Its price 1E+11 is not an amount we can keep."),
        ({"currency": ""}, "'' is not a currency."),
        ({"variant_sku": "x" * 256}, "Its SKU has 256 characters; at most 255 are kept."),
        ({"variant_external_id": "V" * 201}, "Its id has 201 characters; at most 200 are kept."),
    ],
)
def test_a_row_we_cannot_keep_is_rejected_and_the_others_go_on(
    partner: Partner, partner_shop: PartnerShop, facts: dict[str, Any], message: str
) -> None:
    partner_shop.products = [remote_product(1, **facts), remote_product(2)]
    run = pull(partner, partner_shop)
    assert counts_of(run) == {"processed": 2, "created": 1, "failed": 1}
    assert messages_of(run) == [message]
    assert Listing.objects.get().external_id == "V2"


def test_long_titles_are_cut_and_odd_characters_dropped(
    partner: Partner, partner_shop: PartnerShop
) -> None:
    partner_shop.products = [
        remote_product(1, title="T" * 300, description="a\x00b\ud800c", image_url="javascript:x")
    ]
    pull(partner, partner_shop)
    listing = Listing.objects.get()
    assert listing.title == "T" * 255
    assert listing.attributes["description"] == "abc"
    assert listing.image_url == ""


def test_no_price_is_kept_as_no_price(partner: Partner, partner_shop: PartnerShop) -> None:
    partner_shop.products = [remote_product(1, variant_price=None)]
    pull(partner, partner_shop)
    assert Listing.objects.get().price is None


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"variant_price": None}, "They gave no price; the last one stays."),
        ({"variant_price": Decimal(0)}, "A price of 0.00 cannot be right; the last one stays."),
        (
            {"currency": "CAD"},
            "Its price is in CAD now, it was in USD; the last one stays.",
        ),
    ],
)
def test_a_price_that_is_none_never_replaces_the_one_we_sell_by(
    partner: Partner, partner_shop: PartnerShop, facts: dict[str, Any], why: str
) -> None:
    partner_shop.products = [remote_product(1), remote_product(2)]
    pull(partner, partner_shop)
    Listing.objects.filter(external_id="V1").update(variant=make_variant())
    partner_shop.products = [remote_product(1, **facts), remote_product(2, title="New")]
    run = pull(partner, partner_shop)
    assert (run.record.failed, run.record.updated) == (1, 1)
    assert why in messages_of(run)
    listing = Listing.objects.get(external_id="V1")
    assert (listing.price, listing.cost, listing.currency) == (10, 10, "USD")
    assert listing.missing_since is None


def test_an_untracked_variant_has_no_number(partner: Partner, partner_shop: PartnerShop) -> None:
    partner_shop.products = [remote_product(1, variant_available=9, variant_tracked=False)]
    pull(partner, partner_shop)
    assert Listing.objects.get().available is None


def test_a_dry_run_tells_and_writes_nothing(partner: Partner, partner_shop: PartnerShop) -> None:
    partner_shop.products = [remote_product(1), remote_product(2)]
    pull(partner, partner_shop)
    partner_shop.products = [remote_product(1, title="New"), remote_product(3)]
    run = pull(partner, partner_shop, dry_run=True)
    assert counts_of(run) == {"processed": 2, "created": 1, "updated": 1, "skipped": 1}
    assert notes_of(run)[0] == ("SKU-1", "title", "Product 1", "New", "skipped")
    assert list(Listing.objects.values_list("title", flat=True)) == ["Product 1", "Product 2"]
    assert not Listing.objects.exclude(missing_since=None).exists()
