"""Taking, changing and canceling orders, whoever asks: storefront, app or control API."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from .models import Customer, Store, money
from .order_payloads import order_body
from .orders import ZERO, Address, Line, Metafield, Order
from .products import Variant
from .refusals import Refusal
from .stock import claim, give_back, left_of
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World

BYPASS, OBEY, IGNORE = "BYPASS", "DECREMENT_OBEYING_POLICY", "DECREMENT_IGNORING_POLICY"
CENT = Decimal("0.01")
COPIED = (
    *("email", "phone", "shipping_address", "billing_address", "financial_status"),
    *("discount_code", "shipping_title", "shipping_price", "tags", "note", "attributes"),
    *("metafields", "po_number", "source_identifier", "source_name", "source_url"),
    *("test", "client_id"),
)


@dataclass
class WantedLine:
    """A line to order: of a variant, or a custom one with a title."""

    quantity: int
    variant_id: int | None = None
    title: str | None = None
    sku: str | None = None
    price: Decimal | None = None
    requires_shipping: bool = True
    gift_card: bool = False
    taxable: bool = True
    properties: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class WantedOrder:
    """An order as asked for."""

    lines: list[WantedLine]
    email: str | None = None
    phone: str | None = None
    first_name: str = ""
    last_name: str = ""
    shipping_address: Address | None = None
    billing_address: Address | None = None
    financial_status: str = "PAID"
    discount_code: str | None = None
    discount: Decimal = ZERO
    shipping_title: str | None = None
    shipping_price: Decimal = ZERO
    tags: list[str] = field(default_factory=list)
    note: str | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    po_number: str | None = None
    source_identifier: str | None = None
    source_name: str = "web"
    source_url: str | None = None
    processed_at: datetime | None = None
    test: bool = False
    client_id: str | None = None
    inventory: str = OBEY


def place_order(
    world: "World", store: Store, wanted: WantedOrder, source: str, tell: bool = True
) -> Order:
    """Create the order, commit its stock and announce it. Raises Refusal; then nothing changed."""
    _check(store, wanted)
    lines = [make_line(world, store, one) for one in wanted.lines]
    if wanted.inventory == OBEY:
        _check_stock(store, lines)
    if wanted.inventory != BYPASS:
        _claim_all(world, store, lines)
    _deal_discount(lines, wanted.discount)
    order = _order(world, store, wanted, lines)
    store.orders[order.id] = order
    store.next_order_number += 1
    record_order(world, store, order, "order_created", f"{order.name} created by {source}", source)
    if tell:
        announce(world, store, "ORDERS_CREATE", order_body(store, order), order.name)
    else:
        summary = f"orders/create for {order.name} was never announced"
        world.record("webhook_dropped", store.domain, "orders/create", summary, about=order.name)
    return order


def _check(store: Store, wanted: WantedOrder) -> None:
    if not wanted.lines:
        raise Refusal("Line items must have at least one line item", "INVALID", ["order"])
    for index, line in enumerate(wanted.lines):
        path = ["order", "lineItems", str(index)]
        if line.quantity < 1:
            raise Refusal("Quantity must be greater than 0", "INVALID", [*path, "quantity"])
        if line.variant_id is not None and store.variant(line.variant_id) is None:
            raise Refusal("Variant not found", "INVALID", [*path, "variantId"])
        if line.variant_id is None and not line.title:
            raise Refusal("Title can't be blank", "INVALID", [*path, "title"])
    for metafield in wanted.metafields:
        _check_unique(store, metafield)


def _check_unique(store: Store, wanted: Metafield) -> None:
    key = (wanted.namespace, wanted.key)
    unique = any(
        one.unique and one.owner_type == "ORDER" and (one.namespace, one.key) == key
        for one in store.definitions
    )
    if unique and find_by_metafield(store, *key, wanted.value) is not None:
        raise Refusal("Value has already been taken.", "INVALID", ["order", "metafields"])


def find_by_metafield(store: Store, namespace: str, key: str, value: str) -> Order | None:
    """The order carrying this custom id."""
    for order in store.orders.values():
        for one in order.metafields:
            if (one.namespace, one.key, one.value) == (namespace, key, value):
                return order
    return None


def make_line(world: "World", store: Store, wanted: WantedLine) -> Line:
    variant = store.variant(wanted.variant_id) if wanted.variant_id is not None else None
    line = Line(
        id=world.new_id(),
        fulfillment_line_id=world.new_id(),
        title=wanted.title or "",
        sku=wanted.sku,
        quantity=wanted.quantity,
        current_quantity=wanted.quantity,
        price=wanted.price if wanted.price is not None else ZERO,
        requires_shipping=wanted.requires_shipping,
        gift_card=wanted.gift_card,
        taxable=wanted.taxable,
        properties=wanted.properties,
    )
    if variant is not None:
        _describe(store, line, variant, wanted)
    return line


def _describe(store: Store, line: Line, variant: Variant, wanted: WantedLine) -> None:
    product = store.products[variant.product_id]
    line.variant_id, line.product_id = variant.id, product.id
    line.title, line.vendor, line.sku = product.title, product.vendor, variant.sku
    line.variant_title = None if variant.is_default else variant.title
    line.price = wanted.price if wanted.price is not None else variant.price
    line.requires_shipping = variant.requires_shipping
    line.gift_card, line.taxable, line.grams = product.gift_card, variant.taxable, variant.grams


def _check_stock(store: Store, lines: list[Line]) -> None:
    wanted: Counter[int] = Counter()
    for index, line in enumerate(lines):
        variant = store.variant(line.variant_id) if line.variant_id is not None else None
        if variant is None:
            continue
        wanted[variant.id] += line.quantity
        left = left_of(store, variant)
        if left is not None and wanted[variant.id] > left:
            raise Refusal(
                f"Unable to reserve inventory: {max(0, left)} left of {line.name}.",
                "INVENTORY_CLAIM_FAILED",
                ["order", "lineItems", str(index)],
            )


def _claim_all(world: "World", store: Store, lines: list[Line]) -> None:
    for line in lines:
        variant = store.variant(line.variant_id) if line.variant_id is not None else None
        if variant is not None:
            line.claimed = claim(world, store, variant, line.quantity)


def _deal_discount(lines: list[Line], discount: Decimal) -> None:
    """Spread an order discount by value; the last line takes the odd cent."""
    total = sum((line.price * line.quantity for line in lines), ZERO)
    if not discount or not total:
        return
    left = min(discount, total)
    for line in lines[:-1]:
        share = min(discount, total) * line.price * line.quantity / total
        line.discount = share.quantize(CENT, ROUND_HALF_UP)
        left -= line.discount
    lines[-1].discount = left


def _order(world: "World", store: Store, wanted: WantedOrder, lines: list[Line]) -> Order:
    now, number = world.now(), store.next_order_number
    order = Order(
        id=world.new_id(),
        number=number,
        name=f"#{number}",
        token=secrets.token_hex(16),
        fulfillment_order_id=world.new_id(),
        shipping_id=world.new_id(),
        currency=store.currency,
        created_at=now,
        updated_at=now,
        processed_at=wanted.processed_at or now,
        lines=lines,
        customer_email=_remember_customer(world, store, wanted),
        gateway="manual" if wanted.client_id else "shopify_payments",
        **{name: getattr(wanted, name) for name in COPIED},
    )
    if order.financial_status == "PAID":
        order.received = order.total
    return order


def _remember_customer(world: "World", store: Store, wanted: WantedOrder) -> str | None:
    if not wanted.email or not (wanted.first_name or wanted.last_name):
        return None
    if wanted.email not in store.customers:
        store.customers[wanted.email] = Customer(
            id=world.new_id(),
            first_name=wanted.first_name,
            last_name=wanted.last_name,
            email=wanted.email,
            phone=wanted.phone,
            created_at=world.now(),
        )
    return wanted.email


def record_order(
    world: "World", store: Store, order: Order, kind: str, summary: str, source: str
) -> None:
    """One ledger line with what the order now holds."""
    world.record(
        kind,
        store.domain,
        order.name,
        summary,
        order_id=order.id,
        source=source,
        source_identifier=order.source_identifier,
        po_number=order.po_number,
        tags=order.tags,
        total=money(order.current_total),
        lines=[
            {
                "line_id": line.id,
                "variant_id": line.variant_id,
                "sku": line.sku,
                "title": line.title,
                "quantity": line.current_quantity,
            }
            for line in order.lines
        ],
    )


def touch(world: "World", store: Store, order: Order) -> None:
    """Mark the order changed and announce orders/updated."""
    order.updated_at = world.now()
    announce(world, store, "ORDERS_UPDATED", order_body(store, order), order.name)


def cancel_order(
    world: "World", store: Store, order: Order, reason: str, restock: bool, source: str
) -> None:
    """Cancel what was not shipped. Raises Refusal for a canceled or partly shipped order."""
    if order.cancelled_at is not None:
        raise Refusal("Order has already been cancelled", "INVALID", ["orderId"])
    if any(line.fulfilled for line in order.lines):
        raise Refusal("Cannot cancel a fulfilled order", "INVALID", ["orderId"])
    for line in order.lines:
        variant = store.variant(line.variant_id) if line.variant_id is not None else None
        if variant is not None:
            give_back(world, store, variant, line.claimed, sellable=restock)
        line.claimed, line.current_quantity = 0, 0
    order.cancelled_at = order.closed_at = world.now()
    order.cancel_reason = reason
    order.financial_status = "REFUNDED" if order.received else "VOIDED"
    order.received = ZERO
    record_order(
        world, store, order, "order_canceled", f"{order.name} canceled by {source}", source
    )
    touch(world, store, order)
    announce(world, store, "ORDERS_CANCELLED", order_body(store, order), order.name)
