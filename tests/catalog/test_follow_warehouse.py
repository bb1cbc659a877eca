"""A warehouse's catalog: linked by SKU, brands made, facts kept, prices its own."""

from decimal import Decimal

import pytest

from catalog.models import Brand, Listing, Partner, Product, Variant
from catalog.services.follow_warehouse import together
from catalog.services.import_products import preview_import
from catalog.services.listing_facts import MOST_FACT
from catalog.services.listings_from_stock import list_named, mark_listings
from catalog.services.partners import default_terms, make_partner, our_sku
from catalog.services.pull_products import pull_products
from catalog.services.write_imported import write_imported
from integrations import registry
from integrations.models import Connection, SyncChange
from integrations.types import AccountInfo, RemoteProduct, RemoteVariant
from tests.catalog.builders import make_connection, make_run
from tests.orders.builders import NOW, make_own_store, make_variant

pytestmark = pytest.mark.django_db
FACTS = (("thc", "3 mg"), ("batch", "L26-110"), ("certificate_url", "https://lab.example/1.pdf"))


class Catalog:
    """Answers with these products."""

    def __init__(self, *products):
        self.products = products

    def pull_products(self, since=None):
        yield from self.products


def told(variant):
    return tuple((name, getattr(variant, name)) for name, _ in FACTS)


def product(number=1, sku="GUM-10", brand="Greenline", price="8.50", facts=FACTS):
    variant = RemoteVariant(
        external_id=str(number), sku=sku, title="", price=Decimal(price), facts=facts
    )
    title = f"Gummies {number}"
    return RemoteProduct(str(number), title, "USD", (variant,), vendor=brand, status="active")


@pytest.fixture
def warehouse() -> Connection:
    row = make_connection("wms", provider="extensiv")
    make_partner(row, AccountInfo("wms.east.example", "Cold storage", currency="USD"))
    return row


def pull(warehouse, *products):
    run = make_run(warehouse, "products", Catalog(*products))
    pull_products(run)
    run.flush()
    return run


def test_its_terms_are_at_once_to_the_customer_and_nobody_approves():
    terms = default_terms(registry.provider_class("extensiv"))
    assert terms == {
        "dispatch": "immediate",
        "ship_to": "customer",
        "approval": "never",
        "markup": 0,
        "min_margin": 0,
    }
    assert default_terms(registry.provider_class("shopify-partner")) == {
        "dispatch": "weekly_append"
    }


def test_its_listing_links_itself_to_the_variant_of_that_sku(warehouse):
    ours = make_variant("GUM-10", cost="10.00")
    pull(warehouse, product(), product(2, "gum-20"), product(3, "NEW"))
    assert Listing.objects.get(external_id="1").variant == ours
    assert not Listing.objects.exclude(external_id="1").exclude(variant=None).exists()
    assert Listing.objects.get(external_id="1").price == Decimal("8.50")
    ours.refresh_from_db()
    assert ours.price == Decimal("20.00")


def test_other_letters_link_if_one_variant_alone_fits(warehouse):
    ours = make_variant("GUM-10")
    pull(warehouse, product(sku=" gum-10"))
    assert Listing.objects.get().variant == ours


def test_facts_and_brand_follow_with_a_note_each(warehouse):
    ours = make_variant("GUM-10")
    pull(warehouse, product())
    ours.refresh_from_db()
    assert told(ours) == FACTS
    assert ours.product.brand.name == "Greenline"
    run = pull(warehouse, product(facts=(("thc", "4 mg"), ("batch", "L26-110"))))
    ours.refresh_from_db()
    assert told(ours) == (("thc", "4 mg"), ("batch", "L26-110"), ("certificate_url", ""))
    moved = SyncChange.objects.filter(run=run.record, key="GUM-10").exclude(field="")
    assert {(one.field, one.before, one.after) for one in moved} == {
        ("THC", "3 mg", "4 mg"),
        ("Certificate", "https://lab.example/1.pdf", ""),
    }


def test_a_brand_is_made_once_whatever_its_capitals_and_never_replaces_ours(warehouse):
    make_variant("GUM-10"), make_variant("GUM-20")
    chosen = Brand.objects.create(name="House", name_key="house")
    Product.objects.filter(variants__sku="GUM-20").update(brand=chosen)
    pull(warehouse, product(brand="Green  Line"), product(2, "GUM-20", brand="GREEN LINE"))
    pull(warehouse, product(brand="green line"))
    assert sorted(Brand.objects.values_list("name", flat=True)) == ["Green Line", "House"]
    assert Product.objects.get(variants__sku="GUM-20").brand == chosen


def test_an_import_keeps_their_sku_and_takes_price_brand_and_facts(warehouse):
    own = make_own_store()
    pull(warehouse, product(sku="NEW-1"))
    partner = Partner.objects.get(connection=warehouse)
    assert our_sku(partner, " NEW-1 ") == "NEW-1"
    Partner.objects.filter(code="us").update(currency="USD")
    plan = preview_import(partner, [Listing.objects.get().pk])
    (row,) = plan.rows
    assert (row.sku, row.price, row.outcome) == ("NEW-1", Decimal("8.50"), "create")
    write_imported(plan, [row])
    made = Variant.objects.get(sku="NEW-1")
    assert (made.price, told(made), made.product.brand.name) == (
        Decimal("8.50"),
        FACTS,
        "Greenline",
    )
    assert own.pk != warehouse.pk


def test_a_warehouse_without_a_catalog_lists_what_its_stock_names_in_its_spelling():
    harbor = make_connection("harbor", provider="veracore")
    mug, cup = make_variant("MUG"), make_variant("CUP")
    assert list_named(harbor, [("mug ", mug.pk), ("CUP", cup.pk)], NOW) == 2
    assert list_named(harbor, [("mug ", mug.pk)], NOW) == 0
    rows = {row.variant: row for row in Listing.objects.filter(connection=harbor)}
    assert (rows[mug].sku, rows[mug].price, rows[cup].external_id) == ("mug ", None, "CUP")
    mark_listings(harbor, [mug.pk], [], NOW)
    assert Listing.objects.get(variant=mug).missing_since == NOW
    mark_listings(harbor, [], [mug.pk], NOW)
    assert Listing.objects.get(variant=mug).missing_since is None


def test_a_variant_in_two_warehouses_is_of_both_batches(warehouse):
    ours = make_variant("GUM-10")
    other = make_connection("other.example", provider="extensiv")
    pull(warehouse, product())
    pull(other, product(facts=(("thc", "3 mg"), ("batch", "LOT-77"))))
    ours.refresh_from_db()
    assert told(ours) == (("thc", "3 mg"), ("batch", "L26-110, LOT-77"), FACTS[2])
    pull(warehouse, product(facts=(("batch", "L26-111"),)))
    ours.refresh_from_db()
    assert (ours.batch, ours.certificate_url) == ("L26-111, LOT-77", "")
    many = [{"batch": "B" * 50 + str(number)} for number in range(4)]
    assert together(many)["batch"] == f"{'B' * 50}0, {'B' * 50}1"


def test_what_fits_no_column_is_no_fact(warehouse):
    for name, most in MOST_FACT.items():
        assert Variant._meta.get_field(name).max_length == most
    ours = make_variant("GUM-10")
    pull(warehouse, product(facts=(("thc", "9" * 61), ("batch", "L26-110"))))
    ours.refresh_from_db()
    assert (ours.thc, ours.batch) == ("", "L26-110")
