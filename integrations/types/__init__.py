"""What providers take and yield: frozen values, no Django.

Money is `Decimal` in the currency named beside it; times are aware; a missing number is None,
never 0.
"""

from integrations.types.accounts import AccountInfo, Tokens
from integrations.types.channel_orders import ChannelLine, ChannelOrder
from integrations.types.events import Envelope, Event, PersonRequest
from integrations.types.partner_orders import (
    CustomerOrder,
    LineToPlace,
    OrderChange,
    OrderState,
    OrderToPlace,
    PlacedLine,
    PlacedOrder,
)
from integrations.types.payments import Payment, PaymentStatus
from integrations.types.people import Address, Contact
from integrations.types.products import NewProduct, NewVariant, RemoteProduct, RemoteVariant
from integrations.types.purchase_orders import (
    PurchaseOrderQuery,
    PurchaseOrderState,
    RemotePurchaseOrder,
    RemotePurchaseOrderLine,
    RemoteTracking,
)
from integrations.types.shipments import RemoteShipment, ShipmentToPublish, ShippedLine
from integrations.types.stock import RemoteItem, StockAnswer, StockItem, StockToPublish

__all__ = [
    "AccountInfo",
    "Address",
    "ChannelLine",
    "ChannelOrder",
    "Contact",
    "CustomerOrder",
    "Envelope",
    "Event",
    "LineToPlace",
    "NewProduct",
    "NewVariant",
    "OrderChange",
    "OrderState",
    "OrderToPlace",
    "Payment",
    "PaymentStatus",
    "PersonRequest",
    "PlacedLine",
    "PlacedOrder",
    "PurchaseOrderQuery",
    "PurchaseOrderState",
    "RemoteItem",
    "RemoteProduct",
    "RemotePurchaseOrder",
    "RemotePurchaseOrderLine",
    "RemoteShipment",
    "RemoteTracking",
    "RemoteVariant",
    "ShipmentToPublish",
    "ShippedLine",
    "StockAnswer",
    "StockItem",
    "StockToPublish",
    "Tokens",
]
