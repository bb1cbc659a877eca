"""Fulfillments, and the one fulfillment order each order has."""

from typing import Any

from integrations.sandbox.shopify.gids import gid
from integrations.sandbox.shopify.orders import Fulfillment, FulfillmentLine, Line, Order
from integrations.sandbox.shopify.shipping import find_fulfillment

from .binding import resolves
from .connections import in_order
from .context import Info
from .read_nodes import WorkOrder

ACTIONS = {
    "OPEN": ("CREATE_FULFILLMENT", "REPORT_PROGRESS", "HOLD", "MOVE"),
    "IN_PROGRESS": ("CREATE_FULFILLMENT", "MARK_AS_OPEN", "HOLD"),
    "ON_HOLD": ("RELEASE_HOLD",),
}


@resolves("Order", "fulfillments")
def order_fulfillments(order: Order, info: Info, first: int | None = None) -> Any:
    return order.fulfillments[:first]


@resolves("Order", "fulfillmentsCount")
def fulfillments_count(order: Order, info: Info) -> Any:
    return {"count": len(order.fulfillments), "precision": "EXACT"}


@resolves("Order", "fulfillmentOrders")
def fulfillment_orders(
    order: Order,
    info: Info,
    displayable: bool = False,
    **page: Any,
) -> Any:
    return in_order([WorkOrder(order)], **page)


@resolves("Fulfillment", "displayStatus")
def display_status(fulfillment: Fulfillment, info: Info) -> str:
    if fulfillment.status == "CANCELLED":
        return "CANCELED"
    return (fulfillment.shipment_status or "FULFILLED").upper()


@resolves("Fulfillment", "totalQuantity")
def total_quantity(fulfillment: Fulfillment, info: Info) -> int:
    return sum(part.quantity for part in fulfillment.lines)


@resolves("Fulfillment", "requiresShipping")
def requires_shipping(fulfillment: Fulfillment, info: Info) -> bool:
    return True


@resolves("Fulfillment", "trackingInfo")
def tracking_info(fulfillment: Fulfillment, info: Info, first: int | None = None) -> Any:
    urls = [*fulfillment.urls, *([None] * len(fulfillment.numbers))]
    found = [
        {"company": fulfillment.company, "number": number, "url": url}
        for number, url in zip(fulfillment.numbers, urls, strict=False)
    ]
    return found[:first]


@resolves("Fulfillment", "fulfillmentLineItems")
def fulfillment_lines(fulfillment: Fulfillment, info: Info, **page: Any) -> Any:
    return in_order(fulfillment.lines, **page)


@resolves("Fulfillment", "location")
def fulfillment_location(fulfillment: Fulfillment, info: Info) -> Any:
    return info.context.store.location(fulfillment.location_id)


@resolves("Fulfillment", "order")
def fulfillment_order_of(fulfillment: Fulfillment, info: Info) -> Any:
    found = find_fulfillment(info.context.store, fulfillment.id)
    return found[0] if found else None


@resolves("FulfillmentLineItem", "lineItem")
def fulfilled_line(part: FulfillmentLine, info: Info) -> Line | None:
    for order in info.context.store.orders.values():
        line: Line | None = order.line(part.line_id)
        if line is not None:
            return line
    return None


@resolves("FulfillmentOrder", "id", "orderId")
def work_order_id(work: WorkOrder, info: Info) -> str:
    if info.field_name == "orderId":
        return gid("Order", work.order.id)
    return gid("FulfillmentOrder", work.order.fulfillment_order_id)


@resolves("FulfillmentOrder", "status")
def work_order_status(work: WorkOrder, info: Info) -> str:
    order = work.order
    if order.cancelled_at is not None:
        return "CANCELLED"
    if order.on_hold and order.fulfillment_status != "FULFILLED":
        return "ON_HOLD"
    states = {"UNFULFILLED": "OPEN", "PARTIALLY_FULFILLED": "IN_PROGRESS", "FULFILLED": "CLOSED"}
    return states.get(order.display_status, "IN_PROGRESS")


@resolves("FulfillmentOrder", "requestStatus")
def request_status(work: WorkOrder, info: Info) -> str:
    return "UNSUBMITTED"


@resolves("FulfillmentOrder", "supportedActions")
def supported_actions(work: WorkOrder, info: Info) -> Any:
    actions = ACTIONS.get(work_order_status(work, info), ())
    return [{"action": action, "externalUrl": None} for action in actions]


@resolves("FulfillmentOrder", "order")
def work_order_order(work: WorkOrder, info: Info) -> Order:
    return work.order


@resolves("FulfillmentOrder", "orderName")
def work_order_name(work: WorkOrder, info: Info) -> str:
    return work.order.name


@resolves("FulfillmentOrder", "createdAt", "updatedAt")
def work_order_time(work: WorkOrder, info: Info) -> Any:
    return work.order.created_at if info.field_name == "createdAt" else work.order.updated_at


@resolves("FulfillmentOrder", "assignedLocation")
def assigned_location(work: WorkOrder, info: Info) -> Any:
    place = info.context.store.locations[0]
    return {"location": place, "name": place.name}


@resolves("FulfillmentOrder", "lineItems")
def work_order_lines(work: WorkOrder, info: Info, **page: Any) -> Any:
    live = [line for line in work.order.lines if line.current_quantity and line.requires_shipping]
    return in_order(live, **page)


@resolves("FulfillmentOrderLineItem", "id")
def work_line_id(line: Line, info: Info) -> str:
    return gid("FulfillmentOrderLineItem", line.fulfillment_line_id)


@resolves("FulfillmentOrderLineItem", "remainingQuantity", "totalQuantity")
def work_line_quantity(line: Line, info: Info) -> int:
    return line.open_quantity if info.field_name == "remainingQuantity" else line.current_quantity


@resolves("FulfillmentOrderLineItem", "productTitle")
def work_line_title(line: Line, info: Info) -> str:
    return line.title


@resolves("FulfillmentOrderLineItem", "lineItem")
def work_line_line(line: Line, info: Info) -> Line:
    return line


@resolves("FulfillmentOrderLineItem", "variant")
def work_line_variant(line: Line, info: Info) -> Any:
    return info.context.store.variant(line.variant_id or 0)


@resolves("FulfillmentOrderLineItem", "inventoryItemId")
def work_line_item(line: Line, info: Info) -> str | None:
    variant = info.context.store.variant(line.variant_id or 0)
    return gid("InventoryItem", variant.item_id) if variant else None
