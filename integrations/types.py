"""What providers take and yield: frozen values, no Django.

Money is `Decimal` in the currency named beside it; times are aware; a missing number is None,
never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class Tokens:
    """What an OAuth grant gave us. `expires_at` None means the token does not expire."""

    access: str = field(repr=False)
    expires_at: datetime | None = None
    refresh: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccountInfo:
    """What `check()` learned: whose account it is and what the credentials may do."""

    account: str
    name: str
    currency: str = ""
    timezone: str = ""
    granted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Address:
    """A postal address. `state` and `country` are codes (CA, US)."""

    name: str = ""
    company: str = ""
    street1: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Contact:
    """The customer of an order: the only value that carries a person."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = Address()


@dataclass(frozen=True)
class RemoteVariant:
    """One sellable variant at a provider. `price` is what they charge, in the product's currency.

    `item_id` is the id stock is kept under where that differs from `external_id`.
    """

    external_id: str
    sku: str
    title: str
    item_id: str = ""
    price: Decimal | None = None
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()
    available: int | None = None
    tracked: bool = True
    requires_shipping: bool = True


@dataclass(frozen=True)
class RemoteProduct:
    """A product with all its variants, as it stands at the provider."""

    external_id: str
    title: str
    currency: str
    variants: tuple[RemoteVariant, ...]
    handle: str = ""
    vendor: str = ""
    product_type: str = ""
    description: str = ""
    status: str = ""
    image_url: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewVariant:
    """A variant we want in our own store. `cost` is what we pay the partner."""

    sku: str
    price: Decimal
    cost: Decimal | None = None
    barcode: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NewProduct:
    """The full set of variants of one product of our own store; `handle` is the upsert key."""

    handle: str
    title: str
    currency: str
    variants: tuple[NewVariant, ...]
    description: str = ""
    vendor: str = ""
    product_type: str = ""
    image_url: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemoteItem:
    """One thing whose stock is asked for."""

    sku: str
    external_id: str = ""
    item_id: str = ""


@dataclass(frozen=True)
class StockItem:
    """The provider's own numbers for one SKU at one of its locations, in units.

    `available` None means the provider did not say: such a row is rejected, never read as zero.
    """

    sku: str
    available: int | None
    external_id: str = ""
    item_id: str = ""
    location_id: str = ""
    location_name: str = ""
    on_hand: int | None = None
    allocated: int | None = None
    in_transit: int | None = None


@dataclass(frozen=True)
class StockToPublish:
    """Set `item_id` to `quantity` units if the store still shows `change_from` (None: always)."""

    item_id: str
    quantity: int
    change_from: int | None = None


@dataclass(frozen=True)
class StockAnswer:
    """Per item: written, or why not. `current` is the store's number when it was stale."""

    item_id: str
    written: bool
    error: str = ""
    current: int | None = None


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
    contact: Contact = Contact()
    total: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    refunded_total: Decimal = Decimal(0)
    paid_at: datetime | None = None
    payment_reference: str = ""
    canceled_at: datetime | None = None
    cancel_reason: str = ""
    delivery_method: Literal["ship", "pickup", "delivery"] = "ship"
    note: str = ""
    test: bool = False


@dataclass(frozen=True)
class ShippedLine:
    """Units of one SKU in a parcel. `line_id` is the provider's id of the order line."""

    line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class RemoteShipment:
    """A parcel as the provider reports it."""

    external_id: str
    order_id: str
    lines: tuple[ShippedLine, ...]
    carrier: str = ""
    service: str = ""
    tracking_number: str = ""
    url: str = ""
    status: Literal["in_transit", "delivered", "exception", "voided"] = "in_transit"
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class ShipmentToPublish:
    """Tell the channel that these units left: `lines` are (their line id, units)."""

    order_id: str
    lines: tuple[tuple[str, int], ...]
    carrier: str = ""
    tracking_number: str = ""
    url: str = ""


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


@dataclass(frozen=True)
class Envelope:
    """What the headers of a webhook say before its body is understood."""

    topic: str
    account: str = ""
    delivery_id: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True)
class PersonRequest:
    """A customer, or a whole store, asks what is stored or to be forgotten. Ids are the provider's.

    `request_id` names the request where the provider numbers it.
    """

    customer_id: str = ""
    email: str = ""
    phone: str = ""
    order_ids: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True)
class Event:
    """One thing a webhook told us, in our words (`order.created`). `data` is one of these types."""

    topic: str
    data: object = None
    raw: Mapping[str, object] = field(default_factory=dict)
