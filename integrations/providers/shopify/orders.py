"""A customer's order of our own store: the webhook's shape and GraphQL's make the same value."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal

from integrations.providers.shopify.values import (
    gid,
    mapping,
    moment,
    moment_or_none,
    money,
    need_gid,
    rows,
    shop_money,
    text,
    whole,
)
from integrations.types import Address, ChannelLine, ChannelOrder, Contact

Node = Mapping[str, Any]
PAID = frozenset({"paid", "partially_refunded", "refunded"})
PICKUP_WORDS = ("pickup", "pick up", "pick-up", "in store", "in-store")
LOCAL_WORDS = ("local delivery",)


def order_from_webhook(body: Node) -> ChannelOrder:
    """The body of orders/create, orders/updated and orders/cancelled (REST shape).

    `customer` is not read: the API shows it only with a scope we do not ask for.
    """
    placed = moment(body.get("created_at"), "the time of the order")
    shipping = body.get("shipping_address")
    billing = body.get("billing_address")
    status = text(body.get("financial_status")).lower()
    methods = [one for one in rows(body.get("shipping_lines"), "shipping") if not _is_removed(one)]
    return ChannelOrder(
        external_id=need_gid("Order", body.get("admin_graphql_api_id") or body.get("id")),
        number=text(body.get("name")),
        placed_at=placed,
        version=moment(body.get("updated_at"), "the time of the change"),
        currency=text(body.get("currency")),
        lines=tuple(_rest_line(one) for one in rows(body.get("line_items"), "line items")),
        contact=Contact(
            name=_first(_name(shipping), _name(billing)),
            email=_first(body.get("email"), body.get("contact_email")),
            phone=_first(body.get("phone"), _phone(shipping), _phone(billing)),
            address=_address(shipping, "country_code", "province_code"),
        ),
        total=_current(body, "total_price"),
        tax=_current(body, "total_tax"),
        shipping=shop_money(body.get("total_shipping_price_set"), "the price of shipping"),
        refunded_total=_refunded(
            _paid_back(body), status, lambda: _rest_money(body, "total_price")
        ),
        paid_at=_paid_at(status, body.get("processed_at"), placed),
        payment_reference=", ".join(text(one) for one in body.get("payment_gateway_names") or ()),
        canceled_at=moment_or_none(body.get("cancelled_at"), "the time of the cancellation"),
        cancel_reason=text(body.get("cancel_reason")).lower(),
        delivery_method=_delivery(methods, shipping),
        note=text(body.get("note")),
        test=body.get("test") is True,
    )


def order_from_node(node: Node, lines: Iterable[Node] | None = None) -> ChannelOrder:
    """A GraphQL Order; `lines` replaces the first page of its line items."""
    placed = moment(node["createdAt"], "the time of the order")
    shipping, billing = node["shippingAddress"], node["billingAddress"]
    status = text(node["displayFinancialStatus"]).lower()
    methods = [node["shippingLine"]] if node["shippingLine"] else []
    found = rows(node["lineItems"]["nodes"], "line items")
    return ChannelOrder(
        external_id=need_gid("Order", node["id"]),
        number=text(node["name"]),
        placed_at=placed,
        version=moment(node["updatedAt"], "the time of the change"),
        currency=text(node["currencyCode"]),
        lines=tuple(_graphql_line(one) for one in lines or found),
        contact=Contact(
            name=_first(_name(shipping), _name(billing)),
            email=text(node["email"]),
            phone=_first(node["phone"], _phone(shipping), _phone(billing)),
            address=_address(shipping, "countryCodeV2", "provinceCode"),
        ),
        total=shop_money(node["currentTotalPriceSet"], "the total"),
        tax=shop_money(node["currentTotalTaxSet"], "the tax"),
        shipping=shop_money(node["totalShippingPriceSet"], "the price of shipping"),
        refunded_total=_refunded(
            shop_money(node["totalRefundedSet"], "the refunds"),
            status,
            lambda: shop_money(node["totalPriceSet"], "the first total"),
        ),
        paid_at=_paid_at(status, node["processedAt"], placed),
        payment_reference=", ".join(text(one) for one in node["paymentGatewayNames"]),
        canceled_at=moment_or_none(node["cancelledAt"], "the time of the cancellation"),
        cancel_reason=text(node["cancelReason"]).lower(),
        delivery_method=_delivery(methods, shipping),
        note=text(node["note"]),
        test=node["test"] is True,
    )


def _rest_line(line: Node) -> ChannelLine:
    """`total_discount` leaves order-wide codes out; the allocations hold every discount."""
    ordered = whole(line.get("quantity"), "ordered units")
    current = whole(line.get("current_quantity", ordered), "current units")
    discounts = rows(line.get("discount_allocations"), "discounts")
    return ChannelLine(
        external_id=need_gid("LineItem", line.get("admin_graphql_api_id") or line.get("id")),
        sku=text(line.get("sku")),
        title=_first(line.get("name"), line.get("title")),
        quantity=current,
        price=_rest_money(line, "price"),
        discount=sum((_rest_money(one, "amount") for one in discounts), Decimal(0)),
        canceled_quantity=ordered - current,
        variant_id=gid("ProductVariant", line.get("variant_id")),
        requires_shipping=line.get("requires_shipping") is not False,
        gift_card=line.get("gift_card") is True,
    )


def _graphql_line(line: Node) -> ChannelLine:
    ordered = whole(line["quantity"], "ordered units")
    current = whole(line["currentQuantity"], "current units")
    discounts = rows(line["discountAllocations"], "discounts")
    variant = line["variant"]
    return ChannelLine(
        external_id=need_gid("LineItem", line["id"]),
        sku=text(line["sku"]),
        title=_first(line["name"], line["title"]),
        quantity=current,
        price=shop_money(line["originalUnitPriceSet"], "a price"),
        discount=sum(
            (shop_money(one["allocatedAmountSet"], "a discount") for one in discounts), Decimal(0)
        ),
        canceled_quantity=ordered - current,
        variant_id=gid("ProductVariant", variant["id"]) if variant else "",
        requires_shipping=line["requiresShipping"] is not False,
        gift_card=line["isGiftCard"] is True,
    )


def _rest_money(node: Node, name: str) -> Decimal:
    """An amount in the shop's currency: from its set, else (older bodies) from the plain field."""
    bag = node.get(f"{name}_set")
    return shop_money(bag, name) if bag else money(node.get(name), name)


def _current(body: Node, name: str) -> Decimal:
    """A figure after edits and refunds, as the line quantities are."""
    current = f"current_{name}"
    return _rest_money(body, current if body.get(current) is not None else name)


def _refunded(told: Decimal, status: str, ordered: Callable[[], Decimal]) -> Decimal:
    """What was paid back: all that was `ordered` where a refunded order tells of no refund."""
    return ordered() if not told and status == "refunded" else told


def _paid_back(body: Node) -> Decimal:
    """The successful refund transactions of a webhook's body."""
    total = Decimal(0)
    for refund in rows(body.get("refunds"), "refunds"):
        for entry in rows(refund.get("transactions"), "transactions"):
            if entry.get("kind") == "refund" and entry.get("status") == "success":
                total += money(entry.get("amount"), "a refund")
    return total


def _paid_at(status: str, processed: object, placed: Any) -> Any:
    if status not in PAID:
        return None
    return moment_or_none(processed, "the time of the payment") or placed


def _delivery(methods: list[Node], shipping: object) -> Literal["ship", "pickup", "delivery"]:
    """Neither shape names the method (delivery_category was removed from it): read the title.

    An order that has a delivery method but no address to ship to is collected by the customer.
    """
    words = " ".join(f"{text(one.get('title'))} {text(one.get('code'))}" for one in methods).lower()
    if any(word in words for word in LOCAL_WORDS):
        return "delivery"
    if any(word in words for word in PICKUP_WORDS) or (methods and not shipping):
        return "pickup"
    return "ship"


def _is_removed(line: Node) -> bool:
    return line.get("is_removed") is True


def _address(node: object, country: str, state: str) -> Address:
    """Only where it is shipped to: a billing address is never a place to send goods."""
    if not node:
        return Address()
    node = mapping(node, "address")
    return Address(
        name=_name(node),
        company=text(node.get("company")),
        street1=text(node.get("address1")),
        street2=text(node.get("address2")),
        city=text(node.get("city")),
        state=_first(node.get(state), node.get("province")),
        zip=text(node.get("zip")),
        country=_first(node.get(country), node.get("country")),
        phone=text(node.get("phone")),
    )


def _name(node: object) -> str:
    return text(node.get("name")) if isinstance(node, Mapping) else ""


def _phone(node: object) -> str:
    return text(node.get("phone")) if isinstance(node, Mapping) else ""


def _first(*values: object) -> str:
    """The first that is not empty."""
    return next((text(value) for value in values if value), "")
