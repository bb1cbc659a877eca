"""A partner's store: products and stock come in, our orders go out, tracking comes back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from integrations.providers.base import (
    Access,
    AppendsToOrders,
    Cadence,
    CancelsOrders,
    FindsOrders,
    PullsProducts,
    PullsShipments,
    PullsStock,
    PushesOrders,
)
from integrations.providers.shopify import documents, products, stock
from integrations.providers.shopify.graphql import next_cursor, shaped
from integrations.providers.shopify.placing import TAG, Orders
from integrations.providers.shopify.shipments import shipment_from_node
from integrations.providers.shopify.store import ShopifyStore, StoreSecrets, StoreSettings
from integrations.providers.shopify.values import need_gid, rows, search_time
from integrations.registry import register
from integrations.types import (
    OrderToPlace,
    PlacedLine,
    PlacedOrder,
    RemoteItem,
    RemoteProduct,
    RemoteShipment,
    StockItem,
)

FIRST_ORDERS, FIRST_LINES = 20, 250


@register
class PartnerStore(
    PullsProducts,
    PullsStock,
    PushesOrders,
    FindsOrders,
    AppendsToOrders,
    CancelsOrders,
    PullsShipments,
    ShopifyStore,
):
    """A partner's Shopify store. Its token can write orders, not products or stock."""

    slug = "shopify-partner"
    label = "Shopify (partner store)"
    Settings = StoreSettings
    Secrets = StoreSecrets
    default_schedules = {
        "products": Cadence(daily_at="03:00"),
        "stock": Cadence(every_minutes=60),
        "shipments": Cadence(every_minutes=15),
    }
    needed_scopes = (
        "read_products",
        "read_inventory",
        "read_locations",
        "write_orders",
        "write_order_edits",
    )
    topics = (
        "FULFILLMENTS_CREATE",
        "FULFILLMENTS_UPDATE",
        "ORDERS_CANCELLED",
        "APP_UNINSTALLED",
        "APP_SCOPES_UPDATE",
    )

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self._orders = Orders(self.graph, access.account)

    def subscribe(self, url: str) -> list[str]:
        self._orders.define_reference()
        return super().subscribe(url)

    def pull_products(self, since: datetime | None = None) -> Iterator[RemoteProduct]:
        with shaped():
            yield from products.read_products(self.graph, since)

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        with shaped():
            if items is None:
                yield from stock.read_everything(self.graph, since)
            else:
                yield from stock.read_items(self.graph, items)

    def push_order(self, order: OrderToPlace) -> PlacedOrder:
        return self._orders.place(order)

    def find_order(self, reference: str) -> PlacedOrder | None:
        return self._orders.find(reference)

    def append_lines(
        self, external_id: str, lines: Sequence[PlacedLine], reference: str
    ) -> PlacedOrder:
        return self._orders.append(external_id, lines, reference)

    def cancel_order(self, external_id: str, reason: str) -> PlacedOrder:
        return self._orders.cancel(external_id, reason)

    def pull_shipments(
        self, orders: Sequence[str] | None = None, since: datetime | None = None
    ) -> Iterator[RemoteShipment]:
        """Of these orders, or of all orders we placed that changed after `since`."""
        with shaped():
            if orders is None:
                yield from self._shipments_since(since)
                return
            found = self.graph.nodes(documents.SHIPMENTS_OF_ORDERS, orders, FIRST_ORDERS)
            for node in found:
                yield from self._shipments(node)

    def _shipments_since(self, since: datetime | None) -> Iterator[RemoteShipment]:
        query = f"tag:{TAG}" + (f" updated_at:>={search_time(since)}" if since else "")
        pages = self.graph.pages(documents.SHIPMENTS_SINCE, "orders", FIRST_ORDERS, query=query)
        for node in (node for page in pages for node in page):
            yield from self._shipments(node)

    def _shipments(self, order: Mapping[str, object]) -> Iterator[RemoteShipment]:
        order_id = need_gid("Order", order["id"])
        for node in rows(order["fulfillments"], "fulfillments"):
            if next_cursor(node["fulfillmentLineItems"]) is None:
                yield shipment_from_node(order_id, node)
                continue
            pages = self.graph.pages(
                documents.SHIPMENT_LINES,
                "fulfillment.fulfillmentLineItems",
                FIRST_LINES,
                id=node["id"],
            )
            lines = [line for page in pages for line in page]
            yield shipment_from_node(order_id, node, lines)
