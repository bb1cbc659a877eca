"""Look-ups by global id."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from integrations.sandbox.shopify.gids import split_gid
from integrations.sandbox.shopify.models import Location, Store, Subscription
from integrations.sandbox.shopify.orders import Fulfillment, Order
from integrations.sandbox.shopify.products import Product, Variant
from integrations.sandbox.shopify.shipping import find_fulfillment

from .binding import KINDS, resolves
from .connections import MOST
from .context import Call, Info


@dataclass(frozen=True)
class Item:
    """A variant seen as its inventory item; a twin is the second time it shows up."""

    variant: Variant
    is_twin: bool = False


@dataclass(frozen=True)
class WorkOrder:
    """An order seen as its one fulfillment order."""

    order: Order


KINDS |= {
    Product: "Product",
    Variant: "ProductVariant",
    Item: "InventoryItem",
    Order: "Order",
    WorkOrder: "FulfillmentOrder",
    Fulfillment: "Fulfillment",
    Location: "Location",
    Subscription: "WebhookSubscription",
}


def _item(store: Store, number: int) -> Item | None:
    variant = store.variant_of_item(number)
    return Item(variant) if variant else None


def _work_order(store: Store, number: int) -> WorkOrder | None:
    found = (one for one in store.orders.values() if one.fulfillment_order_id == number)
    order = next(found, None)
    return WorkOrder(order) if order else None


def _fulfillment(store: Store, number: int) -> Fulfillment | None:
    found = find_fulfillment(store, number)
    return found[1] if found else None


FINDERS: dict[str, Callable[[Store, int], Any]] = {
    "Product": lambda store, number: store.products.get(number),
    "ProductVariant": Store.variant,
    "InventoryItem": _item,
    "Order": lambda store, number: store.orders.get(number),
    "FulfillmentOrder": _work_order,
    "Fulfillment": _fulfillment,
    "Location": Store.location,
}


def find_node(call: Call, value: str) -> Any:
    """The object of a global id, None when there is none. Raises GraphQLError for nonsense."""
    parts = split_gid(value)
    if parts is None:
        raise GraphQLError(
            f"Invalid global id '{value}'", extensions={"code": "argumentLiteralsIncompatible"}
        )
    kind, number = parts
    if kind == "WebhookSubscription":
        return next((one for one in call.installation.subscriptions if one.id == number), None)
    finder = FINDERS.get(kind)
    found = finder(call.store, number) if finder else None
    return found if _is_seen(call, found) else None


def _is_seen(call: Call, found: Any) -> bool:
    """A lying stock feed leaves things out."""
    if isinstance(found, Product):
        return not found.variants or any(call.sees(one) for one in found.variants)
    variant = found.variant if isinstance(found, Item) else found
    return not isinstance(variant, Variant) or call.sees(variant)


def with_twins(call: Call, items: list[Any]) -> list[Any]:
    """The items, and again those that a lying stock feed shows twice."""
    lie = call.stock_lie
    if lie is None:
        return items
    again = [one for one in items if isinstance(one, Item) and lie.doubles(one.variant)]
    return items + [Item(one.variant, is_twin=True) for one in again]


@resolves("QueryRoot", "node")
def resolve_node(_: Any, info: Info, id: str) -> Any:  # noqa: A002
    return find_node(info.context, id)


@resolves("QueryRoot", "nodes")
def resolve_nodes(_: Any, info: Info, ids: list[str]) -> list[Any]:
    if len(ids) > MOST:
        raise GraphQLError(
            f"The input array size of {len(ids)} is greater than the maximum allowed of {MOST}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )
    return with_twins(info.context, [find_node(info.context, value) for value in ids])


@resolves("QueryRoot", "product", "productVariant", "order", "inventoryItem", "location")
@resolves("QueryRoot", "fulfillment", "fulfillmentOrder", "webhookSubscription")
def resolve_one(_: Any, info: Info, id: str | None = None) -> Any:  # noqa: A002
    call: Call = info.context
    if id is None:
        return call.store.locations[0]
    node = find_node(call, id)
    wanted = info.field_name[0].upper() + info.field_name[1:]
    return node if node is not None and KINDS[type(node)] == wanted else None
