"""Extensiv's face: products, inventory and orders of the portal interface."""

from typing import Any

from integrations.sandbox.faults import Mode
from integrations.sandbox.messages import Response, json_response

from . import work
from .calls import Call
from .lies import spoil_stock
from .models import Good, Order, Parcel, Status

WORDS: dict[Status, str] = {
    "new": "exported",
    "picking": "picking",
    "packed": "packed",
    "shipped": "shipped",
    "delivered": "delivered",
    "canceled": "cancelled",
}
Row = dict[str, Any]


def products(call: Call) -> Response:
    """GET /api/v1/products."""
    return _page(call, [_product(one) for one in call.place.goods.values()], "products")


def _product(good: Good) -> Row:
    return {
        "id": str(good.id),
        "sku": good.sku,
        "product_name": good.title,
        "brand": good.brand,
        "quantity_available": good.available,
        "price": None if good.price is None else float(good.price),
        "thc_content": good.thc,
        "batch_number": good.batch,
        "coa_url": good.certificate_url,
    }


def stock(call: Call) -> Response:
    """GET /api/v1/inventory."""
    rows = [_stock_row(one) for one in call.place.goods.values()]
    return _page(call, spoil_stock(call, rows, "quantity_available"), "inventory")


def stock_of_one(call: Call) -> Response:
    """GET /api/v1/inventory/{sku}."""
    good = call.place.goods.get(call.parts["sku"])
    if good is None:
        return json_response({"Message": "There is no such product."}, 404)
    return json_response(_stock_row(good))


def _stock_row(good: Good) -> Row:
    return {
        "id": str(good.id),
        "sku": good.sku,
        "quantity_on_hand": good.on_hand,
        "quantity_allocated": good.reserved,
        "quantity_available": good.shown or good.available,
    }


def _page(call: Call, rows: list[Row], name: str) -> Response:
    """A page in the envelope this server uses; never more rows than it allows."""
    most = call.place.rules.most_a_page
    number, size = _asked(call, "page", 1), min(most, _asked(call, "pageSize", most))
    if call.lies(Mode.PAGE_REPEATS):
        number = 1
    part = rows[(number - 1) * size : number * size]
    envelopes: dict[str, Any] = {
        "items": {"items": part, "total": len(rows)},
        "embedded": {"totalResults": len(rows), "_embedded": {f"rels/{name}": part}},
        "resource_list": {"TotalResults": len(rows), "ResourceList": part},
        "bare": part,
    }
    return json_response(envelopes[call.place.rules.envelope])


def _asked(call: Call, name: str, usual: int) -> int:
    """A number of the query, at least 1. Raises Refused."""
    text = call.request.query.get(name, "")
    try:
        return max(1, int(text or usual))
    except ValueError:
        raise work.Refused(f"{name} is a number.") from None


def create(call: Call) -> Response:
    """POST /api/v1/orders; 201 with the order as it was taken."""
    given = call.request.json_object()
    customer, about = given.get("customer") or {}, given.get("metadata") or {}
    lines = [
        work.line_of(one.get("sku"), one.get("quantity"), one.get("price"))
        for one in given.get("line_items") or []
    ]
    said = {key: str(value) for key, value in about.items() if value is not None}
    try:
        order = work.take(
            call.world,
            call.place,
            str(given.get("order_number", "")),
            lines,
            name=str(customer.get("name", "")),
            email=str(customer.get("email", "")),
            address={k: str(v or "") for k, v in (given.get("shipping_address") or {}).items()},
            about=said | {"delivery_method": str(given.get("delivery_method", ""))},
        )
    except work.AlreadyThere as exc:
        return _duplicate(call, str(exc))
    if call.lies(Mode.STRANGER_ANSWER):
        return json_response(_shown(order) | {"id": "77", "order_number": "PO-77"}, 201)
    return json_response(_shown(order), 201)


def _duplicate(call: Call, sentence: str) -> Response:
    if call.place.rules.duplicate_answer == "409":
        return json_response({"Message": sentence}, 409)
    names = [{"Name": "order_number", "Value": ""}]
    body = {"ErrorCode": "Duplicate", "Properties": names, "Hint": sentence}
    return json_response(body, 400)


def orders(call: Call) -> Response:
    """GET /api/v1/orders?order_number=..."""
    wanted = call.request.query.get("order_number")
    every = _all(call)
    if call.lies(Mode.FILTER_IGNORED) or call.lies(Mode.STRANGER_FOUND):
        strangers = [_shown(one) | {"order_number": "PO-77"} for one in every]
        return _page(call, strangers, "orders")
    found = [_shown(one) for one in every if wanted in (None, one.number)]
    return _page(call, found, "orders")


def _all(call: Call) -> list[Order]:
    """A search that lags does not know what came a moment ago."""
    found = list(call.place.orders.values())
    if call.lies(Mode.SEARCH_LAG) and call.dial:
        now, lag = call.world.now(), call.dial.hold_seconds or 0
        found = [one for one in found if (now - one.taken_at).total_seconds() >= lag]
    return found


def one_order(call: Call) -> Response:
    """GET /api/v1/orders/{id}."""
    order = call.place.by_id(call.parts["id"])
    return _not_found() if order is None else json_response(_shown(order))


def status(call: Call) -> Response:
    """GET /api/v1/orders/{id}/status: how far it is, and the parcels it went with."""
    order = call.place.by_id(call.parts["id"])
    if order is None:
        return _not_found()
    body = {"id": str(order.id), "order_number": order.number, "status": WORDS[order.status]}
    return json_response(body | {"shipments": [_parcel(one) for one in order.parcels]})


def _parcel(parcel: Parcel) -> Row:
    """One whose label was thrown away stays in the list, and says so."""
    word = "delivered" if parcel.delivered_at else "in_transit"
    return {
        "id": str(parcel.id),
        "status": "voided" if parcel.voided_at else word,
        "carrier": parcel.carrier,
        "tracking_number": parcel.number,
        "shipped_at": parcel.shipped_at.isoformat(),
        "delivered_at": parcel.delivered_at.isoformat() if parcel.delivered_at else None,
        "line_items": [{"sku": sku, "quantity": n} for sku, n in parcel.lines.items()],
    }


def change(call: Call) -> Response:
    """PATCH /api/v1/orders/{id}: a new address, a note, or its end."""
    order, given = call.place.by_id(call.parts["id"]), call.request.json_object()
    if order is None:
        return _not_found()
    if str(given.get("status", "")).lower() in ("cancelled", "canceled"):
        try:
            work.cancel(call.world, call.place, order, str(given.get("reason", "")))
        except work.Refused as exc:
            return json_response({"ErrorCode": "OrderConfirmed", "Message": str(exc)}, 409)
    if given.get("shipping_address"):
        order.address = {k: str(v or "") for k, v in given["shipping_address"].items()}
        call.world.record("order_moved", call.place.account, order.number, "A new address")
    return json_response(_shown(order))


def _shown(order: Order) -> Row:
    return {
        "id": str(order.id),
        "order_number": order.number,
        "status": WORDS[order.status],
        "shipping_address": order.address,
        "metadata": order.about,
        "line_items": [
            {"sku": one.sku, "quantity": one.quantity, "price": float(one.price)}
            for one in order.lines
        ],
    }


def _not_found() -> Response:
    return json_response({"Message": "There is no such order."}, 404)
