"""Stock, and what is on its way to us."""

from inventory.models.purchase_orders import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from inventory.models.stock import ChangeReason, Location, Reservation, StockChange, StockLevel

__all__ = [
    "ChangeReason",
    "Location",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseOrderStatus",
    "Reservation",
    "StockChange",
    "StockLevel",
]
