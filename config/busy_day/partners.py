"""The partners of the story: their stores, their terms, and what we sell of theirs."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Approval, Dispatch, Listing, Partner, ShipTo
from catalog.services.import_products import import_products
from catalog.services.partners import confirm_terms
from integrations.models import SyncRun
from integrations.services.installs import create_link

from .outside import Outside, wait_for


@dataclass(frozen=True)
class Cast:
    """One partner: its shop, how it works with us, its goods if the sandbox has no such shop.

    `imported` is how many of its listings we sell.
    """

    shop: str
    terms: dict[str, Any] = field(default_factory=dict)
    imported: int = 12
    name: str = ""
    goods: tuple[tuple[str, str, str, int], ...] = ()

    @property
    def domain(self) -> str:
        """Its address at Shopify."""
        return f"{self.shop}.myshopify.com"


WEEKLY = {"dispatch": Dispatch.WEEKLY_APPEND, "approval": Approval.NEVER}
AT_ONCE = {"dispatch": Dispatch.IMMEDIATE, "approval": Approval.NEVER}
DIRECT = AT_ONCE | {"ship_to": ShipTo.CUSTOMER}
BLUE_DOOR = Cast("blue-door", WEEKLY, 14)
KETTLE = Cast("kettle-crane", DIRECT, 10)
NORTHSIDE = Cast(
    "northside-coffee",
    AT_ONCE,
    name="Northside Coffee",
    goods=(
        ("Colombia Huila, 1 kg", "NS-1044", "31.00", 60),
        ("Peru Cajamarca, 250 g", "NS-2010", "13.50", 48),
        ("Rooftop Espresso, 1 kg", "NS-3001", "29.00", 72),
        ("Cold Brew Bags, 10 pack", "NS-4100", "16.00", 35),
    ),
)
HARBOR = Cast(
    "harbor-goods",
    DIRECT,
    name="Harbor Goods",
    goods=(
        ("Pour-over Set, walnut", "HG-POUR-W", "44.00", 18),
        ("Hand Grinder, steel", "HG-GRIND", "62.00", 9),
        ("Storage Jar, 500 g", "HG-JAR-500", "15.00", 80),
        ("Milk Pitcher, 350 ml", "HG-PITCH", "19.00", 40),
        ("Tamper, 58 mm", "HG-TAMP-58", "27.00", 25),
    ),
)
EMBER = Cast("ember-oak", {"dispatch": Dispatch.DAILY}, 0)  # sells in euros: nothing to import
CAST = (BLUE_DOOR, KETTLE, NORTHSIDE, HARBOR, EMBER)
TALL_PINE = Cast(
    "tall-pine",
    name="Tall Pine Pottery",
    goods=(
        ("Camp Mug, moss", "TP-MUG-MOSS", "18.00", 42),
        ("Camp Mug, slate", "TP-MUG-SLATE", "18.00", 30),
        ("Espresso Cup, pair", "TP-CUP-2", "24.00", 26),
        ("Dripper, glazed", "TP-DRIP", "36.00", 14),
        ("Bean Cellar, 1 kg", "TP-CELLAR", "48.00", 9),
    ),
)
OPEN = (*CAST, TALL_PINE)  # the last one is left for whoever wants to try connecting a partner


def open_stores(outside: Outside) -> None:
    """The shops that the sandbox does not have by itself."""
    known = {store["domain"] for store in outside.look("stores")["stores"]}
    for one in OPEN:
        if one.goods and one.domain not in known:
            outside.do("stores", domain=one.domain, name=one.name, products=_products(one))


def _products(one: Cast) -> list[dict[str, Any]]:
    return [
        {"title": title, "variants": [{"sku": sku, "price": price, "stock": stock}]}
        for title, sku, price, stock in one.goods
    ]


def connect_all(outside: Outside, user: User) -> list[Partner]:
    """Every partner by an install link, with its terms confirmed, and its goods in our store."""
    partners = [_connect(outside, one, user) for one in CAST]
    for one, partner in zip(CAST, partners, strict=True):
        _import(one, partner, user)
    wanted = sum(one.imported or 0 for one in CAST)
    wait_for(lambda: _for_sale().count() >= _imported().count() > 0, f"{wanted} goods for sale")
    return partners


def _connect(outside: Outside, one: Cast, user: User) -> Partner:
    _, url = create_link("shopify-partner", one.domain, "", user, now=timezone.now())
    outside.approve(url)
    made = Partner.objects.filter(connection__account=one.domain)
    wait_for(made.exists, f"{one.shop} connected")
    partner = made.get()
    Partner.objects.filter(pk=partner.pk).update(**one.terms)
    if one.imported:
        confirm_terms(partner, user, timezone.now())
    return Partner.objects.get(pk=partner.pk)


def _import(one: Cast, partner: Partner, user: User) -> None:
    pulled = SyncRun.objects.filter(connection=partner.connection, flow="products")
    wait_for(pulled.filter(status="completed").exists, f"products of {partner} pulled")
    rows = Listing.objects.filter(connection=partner.connection).order_by("pk")
    if one.imported:
        run = import_products(partner, [row.pk for row in rows[: one.imported]], user)
        ended = SyncRun.objects.filter(pk=run.pk).exclude(status__in=["queued", "running"])
        wait_for(ended.exists, f"goods of {partner} imported")


def _imported() -> QuerySet[Listing]:
    ours = Listing.objects.filter(connection__provider="shopify-partner")
    return ours.exclude(variant=None)


def _for_sale() -> QuerySet[Listing]:
    return Listing.objects.filter(
        connection__provider="shopify", published_quantity__isnull=False
    ).exclude(variant=None)
