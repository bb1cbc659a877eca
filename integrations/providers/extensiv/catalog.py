"""Products and stock, under the names either kind of server gives them."""

from typing import Any

from integrations.providers.extensiv.pages import Row
from integrations.said import Said, amount, as_text, units
from integrations.types import RemoteProduct, RemoteVariant, StockItem

# Name of ours -> theirs, the first that says anything (requirements CAT-11).
SKU = ("sku", "item_sku", "itemIdentifier.sku")
TITLE = ("product_name", "name", "title", "description")
BRAND = ("brand", "manufacturer")
PRICE = ("price", "unit_price")
AVAILABLE = ("quantity_available", "available")
ON_HAND = ("quantity_on_hand", "on_hand", "onHand")
ALLOCATED = ("quantity_allocated", "quantity_reserved", "allocated")
FACTS = {
    "batch": ("batch_number", "lot_number"),
    "certificate_url": ("coa_url", "certificate_url"),
}
LOCATION_ID, LOCATION_NAME = "all", "Warehouse"


def first_of(said: Said, names: tuple[str, ...]) -> Any:
    """The first of these that says anything; a blank text says nothing."""
    values = (said.get(name) for name in names)
    return next((one for one in values if one is not None and one != ""), None)


def id_of(row: Row) -> str:
    """Their id of a product; its SKU where it has none."""
    said = Said(row)
    return said.text("id", "product_id", "itemIdentifier.id") or said.text(*SKU)


def read_product(row: Row, currency: str) -> RemoteProduct:
    """One product with its one variant."""
    said = Said(row)
    name = said.text(*TITLE) or said.text(*SKU)
    variant = RemoteVariant(
        external_id=id_of(row),
        sku=said.text(*SKU),
        title="",
        price=amount(first_of(said, PRICE)),
        barcode=said.text("barcode", "upc"),
        available=units(first_of(said, AVAILABLE)),
        facts=_facts(said),
    )
    return RemoteProduct(
        external_id=id_of(row),
        title=name,
        currency=currency,
        variants=(variant,),
        vendor=said.text(*BRAND),
        product_type=said.text("category", "product_type"),
        description=said.text("description"),
        status=said.text("status") or "active",
        image_url=said.text("image_url"),
    )


def _facts(said: Said) -> tuple[tuple[str, str], ...]:
    """What law wants told of it. A link is kept only if it leads to the web."""
    found = {"thc": _thc(said)}
    found |= {name: _text(first_of(said, names)) for name, names in FACTS.items()}
    if not found["certificate_url"].startswith(("https://", "http://")):
        found["certificate_url"] = ""
    return tuple((name, value) for name, value in found.items() if value)


def _thc(said: Said) -> str:
    """As they write it; a bare number under the name that says milligrams gets its unit."""
    content, milligrams = (_text(first_of(said, (name,))) for name in ("thc_content", "thc_mg"))
    is_bare = amount(milligrams) is not None
    return content or (f"{milligrams} mg" if is_bare else milligrams)


def _text(value: Any) -> str:
    number = amount(value) if not isinstance(value, str) else None
    return as_text(value) or ("" if number is None else f"{number:f}")


def read_stock(row: Row) -> StockItem:
    """Its units. A number nobody can use is None, never 0."""
    said = Said(row)
    return StockItem(
        sku=said.text(*SKU),
        available=units(first_of(said, AVAILABLE)),
        external_id=said.text("id", "product_id", "itemIdentifier.id"),
        location_id=LOCATION_ID,
        location_name=LOCATION_NAME,
        on_hand=units(first_of(said, ON_HAND)),
        allocated=units(first_of(said, ALLOCATED)),
    )
