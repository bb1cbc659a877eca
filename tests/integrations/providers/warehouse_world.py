"""A warehouse on a mocked network: tokens in memory, a clock that only sleep moves."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import responses

from integrations.http import Client
from integrations.providers.base import Access, Provider
from integrations.types import Address, CustomerOrder, LineToPlace, OrderToPlace, Tokens
from tests.integrations.providers.shopify.conftest import MemoryTokens

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOOD = Tokens("good", expires_at=NOW + timedelta(hours=1), issued_at=NOW)
REFERENCE = "CD-7Q2M9KX4TB"
TO = Address(
    name="Dana van Petrov", company="Acme", street1="4 Market St", street2="Floor 2",
    city="San Francisco", state="CA", zip="94103", country="US", phone="+14155550123",
)  # fmt: skip
ORDER = OrderToPlace(
    reference=REFERENCE,
    currency="USD",
    lines=(
        LineToPlace("P-1", "MUG-1", "Mug, blue", 2, Decimal("8.50"), Decimal("21.99")),
        LineToPlace("P-2", "CUP/2", "Cup", 1, Decimal("4.25")),
    ),
    ship_to=TO,
    email="dana@customer.example",
    note=f"Crossdock {REFERENCE}",
    customer=CustomerOrder(
        number="#1001",
        placed_at=NOW,
        currency="USD",
        total=Decimal("48.23"),
        is_paid=True,
        delivery_method="delivery",
        delivery_zone="North",
    ),
)


def load(name: str) -> Any:
    """A recorded answer: `veracore/order`."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


class World:
    """Makes the provider, answers its calls, and remembers what was sent."""

    def __init__(
        self, net: responses.RequestsMock, cls: type[Provider], account: str, base: str
    ) -> None:
        self.net, self.cls, self.account, self.base, self.now = net, cls, account, base, NOW
        self.slept: list[float] = []
        self.totals: list[int | None] = []
        self.clients: list[Client] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def make(self, tokens: Tokens | None = GOOD, secret: str = "hush", **settings: Any) -> Any:
        client = Client(
            self.base, sleep=self.sleep, now=lambda: self.now, jitter=lambda: 0, name=self.account
        )
        self.clients.append(client)
        self.tokens = MemoryTokens(tokens)
        access = Access(
            connection="place",
            account=self.account,
            settings=self.cls.Settings(**settings),
            secrets=self.cls.Secrets(client_id="portal", client_secret=secret),
            tokens=self.tokens,
            http=client,
            now=lambda: self.now,
            on_page=self.totals.append,
        )
        return self.cls(access)

    def answer(self, method: str, path: str, body: Any, status: int = 200, **more: Any) -> None:
        self.net.add(method, f"{self.base}{path}", json=body, status=status, **more)

    def answer_by(self, method: str, path: str, say: Callable[[Any], tuple[int, Any]]) -> None:
        """`say` is given the request and returns (status, what becomes JSON)."""

        def callback(request: Any) -> tuple[int, dict[str, str], str]:
            status, body = say(request)
            return status, {}, json.dumps(body)

        url = f"{self.base}{path}"
        self.net.add_callback(method, url, callback, content_type="application/json")

    @property
    def sent(self) -> list[Any]:
        """The requests, in their order."""
        return [call.request for call in self.net.calls]

    def body(self, at: int = -1) -> Any:
        """The JSON of a request."""
        return json.loads(self.sent[at].body)
