"""Files about stock: counts of our own shelf, and purchase orders of our own."""

from inventory.importing.purchase_orders import PurchaseOrderImport
from inventory.importing.stock import StockImport

__all__ = ["PurchaseOrderImport", "StockImport"]
