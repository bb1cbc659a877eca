"""Orders, their lines and fulfillments, with the figures computed from them."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel

ZERO = Decimal("0.00")


class Address(BaseModel):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province_code: str | None = None
    country_code: str | None = None
    zip: str | None = None
    phone: str | None = None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class Line(BaseModel):
    """An order line. `quantity` is as ordered, `current_quantity` after edits and removals."""

    id: int
    fulfillment_line_id: int
    variant_id: int | None = None
    product_id: int | None = None
    sku: str | None = None
    title: str
    variant_title: str | None = None
    vendor: str | None = None
    quantity: int
    current_quantity: int
    fulfilled: int = 0
    claimed: int = 0  # units of stock this line committed
    price: Decimal
    discount: Decimal = ZERO
    requires_shipping: bool = True
    gift_card: bool = False
    taxable: bool = True
    grams: int = 0
    properties: list[tuple[str, str]] = []

    @property
    def name(self) -> str:
        return f"{self.title} - {self.variant_title}" if self.variant_title else self.title

    @property
    def open_quantity(self) -> int:
        """Units still to be shipped."""
        return max(0, self.current_quantity - self.fulfilled)


class FulfillmentLine(BaseModel):
    id: int
    line_id: int
    quantity: int
    committed: int = 0  # units of stock that left with it


class Fulfillment(BaseModel):
    """A parcel that left."""

    id: int
    name: str
    status: str = "SUCCESS"
    shipment_status: str | None = None
    location_id: int
    company: str | None = None
    numbers: list[str] = []
    urls: list[str] = []
    lines: list[FulfillmentLine]
    created_at: datetime
    updated_at: datetime
    delivered_at: datetime | None = None


class RefundLine(BaseModel):
    """Units taken off an order; `restock` says what became of the goods."""

    id: int
    line_id: int
    quantity: int
    restock: str  # cancel (never shipped), return (came back), no_restock
    subtotal: Decimal


class Refund(BaseModel):
    """Money given back, with or without units."""

    id: int
    transaction_id: int
    created_at: datetime
    amount: Decimal
    note: str | None = None
    lines: list[RefundLine] = []


class Metafield(BaseModel):
    id: int
    namespace: str
    key: str
    value: str
    type: str


class Order(BaseModel):
    """One order of a store."""

    id: int
    number: int
    token: str
    fulfillment_order_id: int
    name: str
    currency: str
    created_at: datetime
    updated_at: datetime
    processed_at: datetime
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    email: str | None = None
    phone: str | None = None
    customer_email: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    financial_status: str = "PAID"
    received: Decimal = ZERO
    lines: list[Line] = []
    discount_code: str | None = None
    shipping_id: int = 0
    shipping_title: str | None = None
    shipping_price: Decimal = ZERO
    tags: list[str] = []
    note: str | None = None
    attributes: list[tuple[str, str]] = []
    metafields: list[Metafield] = []
    po_number: str | None = None
    source_identifier: str | None = None
    source_name: str = "web"
    source_url: str | None = None
    gateway: str | None = None
    test: bool = False
    client_id: str | None = None  # the app that created it
    fulfillments: list[Fulfillment] = []
    refunds: list[Refund] = []
    in_progress: bool = False  # the merchant marked it so
    on_hold: bool = False
    being_edited: bool = False  # somebody has it open in the editor of the back office
    edits: int = 0

    @property
    def items_total(self) -> Decimal:
        return sum((line.price * line.quantity for line in self.lines), ZERO)

    @property
    def discounts(self) -> Decimal:
        return sum((line.discount for line in self.lines), ZERO)

    @property
    def subtotal(self) -> Decimal:
        """Lines after discounts, as ordered."""
        return self.items_total - self.discounts

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping_price

    @property
    def current_subtotal(self) -> Decimal:
        """Lines after discounts, as they stand after edits and cancelation."""
        live = sum((line.price * line.current_quantity for line in self.lines), ZERO)
        off = sum((line.discount for line in self.lines if line.current_quantity), ZERO)
        return max(ZERO, live - off)

    @property
    def current_total(self) -> Decimal:
        return self.current_subtotal + (ZERO if self.cancelled_at else self.shipping_price)

    @property
    def outstanding(self) -> Decimal:
        return self.current_total - self.received

    @property
    def fulfillment_status(self) -> str:
        """The display status: UNFULFILLED, PARTIALLY_FULFILLED or FULFILLED."""
        shipped = sum(line.fulfilled for line in self.lines)
        if not shipped:
            return "UNFULFILLED"
        still_open = any(line.open_quantity for line in self.lines)
        return "PARTIALLY_FULFILLED" if still_open else "FULFILLED"

    @property
    def display_status(self) -> str:
        """What the back office shows: also ON_HOLD and IN_PROGRESS, before anything is shipped."""
        status = self.fulfillment_status
        if status != "UNFULFILLED" or self.cancelled_at is not None:
            return status
        if self.on_hold:
            return "ON_HOLD"
        return "IN_PROGRESS" if self.in_progress else status

    @property
    def refunded(self) -> Decimal:
        """Money given back."""
        return sum((one.amount for one in self.refunds), ZERO)

    def line(self, line_id: int) -> Line | None:
        return next((line for line in self.lines if line.id == line_id), None)
