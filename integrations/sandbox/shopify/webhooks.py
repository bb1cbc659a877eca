"""Announcing what happened: signed deliveries in the background, with retries."""

import http.client
import json
import logging
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from integrations.sandbox.clock import iso
from integrations.sandbox.faults import Mode

from .models import Delivery, Installation, Store, Subscription
from .signing import webhook_hmac

if TYPE_CHECKING:
    from integrations.sandbox.world import World

log = logging.getLogger(__name__)
API_VERSION = "2026-10"
RETRIES = 8
SENDERS = 4


def topic_name(topic: str) -> str:
    """ORDERS_CREATE -> orders/create, INVENTORY_LEVELS_UPDATE -> inventory_levels/update."""
    resource, _, event = topic.rpartition("_")
    return f"{resource}/{event}".lower()


def announce(
    world: "World", store: Store, topic: str, body: dict[str, Any], subject: str
) -> list[Delivery]:
    """Queue one delivery per subscription; the body is fixed now. Call under the lock."""
    event_id = str(uuid.uuid4())
    queued: list[Delivery] = []
    for installation in store.installations.values():
        for subscription in installation.subscriptions:
            if subscription.topic == topic:
                queued += _queue(world, store, installation, subscription, body, subject, event_id)
    if queued:
        world.on_delivery()
    return queued


def _queue(
    world: "World",
    store: Store,
    installation: Installation,
    subscription: Subscription,
    body: dict[str, Any],
    subject: str,
    event_id: str,
) -> list[Delivery]:
    name = topic_name(subscription.topic)
    fault = world.webhook_fault(store.domain, name)
    if fault is not None and fault.mode == Mode.DROP_WEBHOOKS:
        summary = f"{name} for {subject} was never announced"
        world.record("webhook_dropped", store.domain, name, summary, about=subject)
        return []
    delivery = _delivery(world, store, installation, subscription, body, subject, event_id)
    copies = [delivery]
    if fault is not None and fault.mode == Mode.DUPLICATE_WEBHOOKS:
        copies += [delivery.model_copy(deep=True) for _ in range(fault.copies - 1)]
    for number, copy in enumerate(copies):
        world.state.deliveries[f"{copy.id}/{number}"] = copy
    return copies


def _delivery(
    world: "World",
    store: Store,
    installation: Installation,
    subscription: Subscription,
    body: dict[str, Any],
    subject: str,
    event_id: str,
) -> Delivery:
    wanted = {key: body[key] for key in subscription.include_fields if key in body}
    raw = json.dumps(wanted if subscription.include_fields else body, separators=(",", ":"))
    delivery = Delivery(
        id=str(uuid.uuid4()),
        event_id=event_id,
        shop=store.domain,
        client_id=installation.client_id,
        subscription_id=subscription.id,
        topic=topic_name(subscription.topic),
        url=subscription.uri,
        headers=_headers(world, store, installation, subscription, raw.encode()),
        body=raw,
        subject=subject,
        due_at=world.now(),
    )
    delivery.headers |= {"X-Shopify-Webhook-Id": delivery.id, "X-Shopify-Event-Id": event_id}
    return delivery


def _headers(
    world: "World",
    store: Store,
    installation: Installation,
    subscription: Subscription,
    raw: bytes,
) -> dict[str, str]:
    secret = world.state.apps[installation.client_id].secret
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": topic_name(subscription.topic),
        "X-Shopify-Hmac-Sha256": webhook_hmac(raw, secret),
        "X-Shopify-Shop-Domain": store.domain,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Triggered-At": iso(world.now()) or "",
    }
    if subscription.name:
        headers["X-Shopify-Name"] = subscription.name
    return headers


def post(url: str, body: bytes, headers: dict[str, str], timeout: float) -> int:
    """The status of one POST; 0 when no answer came in time. Redirects are not followed."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        try:
            target = parts.path or "/"
            connection.request("POST", f"{target}?{parts.query}".rstrip("?"), body, headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as exc:
        log.info("A webhook to %s was not delivered: %s", parts.netloc, type(exc).__name__)
        return 0


def settle(world: "World", key: str, status: int) -> None:
    """Record the outcome of an attempt; a failure is tried again later, at most 8 times."""
    with world.lock:
        delivery = world.state.deliveries.get(key)
        if delivery is None:
            return
        delivery.attempts += 1
        detail = {"status": status, "attempt": delivery.attempts, "webhook_id": delivery.id}
        if 200 <= status < 300:
            kind, outcome = "webhook_delivered", f"answered {status}"
            del world.state.deliveries[key]
        else:
            kind, outcome = "webhook_failed", f"answered {status}" if status else "no answer"
            _retry_or_give_up(world, key, delivery)
        summary = f"{delivery.topic} for {delivery.subject}: {outcome}"
        world.record(kind, delivery.shop, delivery.topic, summary, about=delivery.subject, **detail)


def _retry_or_give_up(world: "World", key: str, delivery: Delivery) -> None:
    if delivery.attempts <= RETRIES:
        wait = world.config.webhook_retry_base_seconds * 2 ** (delivery.attempts - 1)
        delivery.due_at = world.now() + timedelta(seconds=wait)
        return
    del world.state.deliveries[key]
    store = world.state.stores.get(delivery.shop)
    installation = store.installations.get(delivery.client_id) if store else None
    if installation is None:
        return
    kept = [one for one in installation.subscriptions if one.id != delivery.subscription_id]
    if len(kept) < len(installation.subscriptions):
        installation.subscriptions = kept
        summary = f"{delivery.topic}: removed after {delivery.attempts} failed deliveries"
        world.record("subscription_removed", delivery.shop, delivery.topic, summary)


class Courier:
    """A thread that sends what is due, a few at a time, each delivery by one sender only."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._wake = threading.Event()
        self._busy: set[str] = set()
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="sandbox-webhook")
        self._thread = threading.Thread(target=self._run, name="sandbox-courier", daemon=True)

    def start(self) -> None:
        self._world.on_delivery = self._wake.set
        self._thread.start()

    def close(self) -> None:
        """Stop after the attempts that are under way; the world must be stopping already."""
        self._wake.set()
        self._thread.join()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        while not self._world.stopping.is_set():
            for key, delivery in self._due():
                self._pool.submit(self._send, key, delivery)
            self._wake.wait(0.2)
            self._wake.clear()

    def _due(self) -> list[tuple[str, Delivery]]:
        with self._world.lock:
            now = self._world.now()
            due = [
                (key, delivery)
                for key, delivery in self._world.state.deliveries.items()
                if key not in self._busy and delivery.due_at <= now
            ]
            self._busy.update(key for key, _ in due)
        return due

    def _send(self, key: str, delivery: Delivery) -> None:
        try:
            timeout = self._world.config.webhook_timeout_seconds
            status = post(delivery.url, delivery.body.encode(), delivery.headers, timeout)
            settle(self._world, key, status)
        finally:
            with self._world.lock:
                self._busy.discard(key)
