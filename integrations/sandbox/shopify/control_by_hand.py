"""Control actions for what merchants and shop staff do by hand, and for the app's secrets."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from .compliance import send_compliance
from .editing import edit_by_hand
from .finding import (
    Given,
    StoreAction,
    app_of,
    find_order,
    find_parcel,
    find_variant,
    units_by_line,
)
from .marking import MARKS, mark_order
from .models import Store
from .refunds import refund_order
from .shipping import Tracking, cancel_fulfillment, retrack
from .shown import order_shown

if TYPE_CHECKING:
    from integrations.sandbox.world import World

SOURCE = "control"


def tracking_of(given: Given) -> Tracking:
    """Carrier and numbers: `company`, and `number` or `numbers`."""
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    return Tracking(given.get("company"), tuple(numbers))


def edit_at(world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    wanted = units_by_line(order, given.get("lines") or [])
    added = [
        (find_variant(store, one["sku"]).id, int(one.get("quantity", 1)))
        for one in given.get("add") or []
    ]
    edit_by_hand(world, store, order, wanted, added, SOURCE)
    return order_shown(store, order)


def mark_at(what: str, world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    mark_order(world, store, order, what, SOURCE)
    return order_shown(store, order)


def void_at(world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    cancel_fulfillment(world, store, order, find_parcel(order, given.get("parcel")), SOURCE)
    return order_shown(store, order)


def track_at(world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    parcel = find_parcel(order, given.get("parcel"))
    retrack(world, store, order, parcel, tracking_of(given), SOURCE)
    return parcel.model_dump(mode="json")


def refund_at(world: "World", store: Store, given: Given) -> Given:
    order = find_order(store, given["order"])
    lines = given.get("lines")
    whole: Mapping[int, int] = {line.id: line.current_quantity for line in order.lines}
    units = units_by_line(order, lines) if lines is not None else whole
    amount = Decimal(str(given["amount"])) if given.get("amount") is not None else None
    restock = bool(given.get("restock", True))
    made = refund_order(world, store, order, units, amount, restock, SOURCE)
    return made.model_dump(mode="json")


def privacy_at(world: "World", store: Store, given: Given) -> Given:
    app = app_of(world, given)
    email, uri = str(given.get("email", "")), str(given.get("uri", ""))
    return send_compliance(world, store, app, str(given["topic"]), email, uri)


BY_HAND: dict[str, StoreAction] = {
    "edit": edit_at,
    "void": void_at,
    "track": track_at,
    "refund": refund_at,
    "privacy": privacy_at,
    **{what: partial(mark_at, what) for what in MARKS},
}
