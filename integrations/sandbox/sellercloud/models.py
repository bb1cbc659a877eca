"""One ERP server and what is in it. Times are aware, money is Decimal, quantities are units."""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Literal

from pydantic import BaseModel, Field, PrivateAttr


class Status(IntEnum):
    """Status of a purchase order, as the API's documentation numbers it."""

    SELECT = -1
    SAVED = 0
    ORDERED = 1
    PENDING = 2
    RECEIVED = 3
    CANCELLED = 4
    COMPLETED = 5


OPEN = (Status.ORDERED, Status.PENDING)


class Line(BaseModel):
    id: int
    sku: str
    title: str
    vendor_sku: str = ""
    ordered: int
    received: int = 0
    unit_price: Decimal
    expected_at: datetime | None = None


class Parcel(BaseModel):
    number: str
    carrier: str
    shipped_at: datetime | None = None


class PurchaseOrder(BaseModel):
    """`ordered_at` and `expected_at` are empty where nobody entered them."""

    id: int
    title: str
    vendor: str
    vendor_id: int
    warehouse_id: int = 1
    status: Status
    created_at: datetime
    ordered_at: datetime | None = None
    updated_at: datetime
    expected_at: datetime | None = None
    lines: list[Line]
    shipping: Decimal = Decimal(0)
    parcels: list[Parcel] = []
    memo: str = ""
    invoice: str = ""

    @property
    def goods_total(self) -> Decimal:
        return sum((line.ordered * line.unit_price for line in self.lines), Decimal(0))

    @property
    def ordered(self) -> int:
        return sum(line.ordered for line in self.lines)

    @property
    def received(self) -> int:
        return sum(line.received for line in self.lines)

    @property
    def receiving(self) -> int:
        """0 nothing, 1 a part, 2 everything is here."""
        if not self.received:
            return 0
        return 2 if all(line.received >= line.ordered for line in self.lines) else 1


class Good(BaseModel):
    """Stock of one SKU. `shown` is written in place of the available quantity, "null" for none."""

    sku: str
    title: str
    physical: int
    reserved: int = 0
    non_sellable: int = 0
    cost: Decimal = Decimal(0)
    shown: str = ""
    changed_at: datetime

    @property
    def available(self) -> int:
        return max(0, self.physical - self.reserved - self.non_sellable)


class Wave(BaseModel):
    """A change of a share of the generated SKUs: each of them has one unit more."""

    number: int
    share: float
    at: datetime


class Rules(BaseModel):
    """How this server behaves where servers differ, and where nobody documented it."""

    dialect: Literal["published", "described"] = "published"
    details_post: Literal["on", "404", "405"] = "on"
    offers_list: bool = True
    most_a_page: int = Field(default=50, ge=1, le=1000)
    token_seconds: int = Field(default=1800, ge=1, le=86_400)
    refuses_login_with: Literal["400", "401"] = "400"
    calls_per_window: int = Field(default=10_800, ge=0)
    window_seconds: int = Field(default=3600, ge=1, le=86_400)
    utc_offset_minutes: int = Field(default=0, ge=-840, le=840)


class Token(BaseModel):
    value: str
    expires_at: datetime


class Window(BaseModel):
    """Calls counted against the limit since `began_at`."""

    began_at: datetime
    calls: int = 0


class Erp(BaseModel):
    """One server, known by its host name."""

    account: str
    company: str
    company_id: int = 163
    username: str
    password: str
    rules: Rules = Rules()
    tokens: list[Token] = []
    orders: dict[int, PurchaseOrder] = {}
    goods: dict[str, Good] = {}
    generated: int = 0  # how many SKUs exist without being stored
    generated_at: datetime | None = None
    waves: list[Wave] = []
    next_order: int = 10_001
    next_line: int = 500_001
    worked: int = 0  # how many changes of an ordinary working day were made
    _calls: Counter[str] = PrivateAttr(default_factory=Counter)
    _window: Window | None = PrivateAttr(default=None)

    @property
    def calls(self) -> Counter[str]:
        """Calls since the start, by name; refused ones count too."""
        return self._calls

    def on_order(self) -> Counter[str]:
        """Units on their way, by SKU."""
        coming: Counter[str] = Counter()
        for order in self.orders.values():
            if order.status in OPEN:
                for line in order.lines:
                    coming[line.sku] += max(0, line.ordered - line.received)
        return coming

    def count_call(self, name: str, now: datetime) -> Window:
        """Note a call; the window it falls into, with this call counted."""
        self._calls[name] += 1
        window = self._window
        past = window is None or (now - window.began_at).total_seconds() >= self._length
        if window is None or past:
            window = self._window = Window(began_at=now)
        window.calls += 1
        return window

    def forget_calls(self) -> None:
        """Begin the count and the window anew."""
        self._calls.clear()
        self._window = None

    @property
    def _length(self) -> int:
        return self.rules.window_seconds
