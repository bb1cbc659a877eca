"""Customers' orders in a sales channel."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from integrations.types.people import Contact


@dataclass(frozen=True)
class ChannelLine:
    """One line of a customer's order. `quantity` is current (after edits and refunds)."""

    external_id: str
    sku: str
    title: str
    quantity: int
    price: Decimal
    discount: Decimal = Decimal(0)
    canceled_quantity: int = 0
    variant_id: str = ""
    requires_shipping: bool = True
    gift_card: bool = False


@dataclass(frozen=True)
class ChannelOrder:
    """A customer's order in a sales channel. `version` grows with every change there."""

    external_id: str
    number: str
    placed_at: datetime
    version: datetime
    currency: str
    lines: tuple[ChannelLine, ...]
    contact: Contact = field(default_factory=Contact)
    total: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    refunded_total: Decimal = Decimal(0)
    paid_at: datetime | None = None
    payment_reference: str = ""
    canceled_at: datetime | None = None
    cancel_reason: str = ""
    delivery_method: Literal["ship", "pickup", "delivery"] = "ship"
    delivery_zone: str = ""
    note: str = ""
    test: bool = False
