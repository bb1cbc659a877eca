"""Finding what a caller of the control API names. Each raises Refusal when it is not there."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .models import App, Store
from .orders import Fulfillment, Order
from .products import Variant
from .refusals import Refusal

if TYPE_CHECKING:
    from integrations.sandbox.world import World

Given = dict[str, Any]
StoreAction = Callable[["World", Store, Given], Any]


def app_of(world: "World", given: Given) -> App:
    """The app of `client_id`; the configured one where none is named."""
    client_id = given.get("client_id") or world.config.api_key
    if client_id not in world.state.apps:
        raise Refusal(f"There is no app {client_id}.")
    return world.state.apps[client_id]


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


def units_by_line(order: Order, lines: list[Given]) -> dict[int, int]:
    """Units by line id, of lines named by `line_id` or `sku`."""
    quantities: dict[int, int] = {}
    for one in lines:
        key = one.get("line_id")
        line = next((x for x in order.lines if key == x.id or one.get("sku") == x.sku), None)
        if line is None:
            raise Refusal(f"{order.name} has no line {one}.")
        quantities[line.id] = quantities.get(line.id, 0) + int(one["quantity"])
    return quantities


def find_parcel(order: Order, name: Any = None) -> Fulfillment:
    """By id or name (#1001-F1); without one the newest that is not canceled."""
    live = [one for one in order.fulfillments if one.status != "CANCELLED"]
    if name is None and live:
        return live[-1]
    for one in order.fulfillments:
        if name in (one.id, str(one.id), one.name):
            return one
    raise Refusal(f"{order.name} has no parcel {name or 'yet'}.")
