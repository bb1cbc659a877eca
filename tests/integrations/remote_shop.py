"""A partner's Shopify store on a mocked network, for whole calls: client, tokens and breaker."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import responses

from integrations.models import ApiCall, Connection
from integrations.providers.base import Provider
from integrations.services.connections import provider_for
from integrations.services.tokens import store_tokens
from integrations.types import Tokens
from tests.integrations.admin_rows import make_store

SHOP = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "shopify" / "graphql_shop.json").read_text()
)
GRAPHQL, TOKENS = "/admin/api/2026-10/graphql.json", "/admin/oauth/access_token"
Answer = tuple[int, dict[str, str], str]


class RemoteShop:
    """What it answers is set in `answer`; `accepts` holds the access tokens it knows."""

    def __init__(self, net: responses.RequestsMock, slug: str) -> None:
        self.row = make_store(slug)
        self.row.secrets = {"client_id": "key", "client_secret": "hush"}
        self.row.save()
        store_tokens(self.row, Tokens("old", refresh="r-old"))
        self.accepts, self.asked, self.token_requests = {"old"}, 0, []
        self.answer: Callable[[], Answer | Exception] = self.shop
        self.token_answers: list[Answer | Exception] = []
        self._lock = threading.Lock()
        base = f"https://{self.row.account}"
        net.add_callback("POST", f"{base}{GRAPHQL}", self._graphql)
        net.add_callback("POST", f"{base}{TOKENS}", self._token)

    def shop(self) -> Answer:
        """Everything is well."""
        text = json.dumps(SHOP).replace("lantern.myshopify.com", self.row.account)
        scope = '{"handle": "write_order_edits"}, {"handle": "read_products"}'
        return 200, {}, text.replace('{"handle": "read_products"}', scope)

    def fresh(self) -> Connection:
        return Connection.objects.get(pk=self.row.pk)

    def provider(self) -> Provider:
        return provider_for(self.fresh())

    def let_pass(self, seconds: float) -> None:
        """That much time goes by: what the row and its calls remember lies further back."""
        ago, row = timedelta(seconds=seconds), self.fresh()
        for name in ("paused_until", "probed_at"):
            if moment := getattr(row, name):
                Connection.objects.filter(pk=row.pk).update(**{name: moment - ago})
        for call in ApiCall.objects.filter(connection=row):
            ApiCall.objects.filter(pk=call.pk).update(at=call.at - ago)

    def _graphql(self, request) -> Answer:
        with self._lock:
            self.asked += 1
        if request.headers["X-Shopify-Access-Token"] not in self.accepts:
            return 401, {}, '{"errors": "[API] Invalid API key or access token"}'
        return self._say(self.answer())

    def _token(self, request) -> Answer:
        with self._lock:
            self.token_requests.append(json.loads(request.body)["refresh_token"])
            number = len(self.token_requests)
            if self.token_answers:
                return self._say(self.token_answers.pop(0))
        self.accepts = {f"new-{number}"}
        fields = {"access_token": f"new-{number}", "refresh_token": f"r-{number}"}
        return 200, {}, json.dumps(fields | {"expires_in": 3600, "scope": "read_products"})

    def _say(self, answer: Answer | Exception) -> Answer:
        if isinstance(answer, Exception):
            raise answer
        return answer
