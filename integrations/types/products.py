"""Products as a provider has them, and as we want them in our own store."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class RemoteVariant:
    """One sellable variant at a provider. `price` is what they charge, in the product's currency.

    `item_id` is the id stock is kept under where that differs from `external_id`. `facts` are what
    law or trade want told of it, by our names: `thc`, `batch`, `certificate_url`.
    """

    external_id: str
    sku: str
    title: str
    item_id: str = ""
    price: Decimal | None = None
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()
    available: int | None = None
    tracked: bool = True
    requires_shipping: bool = True
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RemoteProduct:
    """A product with all its variants, as it stands at the provider."""

    external_id: str
    title: str
    currency: str
    variants: tuple[RemoteVariant, ...]
    handle: str = ""
    vendor: str = ""
    product_type: str = ""
    description: str = ""
    status: str = ""
    image_url: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewVariant:
    """A variant we want in our own store. `cost` is what we pay the partner."""

    sku: str
    price: Decimal
    cost: Decimal | None = None
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NewProduct:
    """The full set of variants of one product of our own store; `handle` is the upsert key."""

    handle: str
    title: str
    currency: str
    variants: tuple[NewVariant, ...]
    description: str = ""
    vendor: str = ""
    product_type: str = ""
    image_url: str = ""
    tags: tuple[str, ...] = ()
