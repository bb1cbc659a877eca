"""Telling our own store what left: fulfillments of its fulfillment orders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from integrations.errors import Duplicate, NotAuthorized, ProviderError, Rejected, Unconfirmed
from integrations.providers.shopify import own_documents
from integrations.providers.shopify.graphql import GraphQL, UserErrors, next_cursor, shaped
from integrations.providers.shopify.shipments import CARRIERS, with_number
from integrations.providers.shopify.values import need_gid, rows, text, whole
from integrations.types import ShipmentToPublish

Node = Mapping[str, Any]
Units = dict[str, int]
OPEN = ("OPEN", "IN_PROGRESS")
HELD = ("ON_HOLD", "SCHEDULED")


def publish(graph: GraphQL, shipment: ShipmentToPublish) -> str:
    """Fulfill these units, one call per location. Raises Duplicate if they all were already.

    Units already fulfilled under this tracking number are not sent again, so a repeat after a lost
    answer sends only what is missing.
    """
    order = _order(graph, own_documents.FULFILLMENT_ORDERS, shipment.order_id)
    wanted = _units(shipment.lines)
    if shipment.tracking_number:
        done = _fulfilled(with_number(order["fulfillments"], shipment.tracking_number))
        wanted = {line: units - done.get(line, 0) for line, units in wanted.items()}
    wanted = {line: units for line, units in wanted.items() if units > 0}
    if not wanted:
        raise Duplicate("The store has this shipment already.")
    groups = _plan(order["fulfillmentOrders"]["nodes"], wanted)
    return _send_all(graph, shipment, groups)


def find(graph: GraphQL, shipment: ShipmentToPublish) -> str | None:
    """The fulfillment with this tracking number, if all these units are under it.

    Without a tracking number: one without any, of exactly these lines.
    """
    order = _order(graph, own_documents.FULFILLMENTS_OF_ORDER, shipment.order_id)
    wanted, number = _units(shipment.lines), shipment.tracking_number
    found = list(with_number(order["fulfillments"], number))
    if number:
        done = _fulfilled(found)
        if found and all(done.get(line, 0) >= units for line, units in wanted.items()):
            return need_gid("Fulfillment", found[-1]["id"])
        return None
    same = [node for node in found if _fulfilled([node]) == wanted]
    return need_gid("Fulfillment", same[0]["id"]) if same else None


def _order(graph: GraphQL, document: str, order_id: str) -> Node:
    order = graph.read(document, order_id, id=order_id)["order"]
    if not order:
        raise Rejected("The store does not have this order any more.")
    return dict(order)


def _units(lines: Iterable[tuple[str, int]]) -> Units:
    units: Units = defaultdict(int)
    for line, count in lines:
        units[line] += count
    return dict(units)


def _fulfilled(fulfillments: Iterable[Node]) -> Units:
    return _units(
        (text(one["lineItem"]["id"]), whole(one["quantity"], "fulfilled units"))
        for node in fulfillments
        for one in rows(node["fulfillmentLineItems"]["nodes"], "fulfilled lines")
    )


def _plan(orders: Iterable[Node], wanted: Units) -> dict[str, list[dict[str, Any]]]:
    """Deal the units to what is still open, grouped by location. Raises if it is less."""
    left, groups, held = dict(wanted), defaultdict(list), 0
    for order in orders:
        taken = _take(order, left) if _is_open(order) else []
        if taken:
            place = (order["assignedLocation"].get("location") or {}).get("id", "")
            part = {"fulfillmentOrderId": order["id"], "fulfillmentOrderLineItems": taken}
            groups[place].append(part)
        elif order["status"] in HELD:
            held += sum(one["quantity"] for one in _take(order, dict(wanted)))
    short = sum(left.values())
    if short and held:
        raise Rejected("The store holds this order back. Release the hold there, then try again.")
    if short and left == wanted:
        raise Duplicate("The store shows these units as fulfilled already.")
    if short:
        raise Rejected(f"The store has {short} of these units no longer open to be fulfilled.")
    return dict(groups)


def _is_open(order: Node) -> bool:
    actions = {one["action"] for one in order["supportedActions"]}
    return order["status"] in OPEN and "CREATE_FULFILLMENT" in actions


def _take(order: Node, left: Units) -> list[dict[str, Any]]:
    """The lines of one fulfillment order that serve what is left; lowers `left`."""
    if next_cursor(order["lineItems"]):
        raise Rejected("The order has more than 100 lines at one location: fulfill it there.")
    taken = []
    for line in rows(order["lineItems"]["nodes"], "fulfillment order lines"):
        item = text(line["lineItem"]["id"])
        units = min(left.get(item, 0), whole(line["remainingQuantity"], "remaining units"))
        if units > 0:
            left[item] -= units
            taken.append({"id": line["id"], "quantity": units})
    return taken


def _send_all(
    graph: GraphQL, shipment: ShipmentToPublish, groups: Mapping[str, list[dict[str, Any]]]
) -> str:
    """One call per location. Once one has passed, a failing later one leaves the whole unknown."""
    made = ""
    for parts in groups.values():
        try:
            made = _send(graph, shipment, parts)
        except (NotAuthorized, UserErrors) as problem:
            if not made:
                raise
            failure: ProviderError = problem
        else:
            continue
        raise Unconfirmed(f"Only a part of the shipment was published. {failure}")
    return made


def _send(graph: GraphQL, shipment: ShipmentToPublish, parts: list[dict[str, Any]]) -> str:
    content = fulfillment_input(shipment, parts)
    payload = graph.write(own_documents.FULFILLMENT_CREATE, shipment.order_id, fulfillment=content)
    with shaped(after_write=True):
        return need_gid("Fulfillment", payload["fulfillment"]["id"])


def fulfillment_input(shipment: ShipmentToPublish, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """A FulfillmentInput. The customer is told by us, not by the store."""
    content: dict[str, Any] = {"lineItemsByFulfillmentOrder": parts, "notifyCustomer": False}
    if shipment.tracking_number:
        carrier = CARRIERS.get(shipment.carrier.strip().lower(), shipment.carrier)
        tracking = {"company": carrier, "number": shipment.tracking_number, "url": shipment.url}
        content["trackingInfo"] = {name: value for name, value in tracking.items() if value}
    return content
