"""Webhook bodies of products, stock and shops in Shopify's REST shape."""

from typing import Any

from integrations.sandbox.clock import offset_iso

from .gids import gid
from .models import Store, money
from .products import Level, Product, Variant

Body = dict[str, Any]


def product_body(store: Store, product: Product) -> Body:
    """products/update."""
    return {
        "id": product.id,
        "admin_graphql_api_id": gid("Product", product.id),
        "title": product.title,
        "body_html": product.description_html,
        "vendor": product.vendor,
        "product_type": product.product_type,
        "handle": product.handle,
        "status": product.status.lower(),
        "tags": ", ".join(product.tags),
        "created_at": offset_iso(product.created_at),
        "updated_at": offset_iso(product.updated_at),
        "published_at": offset_iso(product.created_at) if product.published_on else None,
        "published_scope": "web",
        "template_suffix": None,
        "variants": [_variant_body(store, variant) for variant in product.variants],
        "options": [
            {
                "id": option.id,
                "product_id": product.id,
                "name": option.name,
                "position": position,
                "values": [value.name for value in option.values],
            }
            for position, option in enumerate(product.options, start=1)
        ],
        "images": [],
        "image": None,
        "media": [],
    }


def _variant_body(store: Store, variant: Variant) -> Body:
    values = [*variant.options.values(), None, None, None]
    compare_at = variant.compare_at_price
    return {
        "id": variant.id,
        "admin_graphql_api_id": gid("ProductVariant", variant.id),
        "product_id": variant.product_id,
        "title": variant.title,
        "price": money(variant.price),
        "compare_at_price": money(compare_at) if compare_at is not None else None,
        "position": variant.position,
        "inventory_policy": variant.inventory_policy.lower(),
        "inventory_management": "shopify" if variant.tracked else None,
        "inventory_item_id": variant.item_id,
        "inventory_quantity": variant.available,
        "old_inventory_quantity": variant.available,
        "fulfillment_service": "manual",
        "option1": values[0],
        "option2": values[1],
        "option3": values[2],
        "sku": variant.sku,
        "barcode": variant.barcode,
        "taxable": variant.taxable,
        "requires_shipping": variant.requires_shipping,
        "grams": variant.grams,
        "image_id": None,
        "presentment_prices": [
            {
                "price": {"amount": money(variant.price), "currency_code": store.currency},
                "compare_at_price": None,
            }
        ],
        "created_at": offset_iso(variant.created_at),
        "updated_at": offset_iso(variant.updated_at),
    }


def level_body(variant: Variant, location_id: int, level: Level) -> Body:
    """inventory_levels/update."""
    number = f"{location_id}?inventory_item_id={variant.item_id}"
    return {
        "inventory_item_id": variant.item_id,
        "location_id": location_id,
        "available": level.available,
        "updated_at": offset_iso(level.updated_at),
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{number}",
    }


def shop_body(store: Store) -> Body:
    """app/uninstalled: the shop resource."""
    place = store.locations[0] if store.locations else None
    return {
        "id": store.id,
        "name": store.name,
        "email": store.email,
        "domain": store.domain,
        "myshopify_domain": store.domain,
        "currency": store.currency,
        "iana_timezone": store.timezone,
        "country_code": place.country_code if place else None,
        "address1": place.address1 if place else None,
        "city": place.city if place else None,
        "zip": place.zip if place else None,
        "province_code": place.province_code if place else None,
        "primary_location_id": place.id if place else None,
        "primary_locale": "en",
        "plan_name": "basic",
        "created_at": offset_iso(store.created_at),
        "updated_at": offset_iso(store.created_at),
    }
