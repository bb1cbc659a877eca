"""What the control API does at one store; its addresses are listed in control.py."""

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .compliance import request_privacy
from .installs import install, issue_pair, uninstall
from .models import App, Store, money
from .orders import Address, Order
from .products import Variant
from .refusals import Refusal
from .selling import WantedLine, WantedOrder, cancel_order, place_order
from .shipping import Tracking, deliver, ship
from .stock import Target, set_quantities

if TYPE_CHECKING:
    from integrations.sandbox.world import World

SOURCE = "control"
Given = dict[str, Any]
StoreAction = Callable[["World", Store, Given], Any]


def store_shown(store: Store) -> Given:
    return {
        "domain": store.domain,
        "name": store.name,
        "currency": store.currency,
        "own": store.own,
        "apps": {key: one.scopes for key, one in store.installations.items()},
        "subscriptions": [
            {"topic": sub.topic, "uri": sub.uri}
            for one in store.installations.values()
            for sub in one.subscriptions
        ],
        "products": [
            product.model_dump(mode="json", include={"id", "title", "handle", "status"})
            | {"variants": [variant_shown(variant) for variant in product.variants]}
            for product in store.products.values()
        ],
    }


def variant_shown(variant: Variant) -> Given:
    return {
        "id": variant.id,
        "sku": variant.sku,
        "title": variant.title,
        "price": money(variant.price),
        "available": variant.available,
    }


def order_shown(store: Store, order: Order) -> Given:
    figures = {
        "shop": store.domain,
        "total": money(order.current_total),
        "fulfillment_status": order.fulfillment_status,
    }
    return order.model_dump(mode="json") | figures


def _app(world: "World", given: Given) -> App:
    client_id = given.get("client_id") or world.config.api_key
    if client_id not in world.state.apps:
        raise Refusal(f"There is no app {client_id}.")
    return world.state.apps[client_id]


def install_at(world: "World", store: Store, given: Given) -> Given:
    app = _app(world, given)
    installation = install(world, store, app, given.get("scopes") or app.own_scopes)
    return issue_pair(world, store, installation)


def uninstall_at(world: "World", store: Store, given: Given) -> Given:
    app = _app(world, given)
    if app.client_id not in store.installations:
        raise Refusal(f"{app.title} is not installed.")
    uninstall(world, store, app.client_id, SOURCE)
    return {"uninstalled": app.client_id}


def find_variant(store: Store, sku: str) -> Variant:
    """The first variant with this SKU. Raises Refusal."""
    found = next((one for one in store.variants() if one.sku == sku), None)
    if found is None:
        raise Refusal(f"There is no variant {sku}.")
    return found


def find_order(store: Store, value: Any) -> Order:
    """By id, name (#1001) or source identifier. Raises Refusal."""
    for order in store.orders.values():
        if value in (order.id, str(order.id), order.name) or (
            order.source_identifier and value == order.source_identifier
        ):
            return order
    raise Refusal(f"There is no order {value}.")


def order_at(world: "World", store: Store, given: Given) -> Given:
    known = {one.name for one in fields(WantedOrder)} - {"lines", "client_id", "metafields"}
    values = {name: value for name, value in given.items() if name in known}
    for name in ("discount", "shipping_price"):
        if name in values:
            values[name] = Decimal(str(values[name]))
    for name in ("shipping_address", "billing_address"):
        if values.get(name):
            values[name] = Address.model_validate(values[name])
    if "attributes" in values:
        values["attributes"] = [(str(k), str(v)) for k, v in values["attributes"]]
    wanted = WantedOrder(lines=[_line(store, one) for one in given["lines"]], **values)
    order = place_order(world, store, wanted, SOURCE, tell=bool(given.get("announce", True)))
    return order_shown(store, order)


def _line(store: Store, given: Given) -> WantedLine:
    variant_id = given.get("variant_id")
    if variant_id is None and "sku" in given and "title" not in given:
        variant_id = find_variant(store, given["sku"]).id
    price = given.get("price")
    return WantedLine(
        quantity=int(given.get("quantity", 1)),
        variant_id=variant_id,
        title=given.get("title"),
        sku=given.get("sku"),
        price=Decimal(str(price)) if price is not None else None,
        requires_shipping=bool(given.get("requires_shipping", True)),
        gift_card=bool(given.get("gift_card", False)),
        properties=[(str(k), str(v)) for k, v in given.get("properties", [])],
    )


def ship_at(world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    lines = given.get("lines")
    quantities = _quantities(order, lines) if lines is not None else None
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    tracking = Tracking(given.get("company"), tuple(numbers))
    made = ship(world, store, order, quantities, tracking, SOURCE)
    return made.model_dump(mode="json")


def _quantities(order: Order, lines: list[Given]) -> dict[int, int]:
    quantities: dict[int, int] = {}
    for one in lines:
        key = one.get("line_id")
        line = next((x for x in order.lines if key == x.id or one.get("sku") == x.sku), None)
        if line is None:
            raise Refusal(f"{order.name} has no line {one}.")
        quantities[line.id] = quantities.get(line.id, 0) + int(one["quantity"])
    return quantities


def cancel_at(world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    reason, restock = str(given.get("reason", "OTHER")), bool(given.get("restock", True))
    cancel_order(world, store, order, reason, restock, SOURCE)
    return order_shown(store, order)


def stock_at(world: "World", store: Store, given: Given) -> Given:
    variant = find_variant(store, given["sku"])
    target = Target(variant, store.locations[0].id, int(given["quantity"]))
    set_quantities(world, store, "available", "correction", [target], SOURCE)
    return variant_shown(variant)


def deliver_at(world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    for parcel in order.fulfillments:
        if parcel.status == "SUCCESS" and parcel.delivered_at is None:
            deliver(world, store, order, parcel, SOURCE)
    return order_shown(store, order)


def privacy_at(world: "World", store: Store, given: Given) -> Given:
    orders = [find_order(store, one) for one in given.get("orders", [])]
    app, topic, url = _app(world, given), str(given["topic"]), str(given["url"])
    delivery = request_privacy(world, store, app, topic, url, orders)
    return {"topic": topic, "webhook_id": delivery.id}


ACTIONS: dict[str, StoreAction] = {
    "install": install_at,
    "uninstall": uninstall_at,
    "orders": order_at,
    "ship": ship_at,
    "deliver": deliver_at,
    "cancel": cancel_at,
    "stock": stock_at,
    "privacy": privacy_at,
}
