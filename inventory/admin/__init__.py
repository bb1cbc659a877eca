"""The admin of stock: levels with their ledger, locations, and what the catalog pages show."""

from inventory.admin import (
    files,
    for_catalog,
    levels,
    locations,
    pull_orders_page,
    purchase_orders,
    purchase_run_words,
    search,
)

__all__ = [
    "files",
    "for_catalog",
    "levels",
    "locations",
    "pull_orders_page",
    "purchase_orders",
    "purchase_run_words",
    "search",
]
