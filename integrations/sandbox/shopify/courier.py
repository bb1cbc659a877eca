"""Delivering what was announced: in the background, with retries, a few at a time."""

import http.client
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from integrations.sandbox.stripe.signing import HEADER, signature

from .models import Delivery

if TYPE_CHECKING:
    from integrations.sandbox.world import World

log = logging.getLogger(__name__)
RETRIES = 8
SENDERS = 16
GATHER_SECONDS = 0.005  # announcements come in bursts: look through the queue once per burst


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


def stamped(world: "World", delivery: Delivery) -> dict[str, str]:
    """The headers of an attempt made now; Shopify's were signed when it was announced."""
    if not delivery.stamp_secret:
        return delivery.headers
    stamp = signature(delivery.raw, delivery.stamp_secret, world.now())
    return {**delivery.headers, HEADER: stamp}


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
            _let_overtaken_go(world, delivery)
        else:
            kind, outcome = "webhook_failed", f"answered {status}" if status else "no answer"
            _retry_or_give_up(world, key, delivery)
        summary = f"{delivery.topic} for {delivery.subject}: {outcome}"
        world.record(kind, delivery.shop, delivery.topic, summary, about=delivery.subject, **detail)


def _let_overtaken_go(world: "World", arrived: Delivery) -> None:
    """What waited to be overtaken goes now that a later one has arrived."""
    for one in world.state.deliveries.values():
        same = (one.shop, one.client_id) == (arrived.shop, arrived.client_id)
        if one.waits_for_next and same and one.number < arrived.number:
            one.waits_for_next, one.due_at = False, world.now()
            world.on_delivery()


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
            self._world.stopping.wait(GATHER_SECONDS)
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
            status = post(delivery.url, delivery.raw, stamped(self._world, delivery), timeout)
            settle(self._world, key, status)
        finally:
            with self._world.lock:
                self._busy.discard(key)
