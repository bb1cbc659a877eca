"""What we publish of a partner's product: built from its listings, compared by digest."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from decimal import Decimal

from catalog.models import Listing
from catalog.money import places_of, round_money
from integrations.types import NewProduct, NewVariant


def describe(lead: Listing, handle: str) -> NewProduct:
    """The product without its variants, as its leading listing has it."""
    facts = lead.attributes
    return NewProduct(
        handle=handle,
        title=lead.title,
        currency=lead.currency,
        variants=(),
        description=facts.get("description", ""),
        vendor=facts.get("vendor", ""),
        product_type=facts.get("product_type", ""),
        image_url=lead.image_url,
        tags=tuple(facts.get("tags", ())),
    )


def new_variant(listing: Listing, sku: str, price: Decimal) -> NewVariant:
    """One variant of ours; its cost is their price."""
    places = places_of(listing.currency)
    options = tuple((name, value) for name, value in listing.attributes.get("options", ()))
    return NewVariant(
        sku=sku,
        price=round_money(price, places),
        cost=None if listing.cost is None else round_money(listing.cost, places),
        barcode=listing.attributes.get("barcode", ""),
        options=options,
    )


def lead_of(listings: Sequence[Listing]) -> Listing:
    """Whose texts stand for the whole product: the first one still at the partner."""
    return min(listings, key=lambda row: (row.missing_since is not None, row.pk))


def publish_digest(product: NewProduct, variant: NewVariant) -> str:
    """The same as long as our store would be told the same about this variant."""
    told = asdict(replace(product, variants=(variant,)))
    text = json.dumps(told, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    return str(value.normalize()) if isinstance(value, Decimal) else str(value)
