"""VeraCore's face: orders, inventory and shipments as JSON."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.faults import Mode
from integrations.sandbox.messages import Response, json_response

from . import work
from .calls import Call
from .lies import spoil_stock
from .models import Good, Order, Parcel, Status

ZONE = ZoneInfo("America/Los_Angeles")
WORDS: dict[Status, str] = {
    "new": "Unprocessed",
    "picking": "Processed",
    "packed": "Picked",
    "shipped": "Shipped",
    "delivered": "Delivered",
    "canceled": "Canceled",
}


def create(call: Call) -> Response:
    """POST /api/orders; 201 with the order as it was taken."""
    given = call.request.json_object()
    if str(given.get("CompanyId", "")).lower() != call.place.account:
        return json_response({"Error": "Unknown CompanyId."}, 400)
    lines = [
        work.line_of(one.get("SKU"), one.get("Quantity"), one.get("UnitPrice"))
        for one in given.get("Items") or []
    ]
    customer, address = given.get("Customer") or {}, given.get("ShippingAddress") or {}
    name = f"{customer.get('FirstName', '')} {customer.get('LastName', '')}".strip()
    try:
        order = work.take(
            call.world,
            call.place,
            str(given.get("OrderNumber", "")),
            lines,
            name=name,
            email=str(customer.get("Email", "")),
            address={key: str(value) for key, value in address.items()},
            about={"reference": str(given.get("ReferenceNumber", ""))},
        )
    except work.AlreadyThere as exc:
        return json_response({"Error": str(exc)}, int(call.place.rules.duplicate_answer))
    except work.Refused as exc:
        return json_response({"Error": str(exc)}, 400)
    if call.lies(Mode.STRANGER_ANSWER):
        return json_response(_stranger(call, order), 201)
    return json_response(_shown(call, order), 201)


def _stranger(call: Call, order: Order) -> dict[str, Any]:
    return _shown(call, order) | {"OrderNumber": "PO-77", "OrderId": 77}


def one_order(call: Call) -> Response:
    """GET /api/orders/{number}."""
    order = call.place.orders.get(call.parts["number"])
    if order is None or _is_young(call, order):
        return json_response({"Error": "Order not found."}, 404)
    if call.lies(Mode.STRANGER_FOUND):
        return json_response(_stranger(call, order))
    return json_response(_shown(call, order))


def _is_young(call: Call, order: Order) -> bool:
    """A search that lags does not know what came a moment ago."""
    if not call.lies(Mode.SEARCH_LAG) or call.dial is None:
        return False
    age = (call.world.now() - order.taken_at).total_seconds()
    return age < (call.dial.hold_seconds or 0)


def _shown(call: Call, order: Order) -> dict[str, Any]:
    return {
        "OrderId": order.id,
        "OrderNumber": order.number,
        "CompanyId": call.place.account.upper(),
        "ReferenceNumber": order.about.get("reference", ""),
        "Status": WORDS[order.status],
        "Items": [
            {"SKU": one.sku, "Quantity": one.quantity, "UnitPrice": float(one.price)}
            for one in order.lines
        ],
    }


def stock(call: Call) -> Response:
    """GET /api/inventory."""
    rows = [_good(one) for one in call.place.goods.values()]
    return json_response({"Items": spoil_stock(call, rows, "AvailableQuantity")})


def stock_of_one(call: Call) -> Response:
    """GET /api/inventory/{sku}."""
    good = call.place.goods.get(call.parts["sku"])
    if good is None:
        return json_response({"Error": "Product not found."}, 404)
    return json_response(_good(good))


def _good(good: Good) -> dict[str, Any]:
    return {
        "SKU": good.sku,
        "OnHandQuantity": good.on_hand,
        "ReservedQuantity": good.reserved,
        "AvailableQuantity": good.shown or good.available,
    }


def shipments(call: Call) -> Response:
    """GET /api/shipments, of one order where orderNumber names it."""
    wanted = call.request.query.get("orderNumber")
    if call.lies(Mode.FILTER_IGNORED):
        wanted = None
    rows = [
        _parcel(order, parcel)
        for order in call.place.orders.values()
        if wanted in (None, order.number)
        for parcel in order.parcels
    ]
    return json_response({"Shipments": rows})


def _parcel(order: Order, parcel: Parcel) -> dict[str, Any]:
    word = "Delivered" if parcel.delivered_at else "Shipped"
    return {
        "ShipmentId": parcel.id,
        "OrderNumber": order.number,
        "Carrier": parcel.carrier,
        "TrackingNumber": parcel.number,
        "ShipDate": _local(parcel.shipped_at),
        "DeliveredDate": _local(parcel.delivered_at),
        "DateVoided": _local(parcel.voided_at),
        "Status": "Voided" if parcel.voided_at else word,
        "Items": [{"SKU": sku, "Quantity": count} for sku, count in parcel.lines.items()],
    }


def _local(at: datetime | None) -> str | None:
    """Their clock's time, without saying which."""
    return f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M:%S}" if at else None
