"""Orders to partners: as they are placed, changed, and stand there."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from integrations.types.people import Address
from integrations.types.shipments import RemoteShipment


@dataclass(frozen=True)
class LineToPlace:
    """One line of an order to a partner; `unit_cost` is what we expect to pay for one unit.

    `price` is what the customer pays for one, in the currency of the customer's order; None where
    the order is not one customer's, or the units were sold at several prices.
    """

    external_id: str
    sku: str
    title: str
    quantity: int
    unit_cost: Decimal
    price: Decimal | None = None


@dataclass(frozen=True)
class CustomerOrder:
    """The one customer's order behind what is placed: only with what goes to that customer.

    `number` is ours; `total` what the customer owes, in `currency`.
    """

    number: str
    placed_at: datetime
    currency: str
    total: Decimal
    is_paid: bool
    delivery_method: Literal["ship", "pickup", "delivery"] = "ship"
    delivery_zone: str = ""


@dataclass(frozen=True)
class OrderToPlace:
    """Exactly what is sent to a partner. `reference` is searchable there and never reused.

    `email` and `customer` are of an order that goes to its customer; a center-bound one has none.
    """

    reference: str
    currency: str
    lines: tuple[LineToPlace, ...]
    ship_to: Address
    email: str = ""
    note: str = ""
    customer: CustomerOrder | None = None


@dataclass(frozen=True)
class PlacedLine:
    external_id: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class PlacedOrder:
    """An order as the partner has it. `account` is whose store answered.

    `is_open` is False where the partner began work on it, closed or archived it: no line can be
    added any more. `tells_lines` is False for an answer with an id alone: it says nothing of them.
    """

    external_id: str
    reference: str
    account: str
    number: str = ""
    status: str = ""
    lines: tuple[PlacedLine, ...] = ()
    is_open: bool = True
    tells_lines: bool = True


@dataclass(frozen=True)
class OrderChange:
    """What `update_order` may change on an order already placed."""

    ship_to: Address | None = None
    note: str | None = None


@dataclass(frozen=True)
class OrderState:
    """A partner's word on an order, mapped by the provider; `status_raw` is theirs.

    `status` is empty for a word the provider does not know. `shipments` are the parcels the same
    answer told of, if it tells of them.
    """

    external_id: str
    status: Literal["confirmed", "picking", "packed", "shipped", "delivered", "canceled", ""]
    status_raw: str
    shipments: tuple[RemoteShipment, ...] = ()
