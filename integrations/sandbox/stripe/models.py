"""One Stripe account and what is in it. Amounts are minor units of its currency, times aware."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

TYPES = (
    *("payment_intent.succeeded", "payment_intent.payment_failed", "checkout.session.completed"),
    *("checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed"),
    *("charge.refunded", "charge.dispute.created"),
)


class Item(BaseModel):
    """Something the checkout sells."""

    sku: str
    title: str
    price: int


class Line(BaseModel):
    id: str
    sku: str
    title: str
    quantity: int
    price: int

    @property
    def total(self) -> int:
        return self.quantity * self.price


class Buyer(BaseModel):
    """Who buys, and where it goes."""

    name: str = ""
    email: str = ""
    phone: str = ""
    line1: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"


Delivery = Literal["ship", "pickup", "delivery"]


class Sale(BaseModel):
    """A checkout session with its payment intent and its charge.

    `order_number` is what the shop wrote into the metadata of both, and so are `delivery` and the
    zone of a local one.
    """

    id: str
    payment: str
    charge: str
    created_at: datetime
    buyer: Buyer
    lines: list[Line]
    shipping: int = 0
    method: Literal["card", "transfer"] = "card"
    status: Literal["open", "processing", "paid", "failed"] = "open"
    order_number: str = ""
    delivery: Delivery = "ship"
    zone: str = ""
    error: str = ""
    refunded: int = 0
    dispute: str = ""

    @property
    def subtotal(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def total(self) -> int:
        return self.subtotal + self.shipping

    @property
    def left(self) -> int:
        """What could still be refunded."""
        return self.total - self.refunded if self.status == "paid" else 0


class Merchant(BaseModel):
    """One account. While its signing secret is changed the previous one is still known."""

    account: str
    name: str
    api_key: str
    secret: str
    previous_secret: str = ""
    currency: str = "usd"
    livemode: bool = False
    endpoint_url: str = ""
    enabled_events: list[str] = list(TYPES)
    items: list[Item] = []
    sales: dict[str, Sale] = {}

    def by_payment(self, payment: str) -> Sale | None:
        """The sale whose payment intent has this id."""
        return next((one for one in self.sales.values() if one.payment == payment), None)

    def item(self, sku: str) -> Item | None:
        return next((one for one in self.items if one.sku == sku), None)


def money(amount: int) -> str:
    """1250 as 12.50: every account of the sandbox counts in hundredths."""
    return f"{amount // 100}.{amount % 100:02}"
