"""Purchase orders as an ERP has them, and what is asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

PurchaseOrderState = Literal["draft", "ordered", "pending", "received", "completed", "canceled"]


@dataclass(frozen=True)
class RemotePurchaseOrderLine:
    """One line; `external_id` is unique within its order. Quantities are units."""

    external_id: str
    sku: str
    ordered: int
    received: int = 0
    title: str = ""
    unit_cost: Decimal | None = None
    expected_on: date | None = None


@dataclass(frozen=True)
class RemoteTracking:
    """One parcel on its way to us."""

    number: str
    carrier: str = ""
    shipped_on: date | None = None


@dataclass(frozen=True)
class RemotePurchaseOrder:
    """What we bought. `status` None means a word we do not know: `status_raw` holds theirs.

    `total` is an amount in `currency` (empty: they do not say), including what they add to the
    lines. `raw` is what they said, for comparing with what they say next time.
    """

    external_id: str
    number: str
    status: PurchaseOrderState | None
    status_raw: str
    lines: tuple[RemotePurchaseOrderLine, ...] = ()
    supplier: str = ""
    warehouse: str = ""
    ordered_on: date | None = None
    expected_on: date | None = None
    total: Decimal | None = None
    currency: str = ""
    tracking: tuple[RemoteTracking, ...] = ()
    updated_at: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PurchaseOrderQuery:
    """Which purchase orders: all that hold for every part that is given. Times are aware.

    `statuses` are our words; none given means every status.
    """

    updated_from: datetime | None = None
    updated_to: datetime | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    statuses: tuple[PurchaseOrderState, ...] = ()
