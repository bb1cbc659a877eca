"""What the catalog does in a run, and when a store is connected."""

from catalog.services import import_products, partners, pull_products
from integrations.models import Connection
from integrations.providers.base import PublishesProducts, PullsProducts, PushesOrders
from integrations.registry import flow, on_connected
from integrations.services.runs import Run
from integrations.types import AccountInfo


@flow("products", PullsProducts, "Products")
def products(run: Run) -> None:
    pull_products.pull_products(run)


@flow("publish_products", PublishesProducts, "Publish products")
def publish_products(run: Run) -> None:
    import_products.publish_products(run)


@on_connected(PushesOrders)
def partner_connected(connection: Connection, info: AccountInfo) -> None:
    partners.make_partner(connection, info)


@on_connected("shopify")
def own_store_connected(connection: Connection, info: AccountInfo) -> None:
    partners.keep_own_terms(connection, info)
