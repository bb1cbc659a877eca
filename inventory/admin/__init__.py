"""The admin of stock: levels with their ledger, locations, and what the catalog pages show."""

from inventory.admin import for_catalog, levels, locations

__all__ = ["for_catalog", "levels", "locations"]
