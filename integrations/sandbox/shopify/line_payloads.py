"""Money, addresses and order lines in Shopify's REST shape (2026-10)."""

from decimal import Decimal
from typing import Any

from .gids import gid
from .models import Store, money
from .orders import ZERO, Address, Line
from .places import country_name, province_name

Body = dict[str, Any]


def money_set(amount: Decimal, currency: str) -> Body:
    """The pair of shop and presentment money; both the same here."""
    one = {"amount": money(amount), "currency_code": currency}
    return {"shop_money": one, "presentment_money": dict(one)}


def address_body(address: Address | None) -> Body | None:
    if address is None:
        return None
    return {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "name": address.name,
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "province": province_name(address.country_code, address.province_code),
        "province_code": address.province_code,
        "country": country_name(address.country_code),
        "country_code": address.country_code,
        "zip": address.zip,
        "phone": address.phone,
        "latitude": None,
        "longitude": None,
    }


def line_body(store: Store, line: Line) -> Body:
    """One entry of line_items; variant and product are null for a custom line."""
    shipped_part = "partial" if line.fulfilled and line.open_quantity else None
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "fulfillable_quantity": line.open_quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": "fulfilled"
        if line.fulfilled and not line.open_quantity
        else shipped_part,
        "gift_card": line.gift_card,
        "grams": line.grams,
        "name": line.name,
        "price": money(line.price),
        "price_set": money_set(line.price, store.currency),
        "product_exists": line.product_id in store.products,
        "product_id": line.product_id,
        "properties": [{"name": name, "value": value} for name, value in line.properties],
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sales_line_item_group_id": None,
        "sku": line.sku,
        "taxable": line.taxable,
        "title": line.title,
        "total_discount": money(ZERO),
        "total_discount_set": money_set(ZERO, store.currency),
        "variant_id": line.variant_id,
        "variant_inventory_management": "shopify" if line.variant_id else None,
        "variant_title": line.variant_title,
        "vendor": line.vendor,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": _allocations(line, store.currency),
    }


def _allocations(line: Line, currency: str) -> list[Body]:
    """An order-wide code is dealt to the lines here; `total_discount` stays 0, as at Shopify."""
    if not line.discount:
        return []
    return [
        {
            "amount": money(line.discount),
            "amount_set": money_set(line.discount, currency),
            "discount_application_index": 0,
        }
    ]
