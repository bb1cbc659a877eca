"""The provider: who we are there, what is read, and how orders are told and changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel

from integrations.answers import Response
from integrations.client_credentials import ClientCredentials
from integrations.errors import (
    BadResponse,
    Duplicate,
    NotAuthorized,
    ProviderError,
    Rejected,
    Unconfirmed,
)
from integrations.providers.base import (
    Access,
    Cadence,
    CancelsOrders,
    FindsOrders,
    Provider,
    PullsOrderStatus,
    PullsProducts,
    PullsStock,
    PushesOrders,
    UpdatesOrders,
)
from integrations.providers.extensiv import catalog, config, orders, refusals
from integrations.providers.extensiv.dialect import DIALECTS, Dialect
from integrations.providers.extensiv.pages import Row, read_pages, rows_of
from integrations.registry import register
from integrations.said import Said
from integrations.types import (
    AccountInfo,
    OrderChange,
    OrderState,
    OrderToPlace,
    PlacedOrder,
    RemoteItem,
    RemoteProduct,
    StockItem,
)

# So few SKUs are asked one by one.
FEW = 5


@register
class Extensiv(
    PullsProducts,
    PullsStock,
    PushesOrders,
    FindsOrders,
    PullsOrderStatus,
    CancelsOrders,
    UpdatesOrders,
    Provider,
):
    """A warehouse that keeps its own catalog, and tells how far each order is when asked."""

    slug = "extensiv"
    label = "Extensiv"
    lists_stock = True
    Settings = config.Settings
    Secrets = config.Secrets
    account_field = "base_url"
    ships_to = "customer"
    bootstrap = {
        "EXTENSIV_BASE_URL": "base_url",
        "EXTENSIV_CLIENT_ID": "client_id",
        "EXTENSIV_CLIENT_SECRET": "client_secret",
    }
    default_schedules = {
        "products": Cadence(daily_at="03:30"),
        "stock": Cadence(every_minutes=15),
        "order_status": Cadence(every_minutes=5),
    }

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        secrets = access.secrets
        assert isinstance(secrets, config.Secrets)
        secret = secrets.client_secret.get_secret_value()
        self._sign = ClientCredentials(access, self._dialect.token, secrets.client_id, secret)
        access.http.authorize(self.headers, self.renew_credentials)

    @property
    def _settings(self) -> config.Settings:
        assert isinstance(self.access.settings, config.Settings)
        return self.access.settings

    @property
    def _dialect(self) -> Dialect:
        return DIALECTS[self._settings.dialect]

    @classmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        assert isinstance(settings, config.Settings)
        return settings.base_url

    @classmethod
    def normalize_account(cls, account: str) -> str:
        return config.host_of(account)

    @classmethod
    def least_gap(cls, settings: BaseModel) -> float:
        assert isinstance(settings, config.Settings)
        return 1 / settings.calls_per_second

    def headers(self) -> Mapping[str, str]:
        """The token, renewed while it is still good for a minute."""
        return self._sign.header()

    def renew_credentials(self) -> bool:
        """After a 401: one new token."""
        return self._sign.renew()

    def check(self) -> AccountInfo:
        """The smallest page of products: the address, the app and its rights work."""
        answer = self.access.http.read(
            "GET", self._dialect.products, params={"page": 1, "pageSize": 1}
        )
        if answer.status == 404:
            raise NotAuthorized(
                f"There is no Extensiv interface at {self.access.http.host} (HTTP 404). Check the "
                "API address."
            )
        rows_of(answer)
        currency = self._settings.currency
        return AccountInfo(account=self.access.account, name=self.label, currency=currency)

    # --- catalog and stock

    def pull_products(self, since: datetime | None = None) -> Iterator[RemoteProduct]:
        """All products; there is no list of the changed ones."""
        for row in self._pages(self._dialect.products):
            yield self._dialect.read_product(row, self._settings.currency)

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        """The whole list; a few SKUs one by one, of which unknown ones are left out."""
        if items is None or len(items) > FEW:
            yield from (self._dialect.read_stock(row) for row in self._pages(self._dialect.stock))
            return
        for item in filter(lambda one: one.sku.strip(), items):
            template = self._dialect.stock_of_one
            path = template.format(sku=quote(item.sku, safe=""))
            answer = self.access.http.read("GET", path, template=template)
            self.access.on_page(None)
            rows = [] if answer.status == 404 else _named(answer)
            found = (self._dialect.read_stock(row) for row in rows)
            yield from (one for one in found if one.sku.casefold() == item.sku.strip().casefold())

    def _pages(self, path: str) -> Iterator[Row]:
        return read_pages(self.access.http, path, self.access.on_page)

    # --- orders

    def push_order(self, order: OrderToPlace) -> PlacedOrder:
        """Place it under our reference, which they refuse to take twice."""
        answer = self.access.http.write(
            "POST",
            self._dialect.orders,
            accept=refusals.OF_ORDERS,
            json=self._dialect.encode_order(order),
            subject=order.reference,
        )
        if answer.status in refusals.OF_ORDERS:
            raise self._dialect.refusal(answer)
        placed = self._read(answer.mapping())
        if not placed.external_id or not placed.reference:
            raise answer.unreadable("an order without its id and number")
        return placed

    def find_order(self, reference: str) -> PlacedOrder | None:
        """By its number. A search that answers with strangers alone says nothing."""
        path, params = self._dialect.orders, {"order_number": reference}
        rows = list(read_pages(self.access.http, path, lambda total: None, params))
        found = [self._read(row) for row in rows if orders.number_of(row) == reference]
        ours = [one for one in found if one.account == self.access.account]
        live = [one for one in ours if one.status != "canceled"] or ours[:1]
        if len(live) > 1:
            raise BadResponse(f"{self.access.http.host} has {reference} {len(live)} times.")
        if rows and not live:
            raise BadResponse(f"{self.access.http.host} answered with other orders.")
        return live[0] if live else None

    def _read(self, row: Row) -> PlacedOrder:
        return self._dialect.read_order(row, self.access.account, self._settings.customer_id)

    def pull_order_status(
        self, orders: Sequence[str], since: datetime | None = None
    ) -> Iterator[OrderState]:
        """One call each: there is no list of them. One they do not know is left out."""
        for order_id in orders:
            path = self._dialect.status
            answer = self.access.http.read("GET", self._at(path, order_id), template=path)
            if answer.status != 404:
                yield self._dialect.read_state(answer.mapping(), order_id)

    def cancel_order(self, external_id: str, reason: str) -> PlacedOrder:
        """Ask them to send nothing of it; too late is a refusal."""
        body = {"status": "cancelled", "reason": reason}
        return self._change(external_id, body)

    def update_order(self, external_id: str, change: OrderChange) -> PlacedOrder:
        """Set the address or the note."""
        body: dict[str, object] = {}
        if change.ship_to is not None:
            body["shipping_address"] = self._dialect.encode_address(change.ship_to)
        if change.note is not None:
            body["note"] = change.note
        return self._change(external_id, body)

    def _change(self, external_id: str, body: Mapping[str, object]) -> PlacedOrder:
        path = self._dialect.order
        answer = self._patch(self._at(path, external_id), path, body)
        if answer.status in refusals.OF_CHANGES:
            error = self._dialect.refusal(answer)
            raise Rejected(str(error)) if isinstance(error, Duplicate) else error
        if answer.status == 204:  # done, without a word on how it stands now
            return self._read_back(external_id)
        return self._read(answer.mapping())

    def _read_back(self, external_id: str) -> PlacedOrder:
        """How it stands after a change. Raises Unconfirmed: the change itself was made."""
        path = self._dialect.order
        try:
            answer = self.access.http.read(
                "GET", self._at(path, external_id), accept=(), template=path
            )
            return self._read(answer.mapping())
        except ProviderError as exc:
            raise Unconfirmed(f"{exc} The change was taken; how it stands is unknown.") from None

    def _patch(self, path: str, template: str, body: Mapping[str, object]) -> Response:
        http, refused = self.access.http, refusals.OF_CHANGES
        return http.write("PATCH", path, accept=refused, json=dict(body), template=template)

    @staticmethod
    def _at(path: str, external_id: str) -> str:
        return path.format(id=quote(external_id, safe=""))


def _named(answer: Response) -> list[Row]:
    """The rows about one SKU: in an envelope, or the one thing itself."""
    value = answer.json()
    if isinstance(value, Mapping) and Said(value).text(*catalog.SKU):
        return [value]
    return rows_of(answer)
