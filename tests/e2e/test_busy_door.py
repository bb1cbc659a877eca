"""The address webhooks come to, over real HTTP: many at once, forged ones, slow and huge ones."""

import base64
import hashlib
import hmac
import json
import random
import socket
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from integrations.models import Connection, InboundEvent
from orders.models import Order
from tests.e2e import play
from tests.e2e.stack import API_SECRET, Stack, eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
BODY = json.loads(
    (Path(__file__).parent.parent / "fixtures/shopify/orders_create.json").read_bytes()
)


def delivery(number: int, secret: str = API_SECRET) -> tuple[bytes, dict[str, str]]:
    """The body and headers with which order `number` is announced."""
    gid = f"gid://shopify/Order/{number}"
    fields = {"id": number, "admin_graphql_api_id": gid, "name": f"#{number}"}
    body = json.dumps(BODY | fields).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return body, {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": play.OWN,
        "X-Shopify-Webhook-Id": f"w-{number}",
        "X-Shopify-Triggered-At": "2026-11-20T12:00:00Z",
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    }


def send(url: str, number: int, secret: str = API_SECRET) -> tuple[int, float]:
    """Status, and seconds until it came."""
    body, headers = delivery(number, secret)
    began = time.monotonic()
    status = requests.post(url, data=body, headers=headers, timeout=30).status_code
    return status, time.monotonic() - began


def address(stack: Stack) -> str:
    return f"{stack.portal_url}/hooks/{play.connect_own_store().hook_key}/"


def test_a_thousand_deliveries_of_a_hundred_orders_are_a_hundred_orders(stack: Stack) -> None:
    """50 at once, shuffled, one in ten forged: of those nothing is stored."""
    url = address(stack)
    wanted = [(7_000_000 + at % 100, API_SECRET) for at in range(900)]
    wanted += [(8_000_000 + at, "somebody-else") for at in range(100)]
    random.Random(3).shuffle(wanted)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda one: send(url, *one)[0], wanted))

    assert Counter(answers) == {200: 900, 401: 100}
    said = zip(wanted, answers, strict=True)
    assert all((status == 401) == (secret != API_SECRET) for (_, secret), status in said)
    events = InboundEvent.objects.filter(topic="orders/create")
    assert events.count() == 100
    eventually(lambda: events.filter(status="done").count() == 100, "all are handled", 60)
    ids = {f"gid://shopify/Order/{7_000_000 + at}" for at in range(100)}
    assert set(Order.objects.values_list("external_id", flat=True)) == ids
    assert Order.objects.count() == 100
    assert Connection.objects.get().rejected_hooks == 100


def test_a_rush_of_orders_is_answered_in_time_and_stored_whole(stack: Stack) -> None:
    """Twice the rate of 500 a minute; a store waits five seconds, we aim at one."""
    url, count, rate = address(stack), 200, 1000 / 60
    began = time.monotonic()

    def at_its_time(index: int) -> tuple[int, float]:
        time.sleep(max(0.0, began + index / rate - time.monotonic()))
        return send(url, 7_000_000 + index)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(at_its_time, range(count)))

    assert {status for status, _ in answers} == {200}
    assert InboundEvent.objects.filter(topic="orders/create").count() == count
    assert statistics.quantiles([seconds for _, seconds in answers], n=100)[98] < 1
    eventually(lambda: Order.objects.count() == count, "all are captured", 60)


def test_slow_senders_keep_nobody_waiting_and_huge_ones_are_cut_off(stack: Stack) -> None:
    url = address(stack)
    with_time = [opened(url, "Content-Length: 5000") for _ in range(60)]
    try:
        for slow in with_time:
            slow.sendall(b"{")
        assert send(url, 7_000_001)[0] == 200
        assert max(send(url, 7_000_001)[1] for _ in range(5)) < 1
    finally:
        for slow in with_time:
            slow.close()

    huge = b"{" + b" " * 10_000_000 + b"}"
    assert requests.post(url, data=huge, timeout=20).status_code == 413
    assert requests.post(url, data=in_chunks(huge), timeout=20).status_code == 413
    assert InboundEvent.objects.count() == 1


def opened(url: str, length: str) -> socket.socket:
    """A request of which the head was sent, and no body yet."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    line = socket.create_connection((parts.hostname, parts.port), timeout=10)
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{length}\r\n\r\n"
    line.sendall(head.encode())
    return line


def in_chunks(body: bytes) -> Iterator[bytes]:
    """Sent without a length: nobody knows before how much it is."""
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]
