"""Stores, variants and orders as the control API shows them."""

from typing import Any

from .models import Store, money
from .orders import Order
from .products import Variant

Given = dict[str, Any]


def store_shown(store: Store) -> Given:
    return {
        "domain": store.domain,
        "name": store.name,
        "currency": store.currency,
        "own": store.own,
        "apps": {key: one.scopes for key, one in store.installations.items()},
        "subscriptions": [
            {"topic": sub.topic, "uri": sub.uri}
            for one in store.installations.values()
            for sub in one.subscriptions
        ],
        "products": [
            product.model_dump(mode="json", include={"id", "title", "handle", "status"})
            | {"variants": [variant_shown(variant) for variant in product.variants]}
            for product in store.products.values()
        ],
    }


def variant_shown(variant: Variant) -> Given:
    return {
        "id": variant.id,
        "sku": variant.sku,
        "title": variant.title,
        "price": money(variant.price),
        "available": variant.available,
    }


def order_shown(store: Store, order: Order) -> Given:
    figures = {
        "shop": store.domain,
        "total": money(order.current_total),
        "fulfillment_status": order.fulfillment_status,
    }
    return order.model_dump(mode="json") | figures
