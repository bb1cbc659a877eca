"""What our own store and a partner's have in common: account, tokens, check, webhooks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from pydantic import BaseModel, Field, SecretStr, field_validator

from integrations.errors import NotAuthorized, Retryable
from integrations.providers.base import Access, Authorizes, Provider, SendsWebhooks
from integrations.providers.shopify import documents, oauth, webhooks
from integrations.providers.shopify.graphql import GraphQL, UserErrors
from integrations.providers.shopify.values import legacy_id, mapping, text
from integrations.types import AccountInfo, Envelope, Event, Tokens

# Both spellings: the newer deliveries leave the X- out. Never the signature.
KEPT_HEADERS = tuple(
    f"{prefix}shopify-{name}"
    for prefix in ("x-", "")
    for name in ("topic", "shop-domain", "webhook-id", "event-id", "triggered-at", "api-version")
)


class StoreSettings(BaseModel):
    """Settings both kinds of store have."""

    shop: str = Field(title="Shop domain", description="For example my-store.myshopify.com")
    scopes: str = Field(
        "", title="Permissions to ask for", description="Comma separated; empty: all we need"
    )

    @field_validator("shop")
    @classmethod
    def _normalize(cls, value: str) -> str:
        return oauth.normalize_shop(value)


class StoreSecrets(BaseModel):
    """The app's credentials. While a secret is rotated both the old and the new one sign."""

    client_id: str = Field("", title="Client ID")
    client_secret: SecretStr = Field(SecretStr(""), title="Client secret")
    old_client_secret: SecretStr = Field(SecretStr(""), title="Previous client secret")


class ShopifyStore(SendsWebhooks, Authorizes, Provider):
    """A Shopify store. All ids we keep are its GraphQL ids (gid://shopify/Order/123)."""

    account_field = "shop"
    needed_scopes: ClassVar[tuple[str, ...]] = ()
    topics: ClassVar[tuple[str, ...]] = ()
    kept_headers = KEPT_HEADERS

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self.graph = GraphQL(access.http, access.on_page)
        self._used_token = ""
        access.http.authorize(self.headers, self.renew_credentials)

    @property
    def _settings(self) -> StoreSettings:
        assert isinstance(self.access.settings, StoreSettings)
        return self.access.settings

    @property
    def _secrets(self) -> StoreSecrets:
        assert isinstance(self.access.secrets, StoreSecrets)
        return self.access.secrets

    @classmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        return f"https://{oauth.normalize_shop(account)}"

    @classmethod
    def normalize_account(cls, account: str) -> str:
        return oauth.normalize_shop(account)

    def order_url(self, external_id: str) -> str:
        number = legacy_id(external_id)
        return f"https://{self.access.account}/admin/orders/{number}" if number else ""

    # --- tokens ---

    def headers(self) -> Mapping[str, str]:
        """The access token, renewed a few minutes before it runs out."""
        tokens, now = self.access.tokens.current(), self.access.now()
        if tokens is None or oauth.is_running_out(tokens, now):
            try:
                used = tokens.access if tokens else ""
                tokens = self.access.tokens.renew(used, self.refresh)
            except Retryable:  # the old one is good for the last minutes
                if tokens is None or tokens.expires_at is None or now >= tokens.expires_at:
                    raise
        self._used_token = tokens.access
        return {"X-Shopify-Access-Token": tokens.access}

    def renew_credentials(self) -> bool:
        tokens = self.access.tokens.current()
        if tokens is None or not self._can_refresh(tokens):
            return False
        self.access.tokens.renew(self._used_token, self.refresh)
        return True

    def _can_refresh(self, tokens: Tokens) -> bool:
        return bool(tokens.refresh)

    def refresh(self, tokens: Tokens | None) -> Tokens:
        if tokens is None or not tokens.refresh:
            raise NotAuthorized(f"{self.access.account} is not connected. Send its owner a link.")
        secret, now = self._secrets.client_secret.get_secret_value(), self.access.now()
        return oauth.refresh_tokens(self.access.http, self._secrets.client_id, secret, tokens, now)

    # --- OAuth ---

    def asked_scopes(self) -> tuple[str, ...]:
        """What the install page asks the owner for."""
        override = tuple(one.strip() for one in self._settings.scopes.split(",") if one.strip())
        return override or self.all_scopes()

    def all_scopes(self) -> tuple[str, ...]:
        """What our calls need."""
        return self.needed_scopes

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return oauth.authorize_url(
            self.access.http.base_url,
            self._secrets.client_id,
            self.asked_scopes(),
            state,
            redirect_uri,
        )

    def verify_callback(self, params: Mapping[str, str]) -> bool:
        """Signed by our app's secret, within the last 90 s, and about this very shop."""
        return (
            oauth.is_signed(params, self._signing_secrets())
            and oauth.is_fresh(params, self.access.now())
            and params.get("shop", "").lower() == self.access.account
        )

    def exchange(self, params: Mapping[str, str]) -> Tokens:
        code = params.get("code", "")
        if not code:
            raise NotAuthorized(f"{self.access.account} sent no code. Open the link again.")
        secret, now = self._secrets.client_secret.get_secret_value(), self.access.now()
        return oauth.exchange_code(self.access.http, self._secrets.client_id, secret, code, now)

    # --- check ---

    def check(self) -> AccountInfo:
        data = self.graph.read(documents.SHOP)
        shop = mapping(data["shop"], "shop")
        account = text(shop["myshopifyDomain"]).lower()
        if account != self.access.account:
            raise NotAuthorized(f"{account} answered instead of {self.access.account}.")
        granted = [text(one["handle"]) for one in data["currentAppInstallation"]["accessScopes"]]
        return AccountInfo(
            account=account,
            name=text(shop["name"]),
            currency=text(shop["currencyCode"]),
            timezone=text(shop["ianaTimezone"]),
            granted=tuple(granted),
            missing=missing_scopes(self.all_scopes(), granted),
        )

    # --- webhooks ---

    def _signing_secrets(self) -> Iterator[str]:
        yield self._secrets.client_secret.get_secret_value()
        yield self._secrets.old_client_secret.get_secret_value()

    def verify(self, body: bytes, headers: Mapping[str, str]) -> bool:
        return webhooks.is_signed(body, headers, self._signing_secrets())

    @classmethod
    def envelope(cls, headers: Mapping[str, str]) -> Envelope:
        return webhooks.read_envelope(headers)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[Event]:
        return webhooks.read_events(body, headers)

    def subscribe(self, url: str) -> list[str]:
        pages = self.graph.pages(documents.WEBHOOKS, "webhookSubscriptions", 100)
        there = {text(one["topic"]) for page in pages for one in page if one["uri"] == url}
        missing = [topic for topic in self.topics if topic not in there]
        for topic in missing:
            self._subscribe(topic, url)
        return missing

    def _subscribe(self, topic: str, url: str) -> None:
        try:
            self.graph.write(documents.WEBHOOK_CREATE, topic, topic=topic, uri=url)
        except UserErrors as refusal:
            said = str(refusal).lower()
            if "already been taken" in said:
                return
            if "protected customer data" not in said:
                raise
            refused = NotAuthorized(
                f"{self.access.account} does not let the app see customer data, so it sends no "
                f"{topic} webhooks. Ask for protected customer data access in the app's settings."
            )
        else:
            return
        raise refused


def missing_scopes(needed: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The scopes not granted; write_x includes read_x."""
    have = set(granted)
    have |= {"read_" + one.removeprefix("write_") for one in have if one.startswith("write_")}
    return tuple(one for one in needed if one not in have)
