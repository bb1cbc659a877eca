"""Orders and parcels as files: who may, where, and what is in them."""

from catalog.admin.export import CsvLink, add_csv_page
from orders.admin.csv_columns import OrderResource, ShipmentResource
from orders.models import Order, Shipment


class OrderCsv(CsvLink):
    """For the list of orders."""

    resource, csv_page, csv_name = OrderResource, "orders_csv", "orders"


class ShipmentCsv(CsvLink):
    """For the list of parcels."""

    resource, csv_page, csv_name = ShipmentResource, "shipments_csv", "shipments"


add_csv_page(Order, "orders/orders.csv", "orders_csv")
add_csv_page(Shipment, "orders/shipments.csv", "shipments_csv")
