"""Announcing what happened: signed deliveries, queued for the courier."""

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from integrations.sandbox.clock import iso
from integrations.sandbox.faults import Dial, Mode

from .models import Delivery, Store, Subscription
from .signing import webhook_hmac
from .webhook_faults import spoil

if TYPE_CHECKING:
    from integrations.sandbox.world import World

API_VERSION = "2026-10"
# The topics of the law are not in the enum of subscriptions and break its rule of names.
NAMES = {"CUSTOMERS_DATA_REQUEST": "customers/data_request"}


def topic_name(topic: str) -> str:
    """ORDERS_CREATE -> orders/create, INVENTORY_LEVELS_UPDATE -> inventory_levels/update."""
    resource, _, event = topic.rpartition("_")
    return NAMES.get(topic) or f"{resource}/{event}".lower()


@dataclass(frozen=True)
class News:
    """One thing to tell one subscription of one app."""

    client_id: str
    subscription: Subscription
    body: dict[str, Any]
    subject: str
    event_id: str


def announce(
    world: "World", store: Store, topic: str, body: dict[str, Any], subject: str
) -> list[Delivery]:
    """Queue one delivery per subscription; the body is fixed now. Call under the lock."""
    event_id = str(uuid.uuid4())
    queued: list[Delivery] = []
    for installation in store.installations.values():
        for subscription in installation.subscriptions:
            if subscription.topic == topic:
                news = News(installation.client_id, subscription, body, subject, event_id)
                queued += queue(world, store, news)
    if queued:
        world.on_delivery()
    return queued


def queue(world: "World", store: Store, news: News) -> list[Delivery]:
    """Queue a delivery as the dials want it: none, one, or several of the same."""
    name = topic_name(news.subscription.topic)
    dial = world.webhook_fault(store.domain, name, not_again(world, store.domain, news.client_id))
    if dial is not None and dial.mode == Mode.DROP_WEBHOOKS:
        summary = f"{name} for {news.subject} was never announced"
        world.record("webhook_dropped", store.domain, name, summary, about=news.subject)
        return []
    delivery = _delivery(world, store, news)
    if dial is not None:
        spoil(delivery, dial, world.state.apps[news.client_id])
    copies = copies_of(delivery, dial)
    for number, copy in enumerate(copies):
        world.state.deliveries[f"{copy.id}/{number}"] = copy
    return copies


def copies_of(delivery: Delivery, dial: Dial | None) -> list[Delivery]:
    """The delivery, and as many more of it as the dial wants."""
    many = dial is not None and dial.mode == Mode.DUPLICATE_WEBHOOKS
    count = dial.copies if dial is not None and many else 1
    return [delivery, *(delivery.model_copy(deep=True) for _ in range(count - 1))]


def not_again(world: "World", shop: str, client_id: str) -> Mode | None:
    """While one waits to be overtaken, the next one does not wait as well."""
    if not world.state.dials:
        return None
    mine = (shop, client_id)
    waiting = world.state.deliveries.values()
    is_held = any(one.waits_for_next and (one.shop, one.client_id) == mine for one in waiting)
    return Mode.WEBHOOKS_OUT_OF_ORDER if is_held else None


def _delivery(world: "World", store: Store, news: News) -> Delivery:
    subscription, body = news.subscription, news.body
    wanted = {key: body[key] for key in subscription.include_fields if key in body}
    raw = json.dumps(wanted if subscription.include_fields else body, separators=(",", ":"))
    delivery = Delivery(
        id=str(uuid.uuid4()),
        number=world.new_id(),
        event_id=news.event_id,
        shop=store.domain,
        client_id=news.client_id,
        subscription_id=subscription.id,
        topic=topic_name(subscription.topic),
        url=subscription.uri,
        headers=_headers(world, store, news, raw.encode()),
        body=raw,
        subject=news.subject,
        due_at=world.now(),
    )
    known = {"X-Shopify-Webhook-Id": delivery.id, "X-Shopify-Event-Id": news.event_id}
    delivery.headers |= known
    return delivery


def _headers(world: "World", store: Store, news: News, raw: bytes) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": topic_name(news.subscription.topic),
        "X-Shopify-Hmac-Sha256": webhook_hmac(raw, world.state.apps[news.client_id].secret),
        "X-Shopify-Shop-Domain": store.domain,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Triggered-At": iso(world.now()) or "",
    }
    if news.subscription.name:
        headers["X-Shopify-Name"] = news.subscription.name
    return headers
