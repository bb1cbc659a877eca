"""Stock: what is on hand, reserved and available, added up over their warehouses."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from integrations.providers.veracore.orders import SKU
from integrations.said import Said, units
from integrations.types import StockItem

Row = Mapping[str, Any]
ON_HAND = ("OnHandQuantity", "QuantityOnHand", "OnHand")
RESERVED = ("ReservedQuantity", "QuantityReserved", "Reserved")
AVAILABLE = ("AvailableQuantity", "QuantityAvailable", "Available")
INCOMING = ("OnOrderQuantity", "OnOrder", "ExpectedQuantity")
# One place for the whole account: orders name no warehouse either.
LOCATION_ID, LOCATION_NAME = "all", "All warehouses"


def read(rows: Iterable[Row]) -> list[StockItem]:
    """One item per SKU, in their order of SKUs. A number nobody can use is None, never 0."""
    found = sorted((_item(row) for row in rows), key=lambda item: item.sku)
    return [_sum(list(same)) for _, same in groupby(found, key=lambda item: item.sku)]


def _item(row: Row) -> StockItem:
    said = Said(row)
    on_hand, reserved = units(said.get(*ON_HAND)), units(said.get(*RESERVED))
    available = units(said.get(*AVAILABLE))
    if said.get(*AVAILABLE) is None and on_hand is not None and reserved is not None:
        available = on_hand - reserved
    return StockItem(
        sku=said.text(*SKU),
        available=available,
        location_id=LOCATION_ID,
        location_name=LOCATION_NAME,
        on_hand=on_hand,
        allocated=reserved,
        in_transit=units(said.get(*INCOMING)),
    )


def _sum(items: list[StockItem]) -> StockItem:
    """A sum with an unknown part is unknown."""
    if len(items) == 1:
        return items[0]
    return replace(
        items[0],
        available=_total([item.available for item in items]),
        on_hand=_total([item.on_hand for item in items]),
        allocated=_total([item.allocated for item in items]),
        in_transit=_total([item.in_transit for item in items]),
    )


def _total(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
