"""The provider interface: one small abstract class per capability, no Django, no ORM."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from pydantic import BaseModel

from integrations.types import (
    AccountInfo,
    ChannelOrder,
    Envelope,
    Event,
    NewProduct,
    OrderChange,
    OrderState,
    OrderToPlace,
    Payment,
    PlacedLine,
    PlacedOrder,
    PurchaseOrderQuery,
    RemoteItem,
    RemoteProduct,
    RemotePurchaseOrder,
    RemoteShipment,
    ShipmentToPublish,
    StockAnswer,
    StockItem,
    StockToPublish,
    Tokens,
)

if TYPE_CHECKING:
    from integrations.http import Client


class TokenStore(Protocol):
    """Where a connection's tokens live. Only one caller refreshes at a time, across processes."""

    def current(self) -> Tokens | None:
        """The stored tokens, or None before the first grant."""

    def renew(self, used: str, fetch: Callable[[Tokens | None], Tokens]) -> Tokens:
        """Replace the tokens whose access token is `used`; store the new ones before returning.

        If somebody else already replaced them, `fetch` is not called and theirs is returned.
        """


@dataclass(frozen=True)
class Cadence:
    """The default schedule of a flow: manual when both cadences are None.

    `daily_at`, `window_from` and `window_to` are "HH:MM" in `timezone` (IANA; empty: the portal's).
    `weekdays` are "0123456" with Monday as 0.
    """

    every_minutes: int | None = None
    daily_at: str = ""
    weekdays: str = "0123456"
    window_from: str = ""
    window_to: str = ""
    timezone: str = ""


@dataclass(frozen=True)
class Access:
    """Everything a provider instance is given: whose account, with what, over what.

    A pull that reads pages calls `on_page` after each, with the number of rows of the whole answer
    if the system says it: that is what progress is shown by. What a server was found to lack or
    to offer is kept with the connection: `remember` writes it, `remembered` is what was known at
    the start.
    """

    connection: str
    account: str
    settings: BaseModel
    secrets: BaseModel
    tokens: TokenStore
    http: "Client"
    now: Callable[[], datetime]
    on_page: Callable[[int | None], object] = lambda total: None
    remembered: Mapping[str, Any] = field(default_factory=dict)
    remember: Callable[[str, Any], object] = lambda name, value: None


class Provider(ABC):
    """A kind of remote system. One instance serves one connection in one process."""

    slug: ClassVar[str]
    label: ClassVar[str]
    Settings: ClassVar[type[BaseModel]] = BaseModel
    Secrets: ClassVar[type[BaseModel]] = BaseModel
    default_schedules: ClassVar[Mapping[str, Cadence]] = {}
    claims_stock: ClassVar[Literal["on_accept", "on_ship"]] = "on_accept"
    # Where a partner of this kind sends what it is asked for, until staff say otherwise.
    ships_to: ClassVar[Literal["center", "customer"]] = "center"
    # Whether a customer gets the channel's own mails (confirmation, canceled): then ours stay out.
    mails_customers: ClassVar[bool] = False
    # The name of the Settings field that is the account (shop domain, company id).
    account_field: ClassVar[str] = ""
    # Secrets a connection works without, only with less.
    optional_secrets: ClassVar[frozenset[str]] = frozenset()
    # Settings with a default that are asked all the same before the first call.
    asked_to_connect: ClassVar[frozenset[str]] = frozenset()
    # Environment variable -> the field of Settings or Secrets a first connection takes from it.
    # What is named here is what the provider cannot work without, optional secrets apart.
    bootstrap: ClassVar[Mapping[str, str]] = {}

    def __init__(self, access: Access) -> None:
        self.access = access

    @classmethod
    @abstractmethod
    def base_url(cls, account: str, settings: BaseModel) -> str:
        """The https address all calls of this account go to. Raises ValueError with a sentence."""

    @classmethod
    def normalize_account(cls, account: str) -> str:
        """The account in its one spelling. Raises ValueError with a sentence if it is not one."""
        return account.strip()

    @classmethod
    def hourly_budget(cls, settings: BaseModel) -> int | None:
        """How many calls an hour this account may make; None where nobody counts them."""
        return None

    @classmethod
    def least_gap(cls, settings: BaseModel) -> float:
        """Seconds between two calls of this account, of all processes together; 0: no limit."""
        return 0.0

    @abstractmethod
    def headers(self) -> Mapping[str, str]:
        """What authorizes a call, from the current tokens or secrets."""

    @classmethod
    def uses_token(cls, settings: BaseModel) -> bool:
        """Whether calls carry a token got with the credentials, not the credentials themselves."""
        return cls.renew_credentials is not Provider.renew_credentials

    def renew_credentials(self) -> bool:
        """After a 401: get new tokens once. False where there is nothing to renew."""
        return False

    @abstractmethod
    def check(self) -> AccountInfo:
        """One harmless read: do the credentials work, whose account is it, what is missing."""

    def payment_url(self, reference: str) -> str:
        """Where staff look at a payment there, or empty."""
        return ""

    def order_url(self, external_id: str) -> str:
        """Where staff look at an order there, or empty."""
        return ""


class PullsProducts(ABC):
    @abstractmethod
    def pull_products(self, since: datetime | None = None) -> Iterator[RemoteProduct]:
        """All products with all variants; only those changed after `since` where it is given."""


class PublishesProducts(ABC):
    @abstractmethod
    def publish_product(self, product: NewProduct) -> RemoteProduct:
        """Create or replace the product with this handle; the answer holds their ids."""


class PublishesStock(ABC):
    @abstractmethod
    def read_stock(self, item_ids: Sequence[str]) -> Mapping[str, int]:
        """What our store shows as available now, units by item id; unknown ids are left out."""

    @abstractmethod
    def publish_stock(
        self, items: Sequence[StockToPublish], reference: str, key: str
    ) -> list[StockAnswer]:
        """Set quantities. `reference` shows in their history; `key` makes a repeat harmless."""


class PublishesShipments(ABC):
    @abstractmethod
    def publish_shipment(self, shipment: ShipmentToPublish) -> str:
        """Tell the channel that units left; returns their id. Already fulfilled: Duplicate."""

    @abstractmethod
    def find_shipment(self, shipment: ShipmentToPublish) -> str | None:
        """The id of the fulfillment with this tracking number on this order, if there is one."""


class PullsChannelOrders(ABC):
    @abstractmethod
    def pull_channel_orders(self, since: datetime) -> Iterator[ChannelOrder]:
        """Orders changed at or after `since`, oldest change first."""


class PullsStock(ABC):
    # Whether it can list all it has: then a run of everything names nothing.
    lists_stock: ClassVar[bool] = False

    @abstractmethod
    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        """Stock of these items, or of everything.

        `items` may be very long and read from the database as it is walked: walk it only where
        the system must be asked item by item. A system without a catalog of its own (not
        PullsProducts) may answer with more than was asked for: strangers are listed for staff.
        """


class PullsPurchaseOrders(ABC):
    @abstractmethod
    def pull_purchase_orders(self, query: PurchaseOrderQuery) -> Iterator[RemotePurchaseOrder]:
        """What we bought, as the ERP has it: every order that matches, whatever it ignores."""

    def purchase_order_url(self, external_id: str) -> str:
        """Where staff look at a purchase order there, or empty."""
        return ""


class PushesOrders(ABC):
    @abstractmethod
    def push_order(self, order: OrderToPlace) -> PlacedOrder:
        """Place the order. Never retried inside; a lost answer is Unconfirmed."""


class FindsOrders(ABC):
    @abstractmethod
    def find_order(self, reference: str) -> PlacedOrder | None:
        """The order with our reference. None only when it surely is not there."""


class AppendsToOrders(ABC):
    @abstractmethod
    def append_lines(
        self, external_id: str, lines: Sequence[PlacedLine], reference: str
    ) -> PlacedOrder:
        """Set each variant of an open order to an absolute quantity, and read it back."""


class PullsOrderStatus(ABC):
    @abstractmethod
    def pull_order_status(
        self, orders: Sequence[str], since: datetime | None = None
    ) -> Iterator[OrderState]:
        """The state of these orders (their ids), or of all changed after `since`."""


class PullsShipments(ABC):
    @abstractmethod
    def pull_shipments(
        self, orders: Sequence[str] | None = None, since: datetime | None = None
    ) -> Iterator[RemoteShipment]:
        """The parcels of these orders (their ids), or of all changed after `since`."""


class CancelsOrders(ABC):
    @abstractmethod
    def cancel_order(self, external_id: str, reason: str) -> PlacedOrder:
        """Ask the partner to cancel the whole order."""


class UpdatesOrders(ABC):
    @abstractmethod
    def update_order(self, external_id: str, change: OrderChange) -> PlacedOrder:
        """Change an order that was placed."""


class SendsWebhooks(ABC):
    # Names (lower-case) of the headers stored beside the body, for `parse` and for people who
    # look at it; never a signature.
    kept_headers: ClassVar[tuple[str, ...]]

    @abstractmethod
    def verify(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """True if the raw bytes carry a valid signature; constant time, never raises."""

    @classmethod
    @abstractmethod
    def envelope(cls, headers: Mapping[str, str]) -> Envelope:
        """Topic, account, delivery id and time from the headers alone (lower-case names)."""

    @classmethod
    def envelope_of(cls, body: bytes, headers: Mapping[str, str]) -> Envelope:
        """The same of a delivery whose signature is good, where the body alone says it.

        Never raises: what cannot be read is stored all the same, for people to look at.
        """
        return cls.envelope(headers)

    @abstractmethod
    def parse(self, body: bytes, headers: Mapping[str, str]) -> list[Event]:
        """What the body says, in our topics. Raises BadResponse if it cannot be read."""

    @abstractmethod
    def subscribe(self, url: str) -> list[str]:
        """Make sure everything we want is sent to `url`; returns the topics that were missing."""


class ReadsCheckouts(ABC):
    @property
    @abstractmethod
    def can_read_checkouts(self) -> bool:
        """Whether the credentials allow it: some take webhooks alone."""

    @abstractmethod
    def read_checkout(self, payment: Payment) -> ChannelOrder | None:
        """The paid checkout behind a payment, with its lines; None where there is none.

        `paid_at` and `payment_reference` are set. Raises NotAuthorized without an API key.
        """


class Authorizes(ABC):
    @abstractmethod
    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where the owner of the account says yes."""

    @abstractmethod
    def exchange(self, params: Mapping[str, str]) -> Tokens:
        """Turn the verified parameters of the callback into tokens. Raises NotAuthorized."""

    @abstractmethod
    def verify_callback(self, params: Mapping[str, str]) -> bool:
        """True if the provider signed these callback parameters, recently."""

    @abstractmethod
    def refresh(self, tokens: Tokens | None) -> Tokens:
        """New tokens from the refresh token (or from the client credentials)."""
