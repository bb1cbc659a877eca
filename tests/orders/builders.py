"""Builders for order tests: an own store, partners with a scripted provider, variants, orders."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from django.utils import timezone

from catalog.models import Listing, Partner, Product, Variant
from integrations.models import Connection
from integrations.providers.base import (
    AppendsToOrders,
    CancelsOrders,
    FindsOrders,
    PushesOrders,
)
from integrations.types import (
    Address,
    ChannelLine,
    ChannelOrder,
    Contact,
    OrderToPlace,
    PlacedLine,
    PlacedOrder,
)
from inventory.models import Location, StockLevel
from orders.models import Order
from orders.services.capture import capture_order

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CENTER = {
    "name": "Crossdock Center",
    "street1": "2200 Adeline St",
    "city": "Oakland",
    "state": "CA",
    "zip": "94607",
    "country": "US",
}
CUSTOMER = Contact(
    name="Dana Petrov",
    email="dana.petrov@customer.example",
    phone="+14155550123",
    address=Address(
        name="Dana Petrov", street1="4 Market St", city="San Francisco", state="CA", zip="94103",
        country="US",
    ),
)  # fmt: skip
_numbers = itertools.count(1)


@dataclass
class PartnerSystem(PushesOrders, FindsOrders, AppendsToOrders, CancelsOrders):
    """What a partner's system does with orders; `script` holds what the next calls raise or do.

    A script entry is None (work), an exception (nothing happens, it is raised), or a tuple
    ("after", exception): the call takes effect, then the answer is lost.
    """

    account: str
    script: list[object] = field(default_factory=list)
    orders: dict[str, PlacedOrder] = field(default_factory=dict)
    pushed: list[OrderToPlace] = field(default_factory=list)
    looked_for: list[str] = field(default_factory=list)
    appended: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)

    def push_order(self, order: OrderToPlace) -> PlacedOrder:
        self.pushed.append(order)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        placed = self._take(order)
        if isinstance(step, tuple):
            raise step[1]
        return placed

    def _take(self, order: OrderToPlace) -> PlacedOrder:
        number = len(self.orders) + 1
        placed = PlacedOrder(
            external_id=f"gid://shopify/Order/{number}",
            reference=order.reference,
            account=self.account,
            number=f"#{1000 + number}",
            lines=tuple(
                PlacedLine(line.external_id, line.sku, line.quantity) for line in order.lines
            ),
        )
        self.orders[order.reference] = placed
        return placed

    def find_order(self, reference: str) -> PlacedOrder | None:
        self.looked_for.append(reference)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        return self.orders.get(reference)

    def append_lines(
        self, external_id: str, lines: Sequence[PlacedLine], reference: str
    ) -> PlacedOrder:
        self.appended.append((reference, {line.sku: line.quantity for line in lines}))
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        ours = self._by_id(external_id)
        self.change(ours, lines=tuple(line for line in lines if line.quantity))
        if isinstance(step, tuple):
            raise step[1]
        return self.orders[ours]

    def cancel_order(self, external_id: str, reason: str) -> PlacedOrder:
        self.canceled.append(reason)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        ours = self._by_id(external_id)
        self.change(ours, status="canceled")
        if isinstance(step, tuple):
            raise step[1]
        return self.orders[ours]

    def _by_id(self, external_id: str) -> str:
        return next(ref for ref, one in self.orders.items() if one.external_id == external_id)

    def change(self, reference: str, **fields: object) -> None:
        self.orders[reference] = replace(self.orders[reference], **fields)


@dataclass
class FullSystem(PartnerSystem, AppendsToOrders, CancelsOrders):
    """A partner's system that can also be asked for less, or to cancel."""

    def append_lines(self, external_id, lines, reference):
        return self._answer(external_id, lines=tuple(lines))

    def cancel_order(self, external_id, reason):
        return self._answer(external_id, status="canceled", is_open=False)

    def _answer(self, external_id, **fields):
        if self.script:
            raise self.script.pop(0)
        (key,) = [k for k, one in self.orders.items() if one.external_id == external_id]
        self.change(key, **fields)
        return self.orders[key]

    def lines_of(self, row):
        return [line.quantity for line in self.orders[row.reference].lines]


def make_connection(slug: str, provider: str = "shopify-partner") -> Connection:
    """An active connection with an account of the same name."""
    return Connection.objects.create(
        slug=slug,
        name=slug.replace("-", " ").title(),
        provider=provider,
        account=f"{slug}.myshopify.com",
        status=Connection.Status.ACTIVE,
        settings={"shop": f"{slug}.myshopify.com"},
    )


def make_own_store(slug: str = "own-store") -> Connection:
    return make_connection(slug, "shopify")


def make_partner(slug: str = "blue-door", **terms: object) -> Partner:
    """A partner with confirmed terms and its connection; daily, captured, no approval needed."""
    defaults = {
        "name": slug.replace("-", " ").title(),
        "code": slug.replace("-", ""),
        "dispatch": "daily",
        "trigger": "captured",
        "approval": "never",
        "ship_to": "center",
        "terms_confirmed_at": timezone.now(),
    }
    return Partner.objects.create(connection=make_connection(slug), **{**defaults, **terms})


def make_variant(
    sku: str = "PARTNER-bluedoor-ETH250",
    partner: Partner | None = None,
    stock: int = 10,
    cost: str = "12.00",
    own_store: Connection | None = None,
) -> Variant:
    """A variant; listed with stock at a partner, sold in an own store, where they are given."""
    product = Product.objects.create(title=f"Product {sku}", handle=sku.lower())
    variant = Variant.objects.create(
        product=product, sku=sku, price=Decimal(cost) * 2, currency="USD"
    )
    if partner:
        add_listing(variant, partner, stock, cost)
    if own_store:
        Listing.objects.create(
            connection=own_store,
            external_id=f"gid://shopify/ProductVariant/own-{variant.pk}",
            external_product_id=f"gid://shopify/Product/own-{variant.pk}",
            external_item_id=f"gid://shopify/InventoryItem/own-{variant.pk}",
            sku=sku,
            title=product.title,
            price=variant.price,
            currency="USD",
            variant=variant,
            seen_at=NOW,
        )
    return variant


def add_listing(variant: Variant, partner: Partner, stock: int, cost: str = "12.00") -> Listing:
    """The variant as the partner has it, with stock at the partner's location."""
    their_sku = variant.sku.rsplit("-", 1)[-1]
    location, _ = Location.objects.get_or_create(
        connection=partner.connection, external_id="loc-1", defaults={"name": "Warehouse"}
    )
    Location.objects.filter(pk=location.pk).update(as_of=NOW)
    StockLevel.objects.create(location=location, variant=variant, available=stock, as_of=NOW)
    return Listing.objects.create(
        connection=partner.connection,
        external_id=f"gid://shopify/ProductVariant/{partner.code}-{variant.pk}",
        external_product_id=f"gid://shopify/Product/{partner.code}-{variant.pk}",
        external_item_id=f"gid://shopify/InventoryItem/{partner.code}-{variant.pk}",
        sku=their_sku,
        title=variant.product.title,
        price=Decimal(cost),
        cost=Decimal(cost),
        currency="USD",
        available=stock,
        variant=variant,
        seen_at=NOW,
    )


def channel_line(sku: str, quantity: int = 1, **fields: object) -> ChannelLine:
    number = next(_numbers)
    defaults = {
        "external_id": f"gid://shopify/LineItem/{number}",
        "sku": sku,
        "title": f"Product {sku}",
        "quantity": quantity,
        "price": Decimal("24.00"),
    }
    return ChannelLine(**{**defaults, **fields})


def channel_order(lines: Sequence[ChannelLine], **fields: object) -> ChannelOrder:
    """A paid order of a customer, as a channel announces it."""
    number = next(_numbers)
    defaults = {
        "external_id": f"gid://shopify/Order/c{number}",
        "number": f"#{1000 + number}",
        "placed_at": NOW,
        "version": NOW,
        "currency": "USD",
        "lines": tuple(lines),
        "contact": CUSTOMER,
        "total": sum((line.price * line.quantity for line in lines), Decimal(0)),
        "paid_at": NOW,
    }
    return ChannelOrder(**{**defaults, **fields})


def make_order(own_store: Connection, *skus: str, **fields: object) -> Order:
    """A captured order with one unit of each SKU."""
    order, created = capture_order(
        own_store, channel_order([channel_line(s) for s in skus], **fields)
    )
    assert created
    assert order is not None
    return order


def set_center_address() -> None:
    Location.objects.filter(connection=None).update(address=CENTER)
