"""A Stripe account on a mocked network, with a clock that stands still."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses

from integrations.http import Client
from integrations.providers.base import Access
from integrations.providers.stripe.provider import API, Stripe
from integrations.types import Payment
from tests.integrations.providers.shopify.conftest import MemoryTokens

FIXTURES = Path(__file__).parents[3] / "fixtures" / "stripe"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACCOUNT = "acct_1Qf0Crossdock"
SESSION = "cs_live_a1B2c3D4e5F6g7H8"
KEYS = {"webhook_secret": "whsec_test_secret", "api_key": "rk_live_1"}


def load(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def raw(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


class World:
    """Makes the provider, answers its calls, and remembers what was asked."""

    def __init__(self, net: responses.RequestsMock) -> None:
        self.net, self.now = net, NOW
        self.clients: list[Client] = []

    def stripe(self, keys: dict[str, str] = KEYS, **settings: Any) -> Stripe:
        client = Client(API, sleep=lambda seconds: None, now=lambda: self.now, name="stripe")
        self.clients.append(client)
        access = Access(
            connection="stripe",
            account=ACCOUNT,
            settings=Stripe.Settings(account=ACCOUNT, **settings),
            secrets=Stripe.Secrets(**keys),
            tokens=MemoryTokens(None),
            http=client,
            now=lambda: self.now,
        )
        return Stripe(access)

    def answer(self, path: str, *bodies: Any, status: int = 200) -> None:
        for body in bodies:
            self.net.add("GET", f"{API}{path}", json=body, status=status)

    def said(self, name: str, **settings: Any) -> list[tuple[str, Payment]]:
        """What the recorded event says: topics and payments."""
        events = self.stripe(**settings).parse(raw(name), {})
        assert all(isinstance(one.data, Payment) for one in events)
        return [(one.topic, one.data) for one in events]  # type: ignore[misc]

    def asked(self) -> list[dict[str, str]]:
        return [dict(call.request.params) for call in self.net.calls]  # type: ignore[union-attr]


@pytest.fixture
def world():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        world = World(net)
        yield world
        for client in world.clients:
            client.close()
