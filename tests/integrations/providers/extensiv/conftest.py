"""Extensiv on a mocked network."""

import pytest
import responses

from integrations import registry
from tests.integrations.providers.warehouse_world import World

ACCOUNT = "wms.acme.example"
BASE = f"https://{ACCOUNT}"
PRODUCTS, STOCK, ORDERS = "/api/v1/products", "/api/v1/inventory", "/api/v1/orders"


@pytest.fixture
def world():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        found = World(net, registry.provider_class("extensiv"), ACCOUNT, BASE)
        yield found
        for client in found.clients:
            client.close()


@pytest.fixture
def extensiv(world):
    return world.make(base_url=BASE)
