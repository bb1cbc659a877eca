"""One warehouse and what is in it. Times are aware, money is Decimal, quantities are units."""

from collections import deque
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, PrivateAttr

Kind = Literal["veracore", "extensiv"]
Status = Literal["new", "picking", "packed", "shipped", "delivered", "canceled"]
LABELS: dict[Kind, str] = {"veracore": "VeraCore", "extensiv": "Extensiv"}
UNDER_WAY: tuple[Status, ...] = ("new", "picking", "packed")


class Good(BaseModel):
    """`reserved` are units of orders that were taken and not shipped. `shown` is written in place
    of what is available, as some systems do ("100+")."""

    id: int
    sku: str
    title: str
    on_hand: int
    reserved: int = 0
    price: Decimal | None = None
    brand: str = ""
    thc: str = ""
    batch: str = ""
    certificate_url: str = ""
    shown: str = ""

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class Line(BaseModel):
    sku: str
    quantity: int
    price: Decimal
    shipped: int = 0


class Parcel(BaseModel):
    id: int
    carrier: str
    number: str
    lines: dict[str, int]
    shipped_at: datetime
    delivered_at: datetime | None = None
    voided_at: datetime | None = None


class Order(BaseModel):
    """`number` is what whoever placed it calls it; `about` is everything else they said."""

    id: int
    number: str
    name: str
    email: str
    address: dict[str, str]
    lines: list[Line]
    about: dict[str, str] = {}
    status: Status = "new"
    taken_at: datetime
    parcels: list[Parcel] = []

    @property
    def open_units(self) -> int:
        return sum(line.quantity - line.shipped for line in self.lines)


class Rules(BaseModel):
    """How it behaves. `calls_per_second` 0 means no limit."""

    calls_per_second: int = 0
    token_seconds: int = 3600
    duplicate_answer: Literal["409", "400"] = "409"
    envelope: Literal["items", "embedded", "resource_list", "bare"] = "items"
    most_a_page: int = 50
    oversells: bool = True


class Token(BaseModel):
    value: str
    expires_at: datetime


class Warehouse(BaseModel):
    kind: Kind
    account: str
    name: str
    client_id: str
    client_secret: str
    tokens: list[Token] = []
    goods: dict[str, Good] = {}
    orders: dict[str, Order] = {}
    rules: Rules = Rules()
    _calls: deque[datetime] = PrivateAttr(default_factory=deque)

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    def by_id(self, order_id: str) -> Order | None:
        """An order by its own number here."""
        return next((one for one in self.orders.values() if str(one.id) == order_id), None)

    def calls_of_last_second(self, now: datetime) -> int:
        """This call counted in."""
        self._calls.append(now)
        while (now - self._calls[0]).total_seconds() >= 1:
            self._calls.popleft()
        return len(self._calls)
