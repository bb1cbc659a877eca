"""The tables of the orders app."""

from orders.models.deliveries import Delivery
from orders.models.events import Notification, OrderEvent
from orders.models.orders import Order, OrderContact, OrderLine
from orders.models.partner_orders import PartnerOrder, PartnerOrderLine
from orders.models.privacy import PrivacyRequest
from orders.models.shipments import Shipment, ShipmentLine
from orders.models.submissions import Submission

__all__ = [
    "Delivery",
    "Notification",
    "Order",
    "OrderContact",
    "OrderEvent",
    "OrderLine",
    "PartnerOrder",
    "PartnerOrderLine",
    "PrivacyRequest",
    "Shipment",
    "ShipmentLine",
    "Submission",
]
