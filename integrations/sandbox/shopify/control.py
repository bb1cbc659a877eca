"""What the control API does at one store; its addresses are listed in control.py."""

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING

from .control_by_hand import BY_HAND, SOURCE, tracking_of
from .finding import Given, StoreAction, app_of, find_order, find_variant, units_by_line
from .installs import install, issue_pair, uninstall
from .models import Store
from .orders import Address
from .refusals import Refusal
from .selling import WantedLine, WantedOrder, cancel_order, place_order
from .shipping import deliver, ship
from .shown import order_shown, variant_shown
from .stock import Target, set_quantities

if TYPE_CHECKING:
    from integrations.sandbox.world import World


def install_at(world: "World", store: Store, given: Given) -> Given:
    app = app_of(world, given)
    installation = install(world, store, app, given.get("scopes") or app.own_scopes)
    return issue_pair(world, store, installation)


def uninstall_at(world: "World", store: Store, given: Given) -> Given:
    app = app_of(world, given)
    if app.client_id not in store.installations:
        raise Refusal(f"{app.title} is not installed.")
    uninstall(world, store, app.client_id, SOURCE)
    return {"uninstalled": app.client_id}


def order_at(world: "World", store: Store, given: Given) -> Given:
    known = {one.name for one in fields(WantedOrder)} - {"lines", "client_id", "metafields"}
    values = {name: value for name, value in given.items() if name in known}
    for name in ("discount", "shipping_price"):
        if name in values:
            values[name] = Decimal(str(values[name]))
    for name in ("shipping_address", "billing_address"):
        if values.get(name):
            values[name] = Address.model_validate(values[name])
    if "financial_status" in values:  # webhooks say it in small letters, GraphQL in capitals
        values["financial_status"] = str(values["financial_status"]).upper()
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
    quantities = units_by_line(order, lines) if lines is not None else None
    too_many = bool(given.get("too_many", False))
    made = ship(world, store, order, quantities, tracking_of(given), SOURCE, too_many)
    return made.model_dump(mode="json")


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


ACTIONS: dict[str, StoreAction] = {
    "install": install_at,
    "uninstall": uninstall_at,
    "orders": order_at,
    "ship": ship_at,
    "deliver": deliver_at,
    "cancel": cancel_at,
    "stock": stock_at,
    **BY_HAND,
}
