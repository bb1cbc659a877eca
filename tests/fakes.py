"""A provider for unit tests: it answers from a script and remembers what it was asked."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, Field, SecretStr

from integrations.errors import BadResponse
from integrations.providers.base import (
    Authorizes,
    Cadence,
    Provider,
    PullsProducts,
    PullsStock,
    SendsWebhooks,
)
from integrations.types import (
    AccountInfo,
    Envelope,
    Event,
    RemoteItem,
    RemoteProduct,
    StockItem,
    Tokens,
)

SECRET = "fake-app-secret"


@dataclass
class Script:
    """What the fake answers, and what it was asked. An exception in a place is raised there."""

    calls: list[Any] = field(default_factory=list)
    check: Any = None
    tokens: Any = field(default_factory=lambda: Tokens(access="fresh", scopes=("read",)))
    stock: Any = ()
    parse: Any = None
    subscribe: Any = field(default_factory=lambda: ["orders/create"])

    def answer(self, name: str, *arguments: Any) -> Any:
        self.calls.append((name, *arguments))
        value = getattr(self, name)
        if isinstance(value, Exception):
            raise value
        return value

    def asked(self, name: str) -> int:
        return sum(call[0] == name for call in self.calls)


class FakeSettings(BaseModel):
    shop: str = Field("", description="Name of the shop")


class FakeSecrets(BaseModel):
    client_id: str = Field("", description="Client ID")
    client_secret: SecretStr = Field(SecretStr(SECRET), description="Client secret")


class FakeProvider(SendsWebhooks, Authorizes, PullsProducts, PullsStock, Provider):
    """Accounts end in `.fake`; webhooks are signed in hex in the header x-fake-hmac."""

    slug = "fake"
    label = "Fake"
    account_field = "shop"
    Settings = FakeSettings
    Secrets = FakeSecrets
    default_schedules: ClassVar[Mapping[str, Cadence]] = {"stock": Cadence(every_minutes=60)}
    kept_headers = ("x-fake-topic", "x-fake-shop", "x-fake-id")
    script: ClassVar[Script] = Script()

    @classmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        return f"https://{account or 'api'}.example"

    @classmethod
    def normalize_account(cls, account: str) -> str:
        account = account.strip().lower()
        if not account.endswith(".fake") or "/" in account:
            raise ValueError("A fake shop is named like beans.fake.")
        return account

    def headers(self) -> Mapping[str, str]:
        return {}

    def check(self) -> AccountInfo:
        fallback = AccountInfo(self.access.account, "Beans & Co", granted=("read",))
        return self.script.answer("check") or fallback

    def pull_products(self, since: datetime | None = None) -> Iterator[RemoteProduct]:
        return iter(())

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        yield from self.script.answer("stock")

    def verify(self, body: bytes, headers: Mapping[str, str]) -> bool:
        secret = self.access.secrets.client_secret.get_secret_value()
        given = headers.get("x-fake-hmac", "").encode()
        return bool(secret) and hmac.compare_digest(sign(body, secret).encode(), given)

    @classmethod
    def envelope(cls, headers: Mapping[str, str]) -> Envelope:
        sent_at = headers.get("x-fake-sent-at")
        return Envelope(
            topic=headers.get("x-fake-topic", ""),
            account=headers.get("x-fake-shop", ""),
            delivery_id=headers.get("x-fake-id", ""),
            sent_at=datetime.fromisoformat(sent_at) if sent_at else None,
        )

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[Event]:
        self.script.answer("parse")
        try:
            data = json.loads(body)
        except ValueError:
            raise BadResponse("The body is not readable JSON.") from None
        return [Event(headers["x-fake-topic"], data)]

    def subscribe(self, url: str) -> list[str]:
        return self.script.answer("subscribe", url)

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return f"https://{self.access.account}/allow?state={state}&to={redirect_uri}"

    def verify_callback(self, params: Mapping[str, str]) -> bool:
        return params.get("hmac") == "good" and params.get("shop") == self.access.account

    def exchange(self, params: Mapping[str, str]) -> Tokens:
        return self.script.answer("tokens", params.get("code"))

    def refresh(self, tokens: Tokens | None) -> Tokens:
        return self.script.answer("tokens", tokens)


def sign(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
