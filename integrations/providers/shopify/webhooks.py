"""Shopify's webhooks: signature, envelope, and what each topic means to us."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from integrations.answers import parse_json
from integrations.errors import BadResponse
from integrations.providers.shopify.orders import order_from_webhook
from integrations.providers.shopify.shipments import shipment_from_webhook
from integrations.providers.shopify.values import gid, mapping, moment, need_gid, text, whole
from integrations.types import Envelope, Event, PersonRequest, StockItem

Body = Mapping[str, Any]


def header(headers: Mapping[str, str], name: str) -> str:
    """A Shopify header; the newer deliveries leave the X- out."""
    return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""


def is_signed(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> bool:
    """True if one of the client secrets signed these very bytes. An empty body never is."""
    given = header(headers, "hmac-sha256").strip().encode("utf-8", "replace")
    if not body or not given:
        return False
    matches = [
        hmac.compare_digest(
            base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()), given
        )
        for secret in secrets
        if secret
    ]
    return any(matches)


def read_envelope(headers: Mapping[str, str]) -> Envelope:
    """What the headers say. A delivery id is unique per subscription and event."""
    try:
        sent_at = moment(header(headers, "triggered-at"), "the time of the webhook")
    except BadResponse:
        sent_at = None
    return Envelope(
        topic=header(headers, "topic").lower(),
        account=header(headers, "shop-domain").lower(),
        delivery_id=header(headers, "webhook-id"),
        sent_at=sent_at,
    )


def read_events(body: bytes, headers: Mapping[str, str]) -> list[Event]:
    """The event in our words; nothing for a topic we do not use. Raises BadResponse."""
    topic = read_envelope(headers).topic
    if topic not in TOPICS:
        return []
    try:
        content = parse_json(body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise BadResponse(f"The body of this {topic} webhook is not readable JSON.")
    name, read = TOPICS[topic]
    try:
        return [Event(name, read(content), content)]
    except (KeyError, TypeError, AttributeError, ValueError):
        pass
    raise BadResponse(f"The body of this {topic} webhook is not shaped as promised.")


def _edited_order(body: Body) -> str:
    """orders/edited tells only what changed: the id of the order to be read again."""
    return need_gid("Order", mapping(body.get("order_edit"), "order edit").get("order_id"))


def _product(body: Body) -> str:
    return need_gid("Product", body.get("admin_graphql_api_id") or body.get("id"))


def _stock(body: Body) -> StockItem:
    """One item at one location. There is no SKU in it; null means it is no longer stocked there."""
    available = body.get("available")
    return StockItem(
        sku="",
        available=None if available is None else whole(available, "available units"),
        item_id=need_gid("InventoryItem", body.get("inventory_item_id")),
        location_id=gid("Location", body.get("location_id")),
    )


def _scopes(body: Body) -> tuple[str, ...]:
    return tuple(text(one) for one in body.get("current") or ())


def _as_sent(body: Body) -> Body:
    return body


def _order_id(value: object) -> str:
    try:
        return gid("Order", value)
    except BadResponse:
        return ""


def _person(body: Body) -> PersonRequest:
    """Whose data it is about, and which orders; an order id that is none is left out."""
    who, asked = body.get("customer"), body.get("data_request")
    who, asked = who if isinstance(who, dict) else {}, asked if isinstance(asked, dict) else {}
    listed = body.get("orders_requested") or body.get("orders_to_redact")
    ids = (_order_id(one) for one in (listed if isinstance(listed, list) else []))
    return PersonRequest(
        customer_id=text(who.get("id")),
        email=text(who.get("email")).strip(),
        phone=text(who.get("phone")).strip(),
        order_ids=tuple(one for one in ids if one),
        request_id=text(asked.get("id")),
    )


TOPICS: dict[str, tuple[str, Callable[[Body], object]]] = {
    "orders/create": ("order.created", order_from_webhook),
    "orders/updated": ("order.updated", order_from_webhook),
    "orders/cancelled": ("order.canceled", order_from_webhook),
    "orders/edited": ("order.changed", _edited_order),
    "fulfillments/create": ("shipment.reported", shipment_from_webhook),
    "fulfillments/update": ("shipment.reported", shipment_from_webhook),
    "products/update": ("product.changed", _product),
    "products/delete": ("product.removed", _product),
    "inventory_levels/update": ("stock.changed", _stock),
    "app/uninstalled": ("connection.uninstalled", _as_sent),
    "app/scopes_update": ("connection.scopes_changed", _scopes),
    "customers/data_request": ("privacy.data_request", _person),
    "customers/redact": ("privacy.customer_redact", _person),
    "shop/redact": ("privacy.shop_redact", _person),
}
