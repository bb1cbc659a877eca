"""The provider: who we are there, what we may call, and the two things that are read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from integrations.errors import Rejected, Retryable
from integrations.outcomes import Options
from integrations.providers.base import Access, Provider, PullsPurchaseOrders, PullsStock
from integrations.providers.sellercloud import config, purchase_orders, session
from integrations.providers.sellercloud.pages import Reader, Row
from integrations.providers.sellercloud.pull_stock import Stock
from integrations.registry import register
from integrations.said import Said
from integrations.types import (
    AccountInfo,
    PurchaseOrderQuery,
    RemoteItem,
    RemotePurchaseOrder,
    StockItem,
    Tokens,
)


@register
class SellerCloud(PullsPurchaseOrders, PullsStock, Provider):
    """An ERP that is read and never written to: nothing is ordered or shipped there by us."""

    slug = "sellercloud"
    label = "SellerCloud"
    Settings = config.Settings
    Secrets = config.Secrets
    account_field = "base_url"
    bootstrap = {
        "SELLERCLOUD_BASE_URL": "base_url",
        "SELLERCLOUD_USERNAME": "username",
        "SELLERCLOUD_PASSWORD": "password",
    }

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self._mine: Tokens | None = None  # where nobody keeps tokens: credentials on trial
        self._used_token = ""
        self._zone = ZoneInfo(self._settings.time_zone)
        access.http.authorize(self.headers, self.renew_credentials)

    @property
    def _settings(self) -> config.Settings:
        assert isinstance(self.access.settings, config.Settings)
        return self.access.settings

    @property
    def _secrets(self) -> config.Secrets:
        assert isinstance(self.access.secrets, config.Secrets)
        return self.access.secrets

    @classmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        assert isinstance(settings, config.Settings)
        return settings.base_url

    @classmethod
    def normalize_account(cls, account: str) -> str:
        return config.host_of(account)

    @classmethod
    def hourly_budget(cls, settings: BaseModel) -> int | None:
        return settings.calls_per_hour if isinstance(settings, config.Settings) else None

    # --- signing in

    def headers(self) -> Mapping[str, str]:
        """The token, renewed while there still is time."""
        tokens, now = self._tokens(), self.access.now()
        if tokens is None or session.is_running_out(tokens, now):
            try:
                tokens = self._renew(tokens.access if tokens else "")
            except Retryable:  # the old one is good for the last minutes
                if tokens is None or (tokens.expires_at and now >= tokens.expires_at):
                    raise
        self._used_token = tokens.access
        return {"Authorization": f"Bearer {tokens.access}"}

    def renew_credentials(self) -> bool:
        """After a 401: one new token, by whichever worker comes first."""
        self._renew(self._used_token)
        return True

    def _tokens(self) -> Tokens | None:
        return self.access.tokens.current() or self._mine

    def _renew(self, used: str) -> Tokens:
        self._mine = self.access.tokens.renew(used, self._sign_in)
        return self._mine

    def _sign_in(self, before: Tokens | None) -> Tokens:
        return session.sign_in(self.access.http, self._secrets, self.access.now())

    def _options(self) -> Options:
        return session.common(self.access.http, self.access.now)

    def check(self) -> AccountInfo:
        """The smallest page of purchase orders: the address, the user and its rights work."""
        http, options = self.access.http, self._options()
        options["params"] = {"pageNumber": 1, "pageSize": 1}
        answer = http.read("GET", purchase_orders.PATH, **options)
        if answer.status == 404:
            raise Rejected(session.no_api(http))
        answer.json()
        return AccountInfo(
            account=self.access.account,
            name=self.label,
            currency=self._settings.currency,
            timezone=self._settings.time_zone,
        )

    # --- what is read

    def pull_purchase_orders(self, query: PurchaseOrderQuery) -> Iterator[RemotePurchaseOrder]:
        params = purchase_orders.params_of(query, self._settings, self._zone)
        reader = Reader(
            self.access.http,
            purchase_orders.PATH,
            params,
            self._options,
            self.access.on_page,
            _id_of,
        )
        decoder = purchase_orders.Decoder(self._settings, self._zone)
        yield from decoder.wanted(reader.first() or [], query)
        for rows in reader.rest():
            yield from decoder.wanted(rows, query)

    def purchase_order_url(self, external_id: str) -> str:
        if not external_id.isdecimal():  # it becomes a part of an address
            return ""
        return self._settings.web_address.replace(config.ID, external_id)

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        stock = Stock(self.access, self._settings, self._zone, self._options)
        yield from stock.pull(items, since)


def _id_of(row: Row) -> str:
    return Said(row).text(*purchase_orders.ID)
