"""Our own store: products and stock go out, customers' orders come in, tracking goes out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import Field, field_validator

from integrations.errors import BadResponse, Rejected
from integrations.providers.base import (
    Cadence,
    PublishesProducts,
    PublishesShipments,
    PublishesStock,
    PullsChannelOrders,
)
from integrations.providers.shopify import fulfillment, oauth, own_documents, products, stock
from integrations.providers.shopify.graphql import next_cursor, shaped
from integrations.providers.shopify.orders import order_from_node
from integrations.providers.shopify.store import ShopifyStore, StoreSecrets, StoreSettings
from integrations.providers.shopify.values import gid, search_time
from integrations.registry import register
from integrations.types import (
    ChannelOrder,
    NewProduct,
    RemoteProduct,
    ShipmentToPublish,
    StockAnswer,
    StockToPublish,
    Tokens,
)

FIRST_ORDERS, FIRST_LINES = 20, 250


class OwnStoreSettings(StoreSettings):
    location_id: str = Field(
        "",
        title="Location",
        description="The id of the location whose stock we set; empty: the oldest that ships",
    )
    publish_to_online_store: bool = Field(
        False,
        title="Show new products in the store",
        description="Needs the permissions write_publications and read_publications",
    )

    @field_validator("location_id")
    @classmethod
    def _spell(cls, value: str) -> str:
        try:
            return gid("Location", value.strip())
        except BadResponse:
            raise ValueError("A location is named by its number at Shopify.") from None


@register
class OwnStore(
    PublishesProducts, PublishesStock, PublishesShipments, PullsChannelOrders, ShopifyStore
):
    """The store we sell in. Without stored tokens it uses the client-credentials grant."""

    slug = "shopify"
    mails_customers = True
    label = "Shopify (our store)"
    Settings = OwnStoreSettings
    Secrets = StoreSecrets
    default_schedules = {
        "channel_orders": Cadence(every_minutes=15),
        "publish_products": Cadence(),
        "publish_stock": Cadence(),
        "publish_shipments": Cadence(every_minutes=5),
    }
    needed_scopes = (
        "write_products",
        "write_inventory",
        "read_locations",
        "read_orders",
        "write_merchant_managed_fulfillment_orders",
    )
    topics = (
        "ORDERS_CREATE",
        "ORDERS_UPDATED",
        "ORDERS_CANCELLED",
        "FULFILLMENTS_CREATE",
        "FULFILLMENTS_UPDATE",
        "APP_UNINSTALLED",
        "APP_SCOPES_UPDATE",
    )
    _location = ""

    @property
    def _own(self) -> OwnStoreSettings:
        assert isinstance(self.access.settings, OwnStoreSettings)
        return self.access.settings

    @classmethod
    def scopes_for(cls, settings: OwnStoreSettings) -> tuple[str, ...]:
        """What our calls need with these settings."""
        if settings.publish_to_online_store:
            return (*cls.needed_scopes, "write_publications", "read_publications")
        return cls.needed_scopes

    def all_scopes(self) -> tuple[str, ...]:
        return self.scopes_for(self._own)

    def _can_refresh(self, tokens: Tokens) -> bool:
        return bool(self._secrets.client_id)

    def refresh(self, tokens: Tokens | None) -> Tokens:
        if tokens and tokens.refresh:
            return super().refresh(tokens)
        secret, now = self._secrets.client_secret.get_secret_value(), self.access.now()
        return oauth.fetch_own_token(self.access.http, self._secrets.client_id, secret, now)

    def publish_product(self, product: NewProduct) -> RemoteProduct:
        with shaped():
            made = products.set_product(self.graph, product)
        if self._own.publish_to_online_store:
            products.publish(self.graph, made.external_id)
        return made

    def read_stock(self, item_ids: Sequence[str]) -> Mapping[str, int]:
        with shaped():
            return stock.read_own(self.graph, item_ids, self._stock_location())

    def publish_stock(
        self, items: Sequence[StockToPublish], reference: str, key: str
    ) -> list[StockAnswer]:
        writer = stock.StockWriter(self.graph, self._stock_location(), reference, key)
        return writer.publish(items, self.read_stock)

    def _stock_location(self) -> str:
        if self._own.location_id:
            return self._own.location_id
        if not self._location:
            serving = stock.serving_locations(self.graph)
            if not serving:
                raise Rejected(f"{self.access.account} has no location that ships online orders.")
            self._location = serving[0]["id"]
        return self._location

    def publish_shipment(self, shipment: ShipmentToPublish) -> str:
        with shaped():
            return fulfillment.publish(self.graph, shipment)

    def find_shipment(self, shipment: ShipmentToPublish) -> str | None:
        with shaped():
            return fulfillment.find(self.graph, shipment)

    def pull_channel_orders(self, since: datetime) -> Iterator[ChannelOrder]:
        query = f"updated_at:>={search_time(since)}"
        pages = self.graph.pages(own_documents.CHANNEL_ORDERS, "orders", FIRST_ORDERS, query=query)
        with shaped():
            for node in (node for page in pages for node in page):
                yield self._channel_order(node)

    def _channel_order(self, node: Mapping[str, object]) -> ChannelOrder:
        lines = node["lineItems"]
        assert isinstance(lines, Mapping)
        if next_cursor(lines) is None:
            return order_from_node(node)
        pages = self.graph.pages(
            own_documents.CHANNEL_ORDER_LINES, "order.lineItems", FIRST_LINES, id=node["id"]
        )
        return order_from_node(node, [line for page in pages for line in page])
