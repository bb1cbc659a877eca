"""Publishing stock to our own store once, in a test."""

from typing import Any

from catalog.models import Listing
from integrations.models import Connection
from integrations.services.runs import Run
from inventory.services.publish_stock import publish_stock
from tests.catalog.builders import OwnShop, make_run


def publish(own: Connection, shop: OwnShop, **params: Any) -> Run:
    run = make_run(own, "publish_stock", shop, **params)
    publish_stock(run)
    return run


def published(listing: Listing) -> int | None:
    listing.refresh_from_db()
    return listing.published_quantity
