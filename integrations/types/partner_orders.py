"""Orders to partners: as they are placed, changed, and stand there."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from integrations.types.people import Address


@dataclass(frozen=True)
class LineToPlace:
    """One line of an order to a partner; `unit_cost` is what we expect to pay for one unit."""

    external_id: str
    sku: str
    title: str
    quantity: int
    unit_cost: Decimal


@dataclass(frozen=True)
class OrderToPlace:
    """Exactly what is sent to a partner. `reference` is searchable there and never reused."""

    reference: str
    currency: str
    lines: tuple[LineToPlace, ...]
    ship_to: Address
    email: str = ""
    note: str = ""


@dataclass(frozen=True)
class PlacedLine:
    external_id: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class PlacedOrder:
    """An order as the partner has it. `account` is whose store answered.

    `is_open` is False where the partner began work on it, closed or archived it: no line can be
    added any more.
    """

    external_id: str
    reference: str
    account: str
    number: str = ""
    status: str = ""
    lines: tuple[PlacedLine, ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class OrderChange:
    """What `update_order` may change on an order already placed."""

    ship_to: Address | None = None
    note: str | None = None


@dataclass(frozen=True)
class OrderState:
    """A partner's word on an order, mapped by the provider; `status_raw` is theirs."""

    external_id: str
    status: Literal["confirmed", "picking", "packed", "shipped", "delivered", "canceled", ""]
    status_raw: str
