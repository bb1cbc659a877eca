"""The three privacy topics: sent to the app's own address, installed or not; nobody subscribes."""

import json
import uuid
from typing import TYPE_CHECKING, Any

from integrations.sandbox.clock import iso

from .models import App, Delivery, Store
from .orders import Order
from .refusals import Refusal
from .signing import webhook_hmac
from .webhooks import API_VERSION

if TYPE_CHECKING:
    from integrations.sandbox.world import World

ORDERS_IN = {"customers/data_request": "orders_requested", "customers/redact": "orders_to_redact"}
TOPICS = (*ORDERS_IN, "shop/redact")


def request_privacy(
    world: "World", store: Store, app: App, topic: str, url: str, orders: list[Order]
) -> Delivery:
    """Queue one signed delivery about the customer of these orders. Raises Refusal."""
    if topic not in TOPICS:
        raise Refusal(f"There is no privacy topic {topic}. Known: {', '.join(TOPICS)}.")
    raw = json.dumps(_body(store, topic, orders), separators=(",", ":"))
    delivery = Delivery(
        id=str(uuid.uuid4()),
        event_id=str(uuid.uuid4()),
        shop=store.domain,
        client_id=app.client_id,
        subscription_id=0,
        topic=topic,
        url=url,
        headers={},
        body=raw,
        subject=topic,
        due_at=world.now(),
    )
    delivery.headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": webhook_hmac(raw.encode(), app.secret),
        "X-Shopify-Shop-Domain": store.domain,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Triggered-At": iso(world.now()) or "",
        "X-Shopify-Webhook-Id": delivery.id,
        "X-Shopify-Event-Id": delivery.event_id,
    }
    world.state.deliveries[f"{delivery.id}/0"] = delivery
    world.on_delivery()
    return delivery


def _body(store: Store, topic: str, orders: list[Order]) -> dict[str, Any]:
    body: dict[str, Any] = {"shop_id": store.id, "shop_domain": store.domain}
    if topic not in ORDERS_IN:
        return body
    body[ORDERS_IN[topic]] = [order.id for order in orders]
    first = orders[0] if orders else None
    body["customer"] = {
        "id": 1,
        "email": first.email if first else "",
        "phone": first.phone if first else None,
    }
    if topic == "customers/data_request":
        body["data_request"] = {"id": uuid.uuid4().int % 10**9}
    return body
