"""Order lines."""

from typing import Any

from integrations.sandbox.shopify.orders import ZERO, Line

from .binding import resolves
from .context import Info
from .read_orders import bag, discount_shown
from .search import Getter

LINE_MONEY: dict[str, Getter] = {
    "originalUnitPriceSet": lambda line: line.price,
    "originalTotalSet": lambda line: line.price * line.quantity,
    "discountedUnitPriceSet": lambda line: line.price,
    "discountedTotalSet": lambda line: line.price * line.quantity,
    "discountedUnitPriceAfterAllDiscountsSet": lambda line: (
        (line.price * line.quantity - line.discount) / line.quantity
    ),
    "totalDiscountSet": lambda line: ZERO,
}
LINE_FIELDS: dict[str, Getter] = {
    "unfulfilledQuantity": lambda line: line.open_quantity,
    "nonFulfillableQuantity": lambda line: 0,
    "refundableQuantity": lambda line: line.current_quantity,
    "isGiftCard": lambda line: line.gift_card,
    "merchantEditable": lambda line: not line.fulfilled or line.open_quantity > 0,
    "taxLines": lambda line: [],
    "customAttributes": lambda line: [{"key": k, "value": v} for k, v in line.properties],
}


@resolves("LineItem", *LINE_MONEY)
def line_money(line: Line, info: Info, **_: Any) -> Any:
    return bag(info, LINE_MONEY[info.field_name](line))


@resolves("LineItem", *LINE_FIELDS)
def line_field(line: Line, info: Info, **_: Any) -> Any:
    return LINE_FIELDS[info.field_name](line)


@resolves("LineItem", "discountAllocations")
def line_allocations(line: Line, info: Info) -> Any:
    if not line.discount:
        return []
    order = next(one for one in info.context.store.orders.values() if one.line(line.id))
    discount = discount_shown(order, info)
    return [{"allocatedAmountSet": bag(info, line.discount), "discountApplication": discount}]


@resolves("LineItem", "variant")
def line_variant(line: Line, info: Info) -> Any:
    return info.context.store.variant(line.variant_id or 0)


@resolves("LineItem", "product")
def line_product(line: Line, info: Info) -> Any:
    return info.context.store.products.get(line.product_id or 0)
