"""VeraCore on a mocked network."""

import pytest
import responses

from integrations import registry
from tests.integrations.providers.warehouse_world import World

BASE = "https://api.veracore.com/v1"
ORDERS, STOCK, PARCELS = "/api/orders", "/api/inventory", "/api/shipments"


@pytest.fixture
def world():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        found = World(net, registry.provider_class("veracore"), "CROSSDOCK", BASE)
        yield found
        for client in found.clients:
            client.close()


@pytest.fixture
def veracore(world):
    """Signs in with a password."""
    return world.make(company_id="CrossDock")
