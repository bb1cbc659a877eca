"""What a lying stock feed shows: SKUs missing, at zero, with odd numbers, or twice."""

import zlib
from collections.abc import Sequence
from typing import Any

from integrations.sandbox.faults import STOCK_MODES, Dial, Mode

from .models import Good

TWIN_DIFFERS_BY = 7
PLACES = 10_000
ODD: dict[str, Any] = {
    "null": None,
    "text": "12 pcs",
    "fraction": 3.7,
    "huge": 9223372036854775808,
    "negative": -5,
}
MIXED = tuple(ODD)


class StockLie:
    """One lie about a share of the SKUs, the same ones in every call."""

    def __init__(self, dial: Dial | None) -> None:
        told = dial is not None and dial.mode in STOCK_MODES
        self.dial = dial if told else None
        self.mode = self.dial.mode if self.dial is not None else None

    @property
    def is_about_rows(self) -> bool:
        """Whether it makes the list shorter or longer."""
        return self.mode in (Mode.EMPTY_INVENTORY, Mode.STOCK_SHORT, Mode.STOCK_TWICE)

    def hides(self, sku: str) -> bool:
        if self.mode == Mode.EMPTY_INVENTORY:
            return True
        return self.mode == Mode.STOCK_SHORT and self._is_about(sku)

    def rows(self, skus: Sequence[str]) -> list[tuple[str, int]]:
        """What is listed, each with the units that are added to it."""
        shown = [(sku, 0) for sku in skus if not self.hides(sku)]
        if self.mode == Mode.STOCK_TWICE:
            shown += [(sku, TWIN_DIFFERS_BY) for sku in skus if self._is_about(sku)]
        return shown

    def shown(self, good: Good, quantity: int) -> Any:
        """The figure, or what is shown in its place."""
        if self.dial is None or not self._is_about(good.sku):
            return quantity
        if self.mode == Mode.STOCK_ZEROS:
            return 0
        if self.mode == Mode.STOCK_ODD:
            mixed = MIXED[zlib.crc32(good.sku.encode()) % len(MIXED)]
            return ODD[mixed if self.dial.odd == "mixed" else self.dial.odd]
        return quantity

    def _is_about(self, sku: str) -> bool:
        place = zlib.crc32(sku.encode()) % PLACES
        return self.dial is not None and place < self.dial.share * PLACES
