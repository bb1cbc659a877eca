"""A small world without sockets: calls go straight to the router."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from integrations.sandbox.config import Config
from integrations.sandbox.messages import Request, Response
from integrations.sandbox.routes import build_router
from integrations.sandbox.sellercloud.seed import seed_erps
from integrations.sandbox.shopify.installs import install, issue_pair
from integrations.sandbox.shopify.seed import create_store, seed_world
from integrations.sandbox.stripe.seed import seed_stripes
from integrations.sandbox.world import World

SHOP = "blue-door.myshopify.com"
SCOPES = (
    *("read_products", "write_products", "read_inventory", "write_inventory", "read_locations"),
    *("write_orders", "write_order_edits", "write_merchant_managed_fulfillment_orders"),
    "write_publications",
)
STORE = {
    "domain": SHOP,
    "name": "Blue Door Roasters",
    "own": True,
    "location": {"name": "Roastery", "address1": "27 Mill Lane", "city": "Portland"},
    "products": [
        {
            "title": "Ethiopia Guji",
            "option": "Size",
            "variants": [
                {"title": "12 oz", "sku": "GUJI-12", "price": "19.50", "stock": 10},
                {"title": "2 lb", "sku": "GUJI-32", "price": "46.00", "stock": 3},
            ],
        },
        {"title": "Decaf", "variants": [{"sku": "DECAF", "price": "18.00", "stock": 0}]},
    ],
}


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **units: float) -> None:
        self.at += timedelta(**units)


class Sandbox:
    """A world with one store, called without a socket."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.router = build_router()
        self.token = ""

    @property
    def store(self):
        return self.world.store(SHOP)

    def send(
        self, method: str, path: str, body: bytes = b"", query: str = "", **headers: str
    ) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method=method, path=path, raw_query=query, headers=named, body=body)
        return self.router.answer(self.world, request)

    def form(self, path: str, **fields: str) -> Response:
        return self.send("POST", path, urlencode(fields).encode())

    def json(self, path: str, **fields: Any) -> Response:
        body = json.dumps(fields).encode()
        return self.send("POST", path, body, content_type="application/json")

    def call(self, document: str, **variables: Any) -> Response:
        body = json.dumps({"query": document, "variables": variables}).encode()
        path = f"/shopify/{SHOP}/admin/api/2026-10/graphql.json"
        return self.send("POST", path, body, x_shopify_access_token=self.token)

    def run(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of a call that must work."""
        answer = json.loads(self.call(document, **variables).body)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def variant(self, sku: str):
        return next(one for one in self.store.variants() if one.sku == sku)

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.world.state.ledger]

    def subscribe(self, topic: str, uri: str = "http://127.0.0.1:9/hook") -> None:
        document = (
            "mutation S($t: WebhookSubscriptionTopic!, $u: String!) { webhookSubscriptionCreate("
            "topic: $t, webhookSubscription: {uri: $u}) { userErrors { message } } }"
        )
        made = self.run(document, t=topic, u=uri)["webhookSubscriptionCreate"]
        assert made["userErrors"] == []

    def bodies(self, topic: str) -> list[dict[str, Any]]:
        """What is queued for delivery under a topic."""
        waiting = self.world.state.deliveries.values()
        return [json.loads(one.body) for one in waiting if one.topic == topic]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock) -> Sandbox:
    world = World(Config(seed=False, hold_seconds=30), now=clock)
    seed_world(world, stores=False)
    create_store(world, STORE)
    made = Sandbox(world, clock)
    app = world.state.apps[world.config.api_key]
    made.token = issue_pair(world, made.store, install(world, made.store, app, SCOPES))[
        "access_token"
    ]
    return made


@pytest.fixture
def buyer(sandbox):
    """A signed-in client of the demo's ERP, which is there with its 120 purchase orders."""
    from .buyer import Buyer

    seed_erps(sandbox.world, wanted=True)
    made = Buyer(sandbox)
    made.sign_in()
    return made


@pytest.fixture
def payer(sandbox):
    """The demo's Stripe account, whose API the portal's provider reaches."""
    import responses

    from .payer import Payer

    seed_stripes(sandbox.world, wanted=True)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        yield Payer(sandbox, net)


@pytest.fixture
def live():
    """A sandbox with a socket (end-to-end tests only)."""
    from .live import Live

    running = Live()
    yield running
    running.close()


@pytest.fixture
def receiver():
    """An address for webhooks on this machine."""
    from .live import Receiver

    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def order_of(sandbox) -> Callable[..., dict[str, Any]]:
    """Place an order by the app; returns the payload of orderCreate."""

    def place(sku: str = "GUJI-12", quantity: int = 2, behavior: str = "BYPASS", **more: Any):
        line = {"variantId": f"gid://shopify/ProductVariant/{sandbox.variant(sku).id}"}
        order = {"lineItems": [line | {"quantity": quantity}], **more}
        answer = sandbox.run(ORDER_CREATE, order=order, options={"inventoryBehaviour": behavior})
        return answer["orderCreate"]

    return place


ORDER_CREATE = """
mutation C($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order { id name sourceIdentifier lineItems(first: 5) { nodes { id sku quantity } } }
    userErrors { code field message }
  }
}"""
