"""One table per interface Extensiv is reached by: paths, and how values are written and read.

`portal` is the contract our users described. The warehouse manager's own interface (HAL, filters,
versions of each row) will be a further table; nothing but the table knows which one is spoken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.answers import Response
from integrations.errors import ProviderError
from integrations.providers.extensiv import catalog, orders, refusals
from integrations.providers.extensiv.pages import Row
from integrations.types import (
    Address,
    OrderState,
    OrderToPlace,
    PlacedOrder,
    RemoteProduct,
    StockItem,
)


@dataclass(frozen=True)
class Dialect:
    """Paths with {id} and {sku} in them, and the functions that know its names."""

    name: str
    token: str
    products: str
    stock: str
    stock_of_one: str
    orders: str
    order: str
    status: str
    read_product: Callable[[Row, str], RemoteProduct]
    read_stock: Callable[[Row], StockItem]
    encode_order: Callable[[OrderToPlace], dict[str, Any]]
    encode_address: Callable[[Address], dict[str, str]]
    read_order: Callable[[Row, str, str], PlacedOrder]
    read_state: Callable[[Row, str], OrderState]
    refusal: Callable[[Response], ProviderError]


DIALECTS: Mapping[str, Dialect] = {
    "portal": Dialect(
        name="portal",
        token="/oauth/token",  # noqa: S106 - a path
        products="/api/v1/products",
        stock="/api/v1/inventory",
        stock_of_one="/api/v1/inventory/{sku}",
        orders="/api/v1/orders",
        order="/api/v1/orders/{id}",
        status="/api/v1/orders/{id}/status",
        read_product=catalog.read_product,
        read_stock=catalog.read_stock,
        encode_order=orders.encode,
        encode_address=orders.encode_address,
        read_order=orders.read,
        read_state=orders.read_state,
        refusal=refusals.refusal,
    )
}
