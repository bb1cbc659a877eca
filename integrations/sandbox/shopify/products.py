"""Products, variants and their stock levels."""

import re
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

DEFAULT_OPTION = "Title"
DEFAULT_VALUE = "Default Title"


class Level(BaseModel):
    """Stock of a variant at a location, in units."""

    available: int = 0
    committed: int = 0
    incoming: int = 0
    reserved: int = 0
    updated_at: datetime

    @property
    def on_hand(self) -> int:
        return self.available + self.committed + self.reserved

    def quantity(self, name: str) -> int | None:
        """The figure of this name, None for a name Shopify does not know."""
        figures = {
            "available": self.available,
            "on_hand": self.on_hand,
            "committed": self.committed,
            "incoming": self.incoming,
            "reserved": self.reserved,
        }
        return figures.get(name)


class Variant(BaseModel):
    """A variant and its inventory item; `levels` by location id."""

    id: int
    item_id: int
    product_id: int
    options: dict[str, str]
    sku: str | None = None
    barcode: str | None = None
    price: Decimal
    compare_at_price: Decimal | None = None
    cost: Decimal | None = None
    position: int = 1
    inventory_policy: str = "DENY"
    tracked: bool = True
    requires_shipping: bool = True
    taxable: bool = True
    grams: int = 0
    levels: dict[int, Level] = {}
    created_at: datetime
    updated_at: datetime

    @property
    def title(self) -> str:
        return " / ".join(self.options.values())

    @property
    def available(self) -> int:
        """Sellable units over all locations."""
        return sum(level.available for level in self.levels.values())

    @property
    def is_default(self) -> bool:
        return self.title == DEFAULT_VALUE


class OptionValue(BaseModel):
    id: int
    name: str


class Option(BaseModel):
    id: int
    name: str
    values: list[OptionValue]


class Product(BaseModel):
    """A product; `published_on` holds publication ids."""

    id: int
    title: str
    handle: str
    status: str = "ACTIVE"
    vendor: str = ""
    product_type: str = ""
    description_html: str = ""
    tags: list[str] = []
    gift_card: bool = False
    options: list[Option] = []
    variants: list[Variant] = []
    published_on: list[int] = []
    created_at: datetime
    updated_at: datetime

    @property
    def text(self) -> str:
        """The description without markup."""
        return re.sub(r"<[^>]*>", "", self.description_html).strip()
