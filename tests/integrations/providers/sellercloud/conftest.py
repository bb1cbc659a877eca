"""An ERP on a mocked network, with tokens in memory and a clock that only sleep moves."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from integrations.http import Client
from integrations.providers.base import Access
from integrations.providers.sellercloud.provider import SellerCloud
from integrations.types import Tokens
from tests.integrations.providers.shopify.conftest import MemoryTokens

FIXTURES = Path(__file__).parents[3] / "fixtures" / "sellercloud"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACCOUNT = "acme.api.sellercloud.com"
BASE = f"https://{ACCOUNT}/rest"
PURCHASES, LIST, DETAILS = "/api/PurchaseOrders", "/api/Inventory", "/api/Inventory/Details"
GOOD = Tokens("sc-good", expires_at=NOW + timedelta(hours=1), issued_at=NOW)
Answer = tuple[int, dict[str, str], str]


def load(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


class World:
    """Makes the provider, answers its calls, and remembers what was sent, slept and kept."""

    def __init__(self, net: responses.RequestsMock) -> None:
        self.net, self.now = net, NOW
        self.slept: list[float] = []
        self.calls: list[Any] = []
        self.totals: list[int | None] = []
        self.kept: dict[str, Any] = {}
        self.clients: list[Client] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def erp(self, tokens: Tokens | None = GOOD, **settings: Any) -> SellerCloud:
        client = Client(
            BASE,
            sleep=self.sleep,
            now=lambda: self.now,
            jitter=lambda: 0,
            on_call=self.calls.append,
            name=ACCOUNT,
        )
        self.clients.append(client)
        access = Access(
            connection="erp",
            account=ACCOUNT,
            settings=SellerCloud.Settings(base_url=BASE, **settings),
            secrets=SellerCloud.Secrets(username="portal@acme.example", password="hush-hush"),
            tokens=MemoryTokens(tokens),
            http=client,
            now=lambda: self.now,
            on_page=self.totals.append,
            remembered=dict(self.kept),
            remember=self.kept.__setitem__,
        )
        return SellerCloud(access)

    def answer(self, method: str, path: str, body: Any, status: int = 200) -> None:
        self.net.add(method, f"{BASE}{path}", json=body, status=status)

    def answer_by(self, method: str, path: str, say: Callable[[Any], tuple[int, Any]]) -> None:
        """`say` is given the request and returns (status, what becomes JSON)."""

        def callback(request: Any) -> Answer:
            status, body = say(request)
            return status, {}, json.dumps(body)

        self.net.add_callback(method, f"{BASE}{path}", callback, content_type="application/json")

    def pages(self, path: str, pages: dict[int, tuple[list[Any], Any]]) -> None:
        """Answers by page number; a page that is not there is empty, with the last total."""
        last = list(pages.values())[-1][1]

        def say(request: Any) -> tuple[int, Any]:
            rows, total = pages.get(int(request.params["pageNumber"]), ([], last))
            return 200, {"Items": rows, "TotalResults": total}

        self.answer_by("GET", path, say)

    def sent(self, path: str) -> list[Any]:
        found = [call.request for call in self.net.calls]
        return [one for one in found if one.url.partition("?")[0] == f"{BASE}{path}"]

    def asked_pages(self, path: str) -> list[int]:
        return sorted(int(one.params["pageNumber"]) for one in self.sent(path))


@pytest.fixture
def world():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        world = World(net)
        yield world
        for client in world.clients:
            client.close()
