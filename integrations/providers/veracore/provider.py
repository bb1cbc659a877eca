"""The provider: who we are there, and the calls a warehouse is told and asked with."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from integrations.answers import Response
from integrations.client_credentials import ClientCredentials
from integrations.errors import BadResponse, NotAuthorized, Rejected
from integrations.providers.base import (
    Access,
    Cadence,
    FindsOrders,
    Provider,
    PullsOrderStatus,
    PullsShipments,
    PullsStock,
    PushesOrders,
)
from integrations.providers.veracore import config, orders
from integrations.providers.veracore.dialect import DIALECTS, Dialect
from integrations.registry import register
from integrations.said import Said, units
from integrations.types import (
    AccountInfo,
    OrderState,
    OrderToPlace,
    PlacedLine,
    PlacedOrder,
    RemoteItem,
    RemoteShipment,
    StockItem,
)

REFUSALS = (400, 409, 422)
# So few SKUs are asked one by one; the list is one call, whatever its length.
FEW = 5
LISTS = ("items", "data", "results", "inventory", "shipments", "orders")
HOURS = Cadence(
    every_minutes=30,
    weekdays="01234",
    window_from="09:00",
    window_to="19:00",
    timezone="America/Los_Angeles",
)
Row = Mapping[str, Any]


@register
class VeraCore(PullsStock, PushesOrders, FindsOrders, PullsOrderStatus, PullsShipments, Provider):
    """A warehouse that keeps our goods. It has no webhooks: it is asked in its hours."""

    slug = "veracore"
    label = "VeraCore"
    lists_stock = True
    Settings = config.Settings
    Secrets = config.Secrets
    account_field = "company_id"
    ships_to = "customer"
    asked_to_connect = frozenset({"api_url", "auth"})
    bootstrap = {
        "VERACORE_COMPANY_ID": "company_id",
        "VERACORE_API_URL": "api_url",
        "VERACORE_CLIENT_ID": "client_id",
        "VERACORE_CLIENT_SECRET": "client_secret",
    }
    default_schedules = {
        "stock": Cadence(daily_at="02:00", timezone="America/Los_Angeles"),
        "shipments": HOURS,
        "order_status": HOURS,
    }

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        secret = self._secrets.client_secret.get_secret_value()
        path, client_id = self._settings.token_path, self._secrets.client_id
        self._sign = ClientCredentials(access, path, client_id, secret)
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
    def _dialect(self) -> Dialect:
        return DIALECTS[self._settings.dialect]

    @classmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        assert isinstance(settings, config.Settings)
        return settings.api_url

    @classmethod
    def normalize_account(cls, account: str) -> str:
        return config.read_company(account)

    @classmethod
    def least_gap(cls, settings: BaseModel) -> float:
        assert isinstance(settings, config.Settings)
        return 1 / settings.calls_per_second if settings.calls_per_second else 0.0

    # --- signing in

    @classmethod
    def uses_token(cls, settings: BaseModel) -> bool:
        assert isinstance(settings, config.Settings)
        return settings.auth == "token"

    def headers(self) -> Mapping[str, str]:
        """Who we are, in the way the warehouse wants it."""
        if self._settings.auth == "token":
            return self._sign.header()
        secret = self._secrets.client_secret.get_secret_value()
        if not self._secrets.client_id or not secret:
            host = self.access.http.host
            raise NotAuthorized(f"There is no user and password for {host}. Enter both.")
        word = base64.b64encode(f"{self._secrets.client_id}:{secret}".encode()).decode()
        return {"Authorization": f"Basic {word}"}

    def renew_credentials(self) -> bool:
        """After a 401: one new token. A password stays what it is."""
        return self._settings.auth == "token" and self._sign.renew()

    def check(self) -> AccountInfo:
        """The stock list: the address, the credentials and a path work."""
        try:
            self._rows(self._settings.inventory_path)
        except NotAuthorized as exc:
            if ". " in str(exc):  # it says itself what to do: signing in failed
                raise
            what = "client id and secret" if self._settings.auth == "token" else "user and password"
            raise NotAuthorized(
                f"{exc} Enter {what} again; the warehouse must allow them to read stock and to "
                "place orders."
            ) from None
        return AccountInfo(account=self.access.account, name=self.label)

    # --- stock

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        """The whole list; a few SKUs one by one, of which unknown ones are left out."""
        path = self._settings.inventory_path
        if items is None or len(items) > FEW:
            rows = self._rows(path)
            self.access.on_page(len(rows))
            yield from self._dialect.read_stock(rows)
            return
        for item in items:
            answer = self._read(f"{path}/{quote(item.sku, safe='')}", f"{path}/{{sku}}")
            self.access.on_page(None)
            if answer.status != 404:
                yield from self._named(item.sku, _listed(answer))

    def _named(self, sku: str, rows: list[Row]) -> Iterator[StockItem]:
        """What was asked for; whatever else came is none of our business."""
        for found in self._dialect.read_stock(rows):
            if found.sku.casefold() == sku.strip().casefold():
                yield found

    # --- orders

    def push_order(self, order: OrderToPlace) -> PlacedOrder:
        """Place it under our reference, which they refuse to take twice."""
        answer = self.access.http.write(
            "POST",
            self._settings.orders_path,
            accept=REFUSALS,
            json=self._dialect.encode_order(order, self._settings.company_id),
            subject=order.reference,
        )
        if answer.status in REFUSALS:
            raise self._dialect.refusal(answer)
        placed = self._dialect.read_order(answer.mapping(), self.access.account)
        if not placed.reference:
            raise answer.unreadable("no order number")
        return placed

    def find_order(self, reference: str) -> PlacedOrder | None:
        """By its number; where that is not known, by parcels that name it."""
        answer = self._order(reference)
        if answer.status != 404:
            return self._ours(reference, answer)
        rows = self._parcel_rows(reference)
        ours = [row for row in rows if orders.number_of(row) == reference]
        if rows and not ours:
            raise BadResponse(f"{self.access.http.host} answered with parcels of other orders.")
        return self._from_parcels(reference, ours) if ours else None

    def _ours(self, reference: str, answer: Response) -> PlacedOrder:
        return self._dialect.read_order(self._one(reference, answer), self.access.account)

    def _one(self, reference: str, answer: Response) -> Row:
        rows = [row for row in _listed(answer) if orders.number_of(row) == reference]
        if len(rows) != 1:
            raise BadResponse(f"{self.access.http.host} answered with another order.")
        return rows[0]

    def _from_parcels(self, reference: str, rows: list[Row]) -> PlacedOrder:
        lines: dict[str, int] = {}
        for parcel in self._dialect.read_parcels(rows):
            for line in parcel.lines:
                lines[line.sku] = lines.get(line.sku, 0) + line.quantity
        return PlacedOrder(
            external_id=reference,
            reference=reference,
            account=self.access.account,
            lines=tuple(PlacedLine(sku, sku, count) for sku, count in lines.items()),
            is_open=False,
            tells_lines=False,  # what left is not all that was ordered
        )

    def pull_order_status(
        self, orders: Sequence[str], since: datetime | None = None
    ) -> Iterator[OrderState]:
        """One call each: there is no list of them. One they do not know is left out."""
        for number in orders:
            answer = self._order(number)
            if answer.status != 404:
                yield self._dialect.read_state(self._one(number, answer))

    def _order(self, number: str) -> Response:
        path = self._settings.orders_path
        return self._read(f"{path}/{quote(number, safe='')}", f"{path}/{{number}}", number)

    # --- parcels

    def pull_shipments(
        self, orders: Sequence[str] | None = None, since: datetime | None = None
    ) -> Iterator[RemoteShipment]:
        """The parcels of these orders, one call each; or all of them."""
        if orders is None:
            yield from self._dialect.read_parcels(self._rows(self._settings.shipments_path))
            return
        for number in orders:
            mine = self._parcel_rows(number)
            found = self._dialect.read_parcels(mine)
            yield from (parcel for parcel in found if parcel.order_id == number)

    def _parcel_rows(self, number: str) -> list[Row]:
        params = {"orderNumber": number}
        return self._rows(self._settings.shipments_path, params=params, subject=number)

    # --- reading

    def _read(self, path: str, template: str, subject: str = "") -> Response:
        return self.access.http.read("GET", path, template=template, subject=subject)

    def _rows(self, path: str, **options: Any) -> list[Row]:
        """A list. Raises Rejected where there is nothing at the path, BadResponse for a part."""
        answer = self.access.http.read("GET", path, **options)
        if answer.status == 404:
            raise Rejected(f"{self.access.http.host} has nothing at {path}. Check the paths.")
        rows = _listed(answer)
        total = _total(answer)
        if total is not None and total > len(rows):
            host = self.access.http.host
            raise BadResponse(f"{host} sent {len(rows)} of {total} rows of {path}.")
        return rows


def _listed(answer: Response) -> list[Row]:
    """The rows of an answer: a bare list, a list under a name, or the one thing itself."""
    value = answer.json()
    if isinstance(value, Mapping):
        is_one = orders.number_of(value) or Said(value).text(*orders.SKU)
        value = [value] if is_one else Said(value).get(*LISTS)
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise answer.unreadable("a list of another shape than promised")
    return list(value)


def _total(answer: Response) -> int | None:
    value = answer.json()
    return units(Said(value).get("total", "totalResults")) if isinstance(value, Mapping) else None
