"""Stores and what is in them. Times are aware; money is Decimal in the store's currency."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, PrivateAttr

from .orders import Order
from .products import Product, Variant

ONLINE_STORE = "Online Store"


class App(BaseModel):
    """An app of the partner dashboard; one secret signs its OAuth and its webhooks.

    After a rotation the previous secret is still accepted until it is revoked.
    """

    client_id: str
    secret: str
    previous_secret: str = ""
    compliance_uri: str = ""  # where the topics of the law go; an app's TOML says it
    title: str
    own_scopes: list[str] = []  # granted by the client-credentials grant, as an app's TOML would


class Token(BaseModel):
    """An access token; `expires_at` is empty for a classic, non-expiring one."""

    value: str
    expires_at: datetime | None = None


class RefreshToken(BaseModel):
    value: str
    expires_at: datetime


class Grant(BaseModel):
    """A one-time code of the approve page."""

    code: str
    client_id: str
    scopes: list[str]
    redirect_uri: str
    expires_at: datetime


class Subscription(BaseModel):
    """A webhook subscription of one app at one store."""

    id: int
    topic: str  # the enum name, ORDERS_CREATE
    uri: str
    format: str = "JSON"
    filter: str | None = None
    include_fields: list[str] = []
    metafield_namespaces: list[str] = []
    name: str | None = None
    created_at: datetime
    updated_at: datetime


class Installation(BaseModel):
    """An app installed at a store: what it may do and the tokens it holds."""

    id: int
    client_id: str
    scopes: list[str]
    installed_at: datetime
    tokens: list[Token] = []
    refresh: RefreshToken | None = None
    previous_refresh: RefreshToken | None = None
    subscriptions: list[Subscription] = []
    # @idempotent keys: key -> (digest of the variables, the payload answered)
    idempotency: dict[str, tuple[str, str]] = {}


class Delivery(BaseModel):
    """One webhook on its way; body and address never change between attempts."""

    id: str
    number: int = 0  # grows with each announcement
    event_id: str
    shop: str
    client_id: str
    subscription_id: int
    topic: str
    url: str
    headers: dict[str, str]
    body: str
    subject: str
    encoding: str = "utf-8"  # latin-1 where the body is no text but bytes
    stamp_secret: str = ""  # where each attempt is signed anew, with its time
    attempts: int = 0
    due_at: datetime
    waits_for_next: bool = False  # until a later one has arrived, or due_at at the latest

    @property
    def raw(self) -> bytes:
        """The body as it is sent and signed."""
        return self.body.encode(self.encoding)


class Location(BaseModel):
    id: int
    name: str
    active: bool = True
    fulfills_online_orders: bool = True
    address1: str = ""
    city: str = ""
    province_code: str = ""
    country_code: str = "US"
    zip: str = ""
    created_at: datetime


class Customer(BaseModel):
    id: int
    first_name: str
    last_name: str
    email: str
    phone: str | None = None
    created_at: datetime


class MetafieldDefinition(BaseModel):
    id: int
    owner_type: str
    namespace: str
    key: str
    type: str
    name: str
    unique: bool = False


class EditSession(BaseModel):
    """An open order edit: what each line would become. Nothing is saved before commit."""

    id: int
    order_id: int
    edits_before: int = 0  # how often the order had been edited when this edit began
    quantities: dict[int, int] = {}  # line id -> wanted quantity
    added: dict[int, tuple[int, int]] = {}  # new line id -> (variant id, quantity)


class Store(BaseModel):
    """One shop."""

    id: int
    domain: str
    name: str
    currency: str
    own: bool = False
    timezone: str = "America/New_York"
    email: str = ""
    created_at: datetime
    next_order_number: int = 1001
    locations: list[Location] = []
    products: dict[int, Product] = {}
    orders: dict[int, Order] = {}
    customers: dict[str, Customer] = {}
    installations: dict[str, Installation] = {}
    grants: dict[str, Grant] = {}
    definitions: list[MetafieldDefinition] = []
    publications: list[tuple[int, str]] = []
    edits: dict[int, EditSession] = {}
    former_addresses: dict[str, str] = {}  # where webhooks of an uninstalled app went
    _variants: dict[int, Variant] | None = PrivateAttr(default=None)
    _items: dict[int, Variant] = PrivateAttr(default_factory=dict)

    def forget_index(self) -> None:
        """Call after variants were added or removed."""
        self._variants = None

    def variant(self, variant_id: int) -> Variant | None:
        return self._indexed().get(variant_id)

    def variant_of_item(self, item_id: int) -> Variant | None:
        """The variant an inventory item belongs to."""
        self._indexed()
        return self._items.get(item_id)

    def variants(self) -> list[Variant]:
        return list(self._indexed().values())

    def location(self, location_id: int) -> Location | None:
        return next((place for place in self.locations if place.id == location_id), None)

    def installed_by_token(self, token: str, now: datetime) -> Installation | None:
        """Who holds this access token, if it is still good."""
        for installation in self.installations.values():
            for known in installation.tokens:
                if known.value == token and (known.expires_at is None or known.expires_at > now):
                    return installation
        return None

    def _indexed(self) -> dict[int, Variant]:
        if self._variants is None:
            every = [variant for product in self.products.values() for variant in product.variants]
            self._variants = {variant.id: variant for variant in every}
            self._items = {variant.item_id: variant for variant in every}
        return self._variants


def money(amount: Decimal) -> str:
    """Two decimals, as Shopify writes money."""
    return f"{amount:.2f}"
