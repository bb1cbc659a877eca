"""fulfillmentCreate, tracking updates, fulfillmentCancel."""

from typing import Any

from integrations.sandbox.shopify.gids import number_of
from integrations.sandbox.shopify.models import Store
from integrations.sandbox.shopify.orders import Order
from integrations.sandbox.shopify.refusals import Refusal
from integrations.sandbox.shopify.shipping import (
    Tracking,
    cancel_fulfillment,
    find_fulfillment,
    retrack,
    ship,
)

from .answers import Payload, done, refused
from .binding import resolves
from .context import Call, Info


@resolves("Mutation", "fulfillmentCreate")
def fulfillment_create(
    _: Any, info: Info, fulfillment: dict[str, Any], message: str | None = None
) -> Payload:
    call: Call = info.context
    try:
        order, quantities = _what(call.store, fulfillment["lineItemsByFulfillmentOrder"])
        tracking = _tracking(fulfillment.get("trackingInfo"))
        made = ship(call.world, call.store, order, quantities, tracking, call.source)
    except Refusal as exc:
        return refused(exc)
    return done(fulfillment=made)


def _what(store: Store, groups: list[dict[str, Any]]) -> tuple[Order, dict[int, int] | None]:
    """The order and the units by line; None means everything open."""
    path = ["fulfillment", "lineItemsByFulfillmentOrder"]
    numbers = {number_of(one["fulfillmentOrderId"], "FulfillmentOrder") for one in groups}
    if len(numbers) != 1:
        message = "All fulfillment orders must belong to the same order and location."
        raise Refusal(message, field=path)
    number = numbers.pop()
    order = next((o for o in store.orders.values() if o.fulfillment_order_id == number), None)
    if order is None:
        raise Refusal("Fulfillment order does not exist.", field=[*path, "fulfillmentOrderId"])
    items = [item for group in groups for item in group.get("fulfillmentOrderLineItems") or []]
    return order, _quantities(order, items) if items else None


def _quantities(order: Order, items: list[dict[str, Any]]) -> dict[int, int]:
    by_id = {line.fulfillment_line_id: line for line in order.lines}
    quantities: dict[int, int] = {}
    for item in items:
        line = by_id.get(number_of(item["id"], "FulfillmentOrderLineItem") or 0)
        if line is None:
            raise Refusal("Fulfillment order line item does not exist.", field=["fulfillment"])
        if item["quantity"] < 1:
            raise Refusal("Quantity must be greater than 0.", field=["fulfillment"])
        quantities[line.id] = quantities.get(line.id, 0) + item["quantity"]
    return quantities


def _tracking(given: dict[str, Any] | None) -> Tracking:
    given = given or {}
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    urls = given.get("urls") or ([given["url"]] if given.get("url") else [])
    return Tracking(given.get("company"), tuple(numbers), tuple(urls))


@resolves("Mutation", "fulfillmentTrackingInfoUpdate")
def tracking_update(
    _: Any,
    info: Info,
    fulfillmentId: str,  # noqa: N803
    trackingInfoInput: dict[str, Any],  # noqa: N803
    notifyCustomer: bool | None = None,  # noqa: N803
) -> Payload:
    call: Call = info.context
    found = find_fulfillment(call.store, number_of(fulfillmentId, "Fulfillment") or 0)
    if found is None:
        return refused(Refusal("Fulfillment does not exist.", field=["fulfillmentId"]))
    retrack(call.world, call.store, *found, _tracking(trackingInfoInput), call.source)
    return done(fulfillment=found[1])


@resolves("Mutation", "fulfillmentCancel")
def fulfillment_cancel(_: Any, info: Info, id: str) -> Payload:  # noqa: A002
    call: Call = info.context
    found = find_fulfillment(call.store, number_of(id, "Fulfillment") or 0)
    if found is None:
        return refused(Refusal("Fulfillment does not exist.", field=["id"]))
    try:
        cancel_fulfillment(call.world, call.store, *found, call.source)
    except Refusal as exc:
        return refused(exc)
    return done(fulfillment=found[1])
