"""The calls about stock: Inventory/Details, the bulk list, and Inventory/Warehouses."""

from collections import Counter
from datetime import datetime
from typing import Any

from integrations.sandbox.messages import Response, json_response, text

from .calls import Call
from .dates import read, written
from .goods import all_skus, changed_skus, find_good, goods_between, how_many
from .models import Good
from .paging import page_of
from .stock_lies import StockLie

WAREHOUSES = ((1, "Main"), (2, "Returns"))


def details(call: Call) -> Response:
    """One SKU, in nested objects whose quantities are text, as the documentation types them."""
    good = find_good(call.erp, call.asked.text("productID"))
    lie = StockLie(call.dial)
    if good is None or lie.hides(good.sku):
        return json_response({"Message": "Product not found."}, 404)
    coming = call.erp.on_order()[good.sku]
    physical = lie.shown(good, good.physical)
    if call.erp.rules.dialect == "described":
        return json_response(_described(lie, good, coming))
    figures = {
        "AggregateQty": _as_text(_available(lie, good)),
        "PhysicalInventory": _as_text(physical),
        "NonSellableQty": str(good.non_sellable),
        "ReservedQtyTotal": good.reserved,
        "OnOrderQty": coming,
        "UnshippedQty": good.reserved,
    }
    general = {"ProductName": good.title, "CompanyID": call.erp.company_id, "ProductID": good.sku}
    return json_response({"General": general, "Inventory": figures})


def posted_details(call: Call) -> Response:
    """The same by POST, which not every server has."""
    switch = call.erp.rules.details_post
    if switch == "on":
        return details(call)
    return text("The resource cannot be found.", int(switch))


def _available(lie: StockLie, good: Good) -> Any:
    """What could be sold; written oddly where this SKU is, or the feed lies."""
    if good.shown:
        return None if good.shown == "null" else good.shown
    return lie.shown(good, good.available)


def _as_text(quantity: Any) -> str | None:
    return None if quantity is None else str(quantity)


def _described(lie: StockLie, good: Good, coming: int, more: int = 0) -> dict[str, Any]:
    available = _available(lie, good)
    return {
        "ProductID": good.sku,
        "ProductName": good.title,
        "QuantityOnHand": lie.shown(good, good.physical + more),
        "QuantityReserved": good.reserved,
        "QuantityOnOrder": coming,
        "QuantityAvailable": available + more if isinstance(available, int) else available,
    }


def bulk(call: Call) -> Response:
    """Every SKU, by pages; not every server offers it."""
    if not call.erp.rules.offers_list:
        return text("The resource cannot be found.", 404)
    try:
        found = _filtered(call)
    except ValueError as exc:
        return json_response({"Message": "The request is invalid.", "Details": str(exc)}, 400)
    lie, coming = StockLie(call.dial), call.erp.on_order()
    if lie.is_about_rows or found is not None:
        rows = lie.rows(all_skus(call.erp) if found is None else found)
        return page_of(
            call, len(rows), lambda start, stop: _named(call, lie, rows[start:stop], coming)
        )
    return page_of(
        call,
        how_many(call.erp),
        lambda start, stop: [
            _item(call, lie, good, 0, coming[good.sku])
            for good in goods_between(call.erp, start, stop)
        ],
    )


def _filtered(call: Call) -> list[str] | None:
    """The SKUs that were asked for; None for all of them, which nobody wants in memory."""
    wanted, changed = call.asked.texts("inventoryID"), _changed_between(call)
    if call.ignores("inventoryID") or not (wanted or changed):
        return None
    if not changed:
        return [sku for sku in dict.fromkeys(wanted) if find_good(call.erp, sku)]
    found = changed_skus(call.erp, *changed)
    return [sku for sku in found if sku in wanted] if wanted else found


def _changed_between(call: Call) -> tuple[datetime, datetime] | None:
    start, end = call.asked.text("lastUpdatedFrom"), call.asked.text("lastUpdatedTo")
    if not (start or end):
        return None
    return (
        read(start, call.offset) if start else call.world.now().replace(year=1900),
        read(end, call.offset) if end else call.world.now(),
    )


def _named(
    call: Call, lie: StockLie, rows: list[tuple[str, int]], coming: Counter[str]
) -> list[dict[str, Any]]:
    found = [(find_good(call.erp, sku), more) for sku, more in rows]
    return [_item(call, lie, good, more, coming[good.sku]) for good, more in found if good]


def _item(call: Call, lie: StockLie, good: Good, more: int, coming: int) -> dict[str, Any]:
    if call.erp.rules.dialect == "described":
        return _described(lie, good, coming, more)
    available = _available(lie, good)
    if isinstance(available, int):
        available += more
    return {
        "ID": good.sku,
        "ProductName": good.title,
        "PhysicalQty": lie.shown(good, good.physical + more),
        "ReservedQty": good.reserved,
        "InventoryAvailableQty": available,
        "AggregatedQty": available,
        "OnOrder": coming,
        "OnBackOrder": 0,
        "WarehouseName": WAREHOUSES[0][1],
        "LastModifiedDate": written(good.changed_at, call.offset),
        "UPC": None,
    }


def warehouses(call: Call) -> Response:
    """One SKU in each warehouse; returns hold what cannot be sold."""
    good = find_good(call.erp, call.asked.text("productID"))
    lie = StockLie(call.dial)
    if good is None or lie.hides(good.sku):
        return json_response([])
    (main, main_name), (returns, returns_name) = WAREHOUSES
    sound = good.physical - good.non_sellable
    return json_response(
        [
            _place(main, main_name, _available(lie, good), lie.shown(good, sound)),
            _place(returns, returns_name, 0, good.non_sellable),
        ]
    )


def _place(number: int, name: str, available: Any, physical: Any) -> dict[str, Any]:
    return {
        "WarehouseID": number,
        "WarehouseName": name,
        "AvailableQty": available,
        "PhysicalQty": physical,
    }
