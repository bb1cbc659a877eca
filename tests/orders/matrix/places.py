"""Each system that takes orders: how it is connected, and how many orders it has of ours."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from catalog.models import Partner
from catalog.services.partners import make_partner
from integrations.models import Connection
from integrations.services.tokens import store_tokens
from integrations.types import AccountInfo, Tokens

SKU, UNITS = "MUG-1", 2
SHOP = "mug-makers.myshopify.com"
SCOPES = ["read_products", "read_inventory", "write_orders", "read_orders", "write_order_edits"]


class Sandbox:
    """The control API of a running sandbox."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, **body: Any) -> Any:
        return self._ask(path, json.dumps(body).encode())

    def get(self, path: str) -> Any:
        return self._ask(path, None)

    def _ask(self, path: str, body: bytes | None) -> Any:
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.url}/control/{path}", body, headers), timeout=10) as answer:
            return json.load(answer)


@dataclass(frozen=True)
class Place:
    """`create` is what the dials call the placing of an order; `refuses_twice` whether it says
    that it has an order already; `connect` makes the account there and its partner here, and
    answers with the id our SKU is listed under; `references` are those of its orders."""

    slug: str
    account: str
    create: str
    refuses_twice: bool
    connect: Callable[["Place", Sandbox], tuple[Partner, str]]
    references: Callable[["Place", Sandbox], list[str]]


def connected(place: Place, settings: dict[str, Any], secrets: dict[str, str]) -> Partner:
    """The connection with its partner, who gets each order at once."""
    row = Connection(
        slug=place.slug,
        name=place.slug.title(),
        provider=place.slug,
        account=place.account,
        status=Connection.Status.ACTIVE,
        settings=settings,
    )
    row.secrets = secrets
    row.save()
    partner = make_partner(row, AccountInfo(account=place.account, name=place.slug, currency="USD"))
    terms = {"dispatch": "immediate", "ship_to": "customer", "approval": "never"}
    Partner.objects.filter(pk=partner.pk).update(terms_confirmed_at=row.created_at, **terms)
    partner.refresh_from_db()
    return partner


def _connect_shopify(place: Place, sandbox: Sandbox) -> tuple[Partner, str]:
    variants = [{"sku": SKU, "price": "8.50", "stock": 90}]
    products = [{"title": "Mug", "variants": variants}]
    sandbox.post("stores", domain=SHOP, name="Mug makers", products=products)
    token = sandbox.post(f"stores/{SHOP}/install", scopes=SCOPES)["access_token"]
    partner = connected(place, {"shop": SHOP}, {"client_id": "key", "client_secret": "secret"})
    assert partner.connection is not None
    store_tokens(partner.connection, Tokens(token))
    (store,) = (one for one in sandbox.get("stores")["stores"] if one["domain"] == SHOP)
    variant = store["products"][0]["variants"][0]
    return partner, f"gid://shopify/ProductVariant/{variant['id']}"


def _shopify_references(place: Place, sandbox: Sandbox) -> list[str]:
    orders = sandbox.get(f"orders?shop={SHOP}")["orders"]
    return [one["source_identifier"] for one in orders]


def _connect_warehouse(place: Place, sandbox: Sandbox) -> tuple[Partner, str]:
    goods = [{"sku": SKU, "title": "Mug", "on_hand": 90, "price": "8.50"}]
    made = sandbox.post("warehouses", kind=place.slug, account=place.account, goods=goods)
    secrets = {"client_id": "client", "client_secret": "secret"}
    address = f"https://{place.account}"
    settings = {"company_id": place.account} if place.slug == "veracore" else {"base_url": address}
    partner = connected(place, settings, secrets)
    listed = SKU if place.slug == "veracore" else str(made["goods"][SKU]["id"])
    return partner, listed


def _warehouse_references(place: Place, sandbox: Sandbox) -> list[str]:
    orders = sandbox.get(f"warehouses/{place.account}/orders")["orders"]
    return [one["number"] for one in orders]


WAREHOUSE = (True, _connect_warehouse, _warehouse_references)
PLACES = [
    Place("extensiv", "wms.mugs.example", "order.create", *WAREHOUSE),
    Place("veracore", "MUGS", "order.create", *WAREHOUSE),
    Place("shopify-partner", SHOP, "orderCreate", False, _connect_shopify, _shopify_references),
]
