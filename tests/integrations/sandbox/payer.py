"""A Stripe account in the sandbox, a buyer at its checkout, and the portal's provider for it."""

import json
import re
from typing import Any

import responses

from integrations.http import Client
from integrations.providers.base import Access
from integrations.providers.stripe.provider import API, Stripe
from integrations.sandbox.shopify.courier import stamped
from integrations.sandbox.stripe.models import Merchant, Sale
from integrations.sandbox.stripe.seed import ACCOUNT, API_KEY, SECRET
from integrations.services.tokens import NoTokens
from integrations.types import Event

from .conftest import Sandbox

HOOK = "https://portal.example/hooks/k/"
LINES = [{"sku": "CD-TOTE-01", "quantity": 2}, {"sku": "GRN-TINC-30", "quantity": 1}]


class Payer:
    """Pays by the control API, and reads what the account would tell the portal."""

    def __init__(self, sandbox: Sandbox, net: responses.RequestsMock) -> None:
        self.sandbox, self.net = sandbox, net
        self.control("endpoint", url=HOOK)
        net.add_callback("GET", re.compile(f"{API}/.*"), self._answer)

    @property
    def merchant(self) -> Merchant:
        return self.sandbox.world.stripe(ACCOUNT)

    def control(self, action: str, **given: Any) -> Any:
        answer = self.sandbox.json(f"/control/stripes/{ACCOUNT}/{action}", **given)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def pay(self, how: str = "card", **given: Any) -> Sale:
        known = {"lines": LINES, "name": "Maya Okafor", "email": "maya@example.com"}
        paid = self.control("pay", how=how, **{**known, **given})
        return self.merchant.sales[paid["id"]]

    def sent(self) -> list[tuple[str, bytes, dict[str, str]]]:
        """Deliveries under way as they would arrive now: type, body, lower-case headers."""
        world = self.sandbox.world
        return [
            (one.topic, one.raw, {k.lower(): v for k, v in stamped(world, one).items()})
            for one in world.state.deliveries.values()
        ]

    def types(self) -> list[str]:
        return [kind for kind, _, _ in self.sent()]

    def heard(self, secret: str = SECRET) -> list[Event]:
        """What the portal understands of it; every delivery must be signed."""
        stripe, events = self.stripe(webhook_secret=secret), []
        for kind, body, headers in self.sent():
            assert stripe.verify(body, headers), kind
            events += stripe.parse(body, headers)
        return events

    def stripe(self, **keys: str) -> Stripe:
        access = Access(
            connection="stripe",
            account=ACCOUNT,
            settings=Stripe.Settings(account=ACCOUNT, livemode=False),
            secrets=Stripe.Secrets(**{"webhook_secret": SECRET, "api_key": API_KEY, **keys}),
            tokens=NoTokens(),
            http=Client(API, sleep=lambda seconds: None),
            now=self.sandbox.clock,
        )
        return Stripe(access)

    def _answer(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        """The sandbox answers in Stripe's place."""
        path, _, query = request.url.removeprefix(API).partition("?")
        headers = {k.lower(): v for k, v in request.headers.items()}
        made = self.sandbox.send("GET", f"/stripe/{ACCOUNT}{path}", query=query, **headers)
        return made.status, {"Content-Type": made.content_type}, made.body
