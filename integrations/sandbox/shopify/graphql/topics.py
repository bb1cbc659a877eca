"""Imports every file of resolvers, so that their registrations exist."""

from . import (  # noqa: F401
    change_fulfillments,
    change_inventory,
    change_orders,
    change_products,
    change_webhooks,
    edit_orders,
    read_fulfillments,
    read_inventory,
    read_lines,
    read_nodes,
    read_orders,
    read_products,
    read_shop,
)
