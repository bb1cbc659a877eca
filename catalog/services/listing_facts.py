"""A variant as a provider told it, cleaned into the columns of a Listing."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.models import Listing, normalize_sku
from integrations.models import Connection
from integrations.types import RemoteProduct, RemoteVariant

MOST_DESCRIPTION = 60_000
MOST_PRICE = Decimal(10) ** 10
MOST_UNITS = 10_000_000
# Facts of a batch, and how many characters their columns hold.
MOST_FACT = {"thc": 60, "batch": 120, "certificate_url": 500}


class Refused(Exception):
    """This row of the answer cannot be kept; the sentence says why."""


def facts_of(product: RemoteProduct, variant: RemoteVariant) -> dict[str, Any]:
    """The columns of its listing, with their digest. Raises Refused with a sentence.

    Titles are cut to what the column holds; ids and SKUs never, they would name something else.
    """
    sku = clean(variant.sku)
    facts = {
        "external_product_id": within(product.external_id, 200, "product id"),
        "external_item_id": within(variant.item_id, 200, "item id"),
        "sku": within(sku, 255, "SKU"),
        "sku_key": normalize_sku(sku)[:255],
        "title": clean(product.title)[:255],
        "variant_title": variant_title(variant),
        "attributes": attributes_of(product, variant),
        "price": price_of(variant),
        "currency": currency_of(product),
        "image_url": image_of(product),
        "remote_status": clean(product.status).lower()[:20],
        "available": units_of(variant),
    }
    if not variant.external_id or within(variant.external_id, 200, "id") != variant.external_id:
        raise Refused("It has no id we can keep.")
    facts["cost"] = facts["price"]
    facts["digest"] = digest_of(facts)
    return facts


def make_listing(
    connection: Connection, external_id: str, facts: dict[str, Any], seen_at: datetime
) -> Listing:
    """An unsaved listing with these facts; `variant` and what we published are not among them."""
    return Listing(connection=connection, external_id=external_id, seen_at=seen_at, **facts)


def digest_of(facts: dict[str, Any]) -> str:
    """The same for the same facts, whatever their order and however a price is written."""
    plain = {k: v.normalize() if isinstance(v, Decimal) else v for k, v in facts.items()}
    text = json.dumps(plain, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def clean(text: str) -> str:
    """Without what PostgreSQL cannot store (NUL, lone surrogates) and without outer blanks."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()


def within(text: str, longest: int, what: str) -> str:
    if len(text) > longest:
        raise Refused(f"Its {what} has {len(text)} characters; at most {longest} are kept.")
    return clean(text)


def variant_title(variant: RemoteVariant) -> str:
    """Empty where the product has nothing to choose from (Shopify then says Default Title)."""
    title = clean(variant.title)[:255]
    return "" if title == "Default Title" else title


def image_of(product: RemoteProduct) -> str:
    url = clean(product.image_url)
    return url if url.startswith(("https://", "http://")) and len(url) <= 500 else ""


def attributes_of(product: RemoteProduct, variant: RemoteVariant) -> dict[str, Any]:
    """What an import needs besides the columns. A description past 60,000 characters is left."""
    description = clean(product.description)
    return {
        "handle": clean(product.handle),
        "vendor": clean(product.vendor),
        "product_type": clean(product.product_type),
        "description": description if len(description) <= MOST_DESCRIPTION else "",
        "tags": [clean(tag) for tag in product.tags],
        "options": [[clean(name), clean(value)] for name, value in variant.options],
        "barcode": clean(variant.barcode)[:60],
        **facts_told(variant),
    }


def facts_told(variant: RemoteVariant) -> dict[str, Any]:
    """What a warehouse says of a batch; a system that says nothing leaves no trace of it.

    What is longer than its column is no such fact: half a link leads nowhere.
    """
    said = {name: clean(value) for name, value in variant.facts}
    facts = {
        name: said[name] for name, most in MOST_FACT.items() if 0 < len(said.get(name, "")) <= most
    }
    return {"facts": facts} if facts else {}


def price_of(variant: RemoteVariant) -> Decimal | None:
    price = variant.price
    if price is None:
        return None
    if not price.is_finite() or not 0 <= price < MOST_PRICE:
        raise Refused(f"Its price {price} is not an amount we can keep.")
    return price.quantize(Decimal("0.0001"))


def currency_of(product: RemoteProduct) -> str:
    if len(product.currency) != 3 or not product.currency.isalpha():
        raise Refused(f"{product.currency!r} is not a currency.")
    return product.currency.upper()


def units_of(variant: RemoteVariant) -> int | None:
    units = variant.available
    if not variant.tracked or units is None or abs(units) > MOST_UNITS:
        return None
    return units
