"""What a lying stock feed shows: items missing, at zero, with odd numbers, or twice."""

import math
import zlib
from dataclasses import dataclass

from integrations.sandbox.faults import STOCK_MODES, Dial, Mode
from integrations.sandbox.shopify.models import Store
from integrations.sandbox.shopify.products import Variant

TWIN_DIFFERS_BY = 7
# What no Int can carry is put into the finished JSON in the place of a number nobody has.
MARKERS = {
    "null": (2_147_480_001, "null"),
    "text": (2_147_480_002, '"12 pcs"'),
    "fraction": (2_147_480_003, "3.7"),
    "huge": (2_147_480_004, "9223372036854775808"),
}
NEGATIVE = -5
MIXED = ("null", "negative", "text", "fraction", "huge")


@dataclass(frozen=True)
class StockLie:
    """One lie about a share of a store's variants, the same ones in every call."""

    mode: Mode
    odd: str
    places: dict[int, int]  # variant id -> its place among those lied about

    @classmethod
    def told_by(cls, dial: Dial | None, store: Store) -> "StockLie | None":
        """The lie of a stock dial; None for any other."""
        if dial is None or dial.mode not in STOCK_MODES:
            return None
        every = sorted(store.variants(), key=lambda one: (zlib.crc32(str(one.id).encode()), one.id))
        count = math.ceil(dial.share * len(every))
        places = {one.id: place for place, one in enumerate(every[:count])}
        return cls(dial.mode, dial.odd, places)

    def hides(self, variant: Variant) -> bool:
        if self.mode == Mode.EMPTY_INVENTORY:
            return True
        return self.mode == Mode.STOCK_SHORT and variant.id in self.places

    def doubles(self, variant: Variant) -> bool:
        return self.mode == Mode.STOCK_TWICE and variant.id in self.places

    def shown(self, variant: Variant, quantity: int) -> int:
        """The figure, or what is shown in its place."""
        place = self.places.get(variant.id)
        if place is None:
            return quantity
        if self.mode == Mode.STOCK_ZEROS:
            return 0
        if self.mode == Mode.STOCK_ODD:
            kind = MIXED[place % len(MIXED)] if self.odd == "mixed" else self.odd
            return MARKERS[kind][0] if kind in MARKERS else NEGATIVE
        return quantity


def with_odd_numbers(lie: StockLie | None, body: bytes) -> bytes:
    """The finished answer with the marked numbers replaced."""
    if lie is None or lie.mode != Mode.STOCK_ODD:
        return body
    for marker, shown in MARKERS.values():
        body = body.replace(str(marker).encode(), shown.encode())
    return body
