"""The admin pages of orders: customers' orders, partner orders, shipments, e-mails."""

from django.contrib import admin

from orders.admin import (
    for_catalog,  # noqa: F401
    for_inbox,  # noqa: F401
    notifications,
    orders,
    partner_order_lines,
    partner_orders,
    privacy,
    shipments,
)
from orders.admin.order_search import search_orders

__all__ = [
    "notifications",
    "orders",
    "partner_order_lines",
    "partner_orders",
    "privacy",
    "shipments",
]

admin.site.add_search(search_orders)  # type: ignore[attr-defined]
