"""Partners with imported listings and levels, to start inventory tests from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from catalog.models import Listing, Partner, Product, Variant
from integrations.models import Connection
from integrations.services.runs import Run
from integrations.types import StockItem
from inventory.models import Location, StockLevel
from inventory.services.apply_stock import sync_stock
from tests.catalog.builders import NOW, PartnerShop, make_listing, make_run, make_variant

SKU = "PARTNER-bluedoor-SKU-1"


def make_location(
    connection: Connection | None, external_id: str = "L1", **facts: object
) -> Location:
    values = {"name": "Main", "as_of": NOW}
    return Location.objects.create(
        connection=connection, external_id=external_id, **(values | facts)
    )


def make_level(location: Location, variant: Variant, available: int) -> StockLevel:
    return StockLevel.objects.create(
        location=location, variant=variant, available=available, as_of=NOW
    )


def imported(partner: Partner, number: int = 1) -> Variant:
    """A variant that is linked to a listing of the partner."""
    variant = make_variant(f"PARTNER-{partner.code}-SKU-{number}")
    make_listing(partner, number, variant=variant)
    return variant


def many_imported(partner: Partner, count: int) -> list[Variant]:
    """The same for many, in a few statements."""
    product = Product.objects.create(title="Many", handle=f"many-{partner.code}")
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=f"{partner.code}-{n}", sku_key=f"{partner.code}-{n}")
        for n in range(count)
    )
    Listing.objects.bulk_create(
        Listing(
            connection=partner.connection, external_id=f"V{n}", external_product_id="P",
            external_item_id=f"I{n}", sku=f"S{n}", title="Many", currency="USD",
            variant=variant, seen_at=NOW,
        )
        for n, variant in enumerate(variants)
    )  # fmt: skip
    return variants


def list_in(own: Connection, variant: Variant, **facts: Any) -> Listing:
    """The variant in our own store."""
    values = {
        "external_id": f"V/{variant.sku}", "external_product_id": "P",
        "external_item_id": f"I/{variant.sku}", "sku": variant.sku, "title": "Coffee",
        "currency": "USD", "seen_at": NOW,
    }  # fmt: skip
    return Listing.objects.create(connection=own, variant=variant, **(values | facts))


def said(numbers: Sequence[int | None], location: str = "L1") -> list[StockItem]:
    """An answer with these available units for the partner's listings 1, 2, 3 ..."""
    return [
        StockItem(f"SKU-{n}", units, item_id=f"bluedoor-I{n}", location_id=location,
                  location_name="Main")
        for n, units in enumerate(numbers, start=1)
    ]  # fmt: skip


def levels() -> dict[str, int]:
    """Available units by SKU, for variants at one location."""
    rows = StockLevel.objects.order_by("variant__sku")
    return dict(rows.values_list("variant__sku", "available"))


def missing_since(variant: Variant) -> datetime | None:
    return StockLevel.objects.get(variant=variant).missing_since


def sync(
    partner: Partner, shop: PartnerShop, answer: list[Any] | None = None, **params: Any
) -> Run:
    """One stock run; `answer` is what the shop says from now on."""
    if answer is not None:
        shop.stock = answer
    assert partner.connection
    run = make_run(partner.connection, "stock", shop, **params)
    sync_stock(run)
    run.flush()
    return run
