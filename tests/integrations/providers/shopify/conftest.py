"""Two stores on a mocked network, with tokens in memory and a clock that only sleep moves."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses

from integrations.http import Client
from integrations.providers.base import Access
from integrations.providers.shopify.own_store import OwnStore
from integrations.providers.shopify.partner_store import PartnerStore
from integrations.types import Tokens

FIXTURES = Path(__file__).parents[3] / "fixtures" / "shopify"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OWN, PARTNER = "own-store.myshopify.com", "lantern.myshopify.com"
GRAPHQL = "/admin/api/2026-10/graphql.json"
OWN_TOKENS, PARTNER_TOKENS = Tokens("shpat_own"), Tokens("shpat_partner")
TOKENS = "/admin/oauth/access_token"
EXPIRING = {
    "access_token": "shpat_new",
    "scope": "read_products,write_orders",
    "expires_in": 3600,
    "refresh_token": "shprt_new",
    "refresh_token_expires_in": 7776000,
}
LAST = {"hasNextPage": False, "endCursor": None}


class MemoryTokens:
    """A TokenStore of one process; remembers every renewal."""

    def __init__(self, tokens: Tokens | None) -> None:
        self.tokens = tokens
        self.renewed: list[str] = []

    def current(self) -> Tokens | None:
        return self.tokens

    def renew(self, used: str, fetch: Callable[[Tokens | None], Tokens]) -> Tokens:
        self.renewed.append(used)
        self.tokens = fetch(self.tokens)
        return self.tokens


class World:
    """Makes stores, answers their GraphQL calls in order, and remembers what was sent."""

    def __init__(self, net: responses.RequestsMock) -> None:
        self.net = net
        self.now = NOW
        self.slept: list[float] = []
        self.calls: list[Any] = []
        self.clients: list[Client] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def store(self, cls, shop: str, tokens: Tokens | None, secrets: Any, **settings: Any):
        client = Client(
            f"https://{shop}",
            sleep=self.sleep,
            now=lambda: self.now,
            jitter=lambda: 0,
            on_call=self.calls.append,
        )
        self.clients.append(client)
        access = Access(
            connection="store",
            account=shop,
            settings=cls.Settings(shop=shop, **settings),
            secrets=cls.Secrets(**secrets),
            tokens=MemoryTokens(tokens),
            http=client,
            now=lambda: self.now,
        )
        return cls(access)

    def own(self, tokens: Tokens | None = OWN_TOKENS, **settings: Any) -> OwnStore:
        secrets = {"client_id": "key", "client_secret": "hush"}
        settings = {"location_id": "1"} | settings
        return self.store(OwnStore, OWN, tokens, secrets, **settings)

    def partner(self, tokens: Tokens | None = PARTNER_TOKENS, **secrets: str) -> PartnerStore:
        secrets = {"client_id": "key", "client_secret": "hush"} | secrets
        return self.store(PartnerStore, PARTNER, tokens, secrets)

    def answer(self, *bodies: Any, shop: str = PARTNER, status: int = 200) -> None:
        """The next GraphQL answers: fixture names, or data."""
        for body in bodies:
            content = load(body) if isinstance(body, str) else body
            self.net.post(f"https://{shop}{GRAPHQL}", json=content, status=status)

    def answer_own(self, *bodies: Any) -> None:
        self.answer(*bodies, shop=OWN)

    def sent(self) -> list[dict[str, Any]]:
        """The variables of every GraphQL call, with its operation under `op`."""
        found = []
        for call, record in zip(self.net.calls, self.calls, strict=True):
            body = json.loads(call.request.body)
            found.append({"op": record.path.rpartition("#")[2], **body["variables"]})
        return found


def load(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def body_of(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def item(number: int) -> str:
    return f"gid://shopify/InventoryItem/{number}"


def headers(topic: str, **more: str) -> dict[str, str]:
    return {"x-shopify-topic": topic} | more


@pytest.fixture
def net():
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def world(net):
    world = World(net)
    yield world
    for client in world.clients:
        client.close()
