"""Stock: the whole list where the server offers it, else SKU by SKU; their text made numbers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from integrations.answers import Response
from integrations.providers.sellercloud.pages import Row
from integrations.said import Said, units
from integrations.types import RemoteItem, StockItem

LIST, DETAILS = "/api/Inventory", "/api/Inventory/Details"
SKU = ("ProductID", "SKU", "ID", "General.ProductID", "General.ID", "InventoryID")
ON_HAND = ("QuantityOnHand", "Inventory.PhysicalInventory", "PhysicalQty")
ALLOCATED = ("QuantityReserved", "Inventory.ReservedQtyTotal", "ReservedQty")
IN_TRANSIT = ("QuantityOnOrder", "Inventory.OnOrderQty", "OnOrder")
OF_ALL_WAREHOUSES = ("Inventory.AggregateQty", "AggregatedQty")
AVAILABLE = (
    "QuantityAvailable",
    "Inventory.AggregateQty",
    "InventoryAvailableQty",
    "AggregatedQty",
)
# One place for the whole account: the call for one SKU knows no warehouses, and a SKU that were
# kept once by warehouse and once as a whole would be there twice.
LOCATION_ID, LOCATION_NAME = "all", "All warehouses"


def key_of_row(row: Row) -> str:
    """What makes a row of the list one: a SKU may come once for each warehouse."""
    said = Said(row)
    warehouse = said.text("WarehouseName", "WarehouseID")
    return f"{said.text(*SKU)}\n{warehouse}"


def read_rows(rows: Iterable[Row]) -> Iterator[StockItem]:
    """One item per SKU; rows of several warehouses that follow each other are added up."""
    for sku, found in groupby(rows, key=lambda row: Said(row).text(*SKU)):
        yield _added_up(sku, list(found))


def _added_up(sku: str, rows: Sequence[Row]) -> StockItem:
    items = [_item(sku, Said(row)) for row in rows]
    if len(items) == 1:
        return items[0]
    whole = {units(Said(row).get(*OF_ALL_WAREHOUSES)) for row in rows}
    of_all = whole.pop() if len(whole) == 1 else None
    return replace(
        items[0],
        available=_sum([one.available for one in items]) if of_all is None else of_all,
        on_hand=_sum([one.on_hand for one in items]),
        allocated=_sum([one.allocated for one in items]),
        in_transit=_sum([one.in_transit for one in items]),
    )


def _sum(numbers: Sequence[int | None]) -> int | None:
    """None where one of them is not known: a part is not the whole."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _item(sku: str, said: Said) -> StockItem:
    return StockItem(
        sku=sku,
        available=units(said.get(*AVAILABLE)),
        location_id=LOCATION_ID,
        location_name=LOCATION_NAME,
        on_hand=units(said.get(*ON_HAND)),
        allocated=units(said.get(*ALLOCATED)),
        in_transit=units(said.get(*IN_TRANSIT)),
    )


def read_details(answer: Response, item: RemoteItem) -> Iterator[StockItem]:
    """What an answer says of the SKU that was asked for: nothing where they do not know it.

    Where they answer about another one, or without any figure, there is no number.
    """
    for row in _objects(answer)[:1]:
        said = Said(row)
        named = said.text(*SKU)
        found = _item(item.sku, said)
        if named and named.casefold() != item.sku.strip().casefold():
            found = _item(item.sku, Said({}))
        yield replace(found, external_id=item.external_id, item_id=item.item_id)


def _objects(answer: Response) -> Sequence[Row]:
    if answer.status == 404 or answer.body.strip() in (b"", b"null", b"{}", b"[]", b'""'):
        return ()
    value: Any = answer.json()
    if isinstance(value, Mapping):
        value = (Said(value).get("Items") or []) if "items" in _names(value) else [value]
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise answer.unreadable("stock of another shape than promised")
    return value


def _names(value: Mapping[str, Any]) -> set[str]:
    return {str(name).lower() for name in value}
