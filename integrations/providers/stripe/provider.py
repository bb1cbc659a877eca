"""The provider: what its webhooks say, and the checkouts that may be read with an API key."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from pydantic import BaseModel

from integrations.errors import BadResponse, NotAuthorized, Rejected
from integrations.providers.base import Access, Provider, ReadsCheckouts, SendsWebhooks
from integrations.providers.stripe import checkouts, config, events, signature
from integrations.providers.stripe.reading import pages
from integrations.providers.stripe.values import Body, id_of, text
from integrations.registry import register
from integrations.types import AccountInfo, ChannelOrder, Envelope, Event, Payment

API = "https://api.stripe.com"
VERSION = "2026-06-24.dahlia"
SESSIONS = "/v1/checkout/sessions"
UNSIGNED = (
    "The webhook signing secret is missing. Add an endpoint in Stripe for the webhook address of "
    "this connection; its page there shows the secret, which begins with whsec_."
)
NO_KEY = "There is no API key for Stripe, so its checkouts cannot be read. Add one."
PAYMENT = re.compile(r"(?:pi|ch|py)_[A-Za-z0-9_]+")


@register
class Stripe(SendsWebhooks, ReadsCheckouts, Provider):
    """Payments are told, and read with an API key; nothing is ever changed or moved there."""

    slug = "stripe"
    label = "Stripe"
    Settings = config.Settings
    Secrets = config.Secrets
    account_field = "account"
    bootstrap = {
        "STRIPE_ACCOUNT": "account",
        "STRIPE_WEBHOOK_SECRET": "webhook_secret",
        "STRIPE_API_KEY": "api_key",
    }
    optional_secrets = frozenset({"api_key"})
    kept_headers = ("user-agent",)

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        access.http.authorize(self.headers, self.renew_credentials)

    @property
    def _settings(self) -> config.Settings:
        assert isinstance(self.access.settings, config.Settings)
        return self.access.settings

    @property
    def _secrets(self) -> config.Secrets:
        assert isinstance(self.access.secrets, config.Secrets)
        return self.access.secrets

    @property
    def _api_key(self) -> str:
        return self._secrets.api_key.get_secret_value().strip()

    @classmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        return API

    @classmethod
    def normalize_account(cls, account: str) -> str:
        return config.read_account(account)

    def headers(self) -> Mapping[str, str]:
        if not self._api_key:
            raise NotAuthorized(NO_KEY)
        return {"Authorization": f"Bearer {self._api_key}", "Stripe-Version": VERSION}

    def payment_url(self, reference: str) -> str:
        """Where staff look at a payment, or empty."""
        if not PAYMENT.fullmatch(reference):
            return ""
        mode = "" if self._settings.livemode else "test/"
        return f"https://dashboard.stripe.com/{self.access.account}/{mode}payments/{reference}"

    # --- check

    def check(self) -> AccountInfo:
        """With an API key whose account it opens; without one only what was entered."""
        if not self._secrets.webhook_secret.get_secret_value().strip():
            raise NotAuthorized(UNSIGNED)
        if not self._api_key:
            return AccountInfo(account=self.access.account, name=self.label)
        if config.mode_of(self._api_key) not in (None, self._settings.livemode):
            raise NotAuthorized(
                "The API key is for the other mode: live payments need a live key, tests a test "
                "key. Enter the key that fits, or change the mode."
            )
        return self._account()

    def _account(self) -> AccountInfo:
        answer = self.access.http.read("GET", "/v1/account", accept=()).mapping()
        account = text(answer.get("id"))
        if account != self.access.account:
            raise NotAuthorized(f"{account} answered instead of {self.access.account}.")
        profile = answer.get("business_profile")
        name = text(profile.get("name")) if isinstance(profile, Mapping) else ""
        currency = text(answer.get("default_currency")).upper()
        return AccountInfo(account=account, name=name or self.label, currency=currency)

    # --- webhooks

    def _signing_secrets(self) -> Iterator[str]:
        yield self._secrets.webhook_secret.get_secret_value().strip()
        yield self._secrets.old_webhook_secret.get_secret_value().strip()

    def verify(self, body: bytes, headers: Mapping[str, str]) -> bool:
        return signature.is_signed(body, headers, self._signing_secrets(), self.access.now())

    @classmethod
    def envelope(cls, headers: Mapping[str, str]) -> Envelope:
        """Nothing: Stripe's headers name neither the event nor the account."""
        return Envelope(topic="")

    @classmethod
    def envelope_of(cls, body: bytes, headers: Mapping[str, str]) -> Envelope:
        return events.envelope_of(body)

    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[Event]:
        return events.read_events(body, self._settings)

    def subscribe(self, url: str) -> list[str]:
        """Look whether Stripe sends what we want: its endpoints, with their secrets, staff make.

        Raises Rejected with what is missing; without an API key nobody can look.
        """
        if not self._api_key:
            return []
        there = {kind for one in self._endpoints(url) for kind in one.get("enabled_events") or ()}
        missing = [kind for kind in events.TYPES if kind not in there and "*" not in there]
        if missing:
            raise Rejected(
                f"Stripe does not send {', '.join(missing)} to {url}. Add them to the webhook "
                "endpoint in Stripe."
            )
        return []

    def _endpoints(self, url: str) -> Iterator[Body]:
        for one in pages(self.access.http, "/v1/webhook_endpoints", "webhook endpoints"):
            if one.get("url") == url and one.get("status") == "enabled":
                yield one

    # --- checkouts

    @property
    def can_read_checkouts(self) -> bool:
        return bool(self._api_key)

    def read_checkout(self, payment: Payment) -> ChannelOrder | None:
        if not self._api_key:
            raise NotAuthorized(NO_KEY)
        session = self._by_id(payment) if payment.checkout_id else self._by_payment(payment)
        if session is None or not checkouts.is_paid(session):
            return None
        path = f"{SESSIONS}/{quote(id_of(session), safe='')}/line_items"
        lines = pages(self.access.http, path, "lines", **{"expand[]": "data.price.product"})
        return checkouts.order_of(session, list(lines), payment, self._settings)

    def _by_id(self, payment: Payment) -> Body | None:
        path = f"{SESSIONS}/{quote(payment.checkout_id, safe='')}"
        answer = self.access.http.read("GET", path)
        if answer.status == 404:
            return None
        session = answer.mapping()
        if id_of(session) != payment.checkout_id:
            raise BadResponse(f"Stripe answered with another checkout than {payment.checkout_id}.")
        return session

    def _by_payment(self, payment: Payment) -> Body | None:
        """Some servers ignore a filter they do not know and answer with strangers."""
        found = list(
            pages(self.access.http, SESSIONS, "checkouts", payment_intent=payment.external_id)
        )
        own = [one for one in found if id_of(one.get("payment_intent")) == payment.external_id]
        if found and not own:
            raise BadResponse(
                f"Stripe answered with checkouts of others than {payment.external_id}."
            )
        return own[0] if own else None
