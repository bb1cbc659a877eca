"""Fulfillments of orders, from the API and from webhooks, as one kind of parcel."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from integrations.providers.shopify.values import (
    mapping,
    moment,
    moment_or_none,
    need_gid,
    rows,
    text,
    whole,
)
from integrations.types import RemoteShipment, ShippedLine

Node = Mapping[str, Any]
Status = Literal["in_transit", "delivered", "exception", "voided"]

# Fulfillment.displayStatus (GraphQL) and shipment_status (webhook), in lower case.
DELIVERED = frozenset({"delivered", "picked_up"})
TROUBLE = frozenset({"failure", "not_delivered"})
VOIDED = frozenset({"canceled", "label_voided"})
# Carriers whose tracking links Shopify makes itself when it is given exactly these names.
CARRIERS = {
    "ups": "UPS",
    "usps": "USPS",
    "fedex": "FedEx",
    "dhl": "DHL Express",
    "dhl express": "DHL Express",
    "dhl ecommerce": "DHL eCommerce",
    "canada post": "Canada Post",
    "ontrac": "OnTrac",
}


def read_status(status: object, progress: object) -> Status:
    """Our word for a fulfillment's status and how far the parcel is."""
    made, way = text(status).lower(), text(progress).lower()
    if made == "cancelled" or way in VOIDED:
        return "voided"
    if made in ("error", "failure") or way in TROUBLE:
        return "exception"
    return "delivered" if way in DELIVERED else "in_transit"


def shipment_from_node(
    order_id: str, node: Node, lines: Iterable[Node] | None = None
) -> RemoteShipment:
    """A GraphQL Fulfillment; `lines` replaces the first page of its line items."""
    found = rows(node["fulfillmentLineItems"]["nodes"], "shipped lines")
    tracking = next(iter(rows(node.get("trackingInfo"), "tracking")), {})
    return RemoteShipment(
        external_id=need_gid("Fulfillment", node["id"]),
        order_id=order_id,
        lines=tuple(_line(one["lineItem"], one["quantity"]) for one in lines or found),
        carrier=text(tracking.get("company")),
        tracking_number=text(tracking.get("number")),
        url=text(tracking.get("url")),
        status=read_status(node["status"], node.get("displayStatus")),
        shipped_at=moment(node["createdAt"], "the time of a shipment"),
        delivered_at=moment_or_none(node.get("deliveredAt"), "the time of a delivery"),
    )


def shipment_from_webhook(body: Node) -> RemoteShipment:
    """The body of fulfillments/create and fulfillments/update."""
    status = read_status(body.get("status"), body.get("shipment_status"))
    changed = moment_or_none(body.get("updated_at"), "the time of a change")
    return RemoteShipment(
        external_id=need_gid("Fulfillment", body.get("admin_graphql_api_id") or body.get("id")),
        order_id=need_gid("Order", body.get("order_id")),
        lines=tuple(
            _line(one, one.get("quantity")) for one in rows(body.get("line_items"), "line items")
        ),
        carrier=text(body.get("tracking_company")),
        tracking_number=text(body.get("tracking_number")),
        url=text(body.get("tracking_url")),
        status=status,
        shipped_at=moment(body.get("created_at"), "the time of a shipment"),
        delivered_at=changed if status == "delivered" else None,
    )


def _line(item: Node, quantity: object) -> ShippedLine:
    item = mapping(item, "line item")
    return ShippedLine(
        line_id=need_gid("LineItem", item.get("admin_graphql_api_id") or item.get("id")),
        sku=text(item.get("sku")),
        quantity=whole(quantity, "shipped units"),
    )


def with_number(fulfillments: Iterable[Node], number: str) -> Iterator[Node]:
    """Those fulfillments that stand and carry this tracking number ("": that carry none)."""
    for node in fulfillments:
        numbers = [text(one.get("number")) for one in node.get("trackingInfo") or ()]
        if node["status"] != "CANCELLED" and (number in numbers or not (number or any(numbers))):
            yield node
