"""Stock of a warehouse that holds what it was sent: never counted twice, never forgotten.

The described timeline: 100 there, an order of 2 placed, sent, shipped, synced: 98 on both sides.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.sandbox.config import Config
from integrations.sandbox.server import serve
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from inventory.availability import sellable
from orders.models import PartnerOrder
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from tests.orders.builders import channel_line, channel_order, make_own_store, make_variant
from tests.orders.matrix.places import SKU, Place, Sandbox, connected
from tests.orders.steps import send

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MUGS = "mugs"


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    server = serve(Config(port=0, smtp_port=None, seed=False))
    settings.SANDBOX_URL = f"http://127.0.0.1:{server.port}"
    settings.ALLOW_PRIVATE_HOSTS = True
    yield Sandbox(settings.SANDBOX_URL)
    server.close()


class House:
    """The warehouse with 100 mugs, and what we think of it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.variant = sandbox, make_variant(SKU)
        goods = [{"sku": SKU, "title": "Mug", "on_hand": 100}]
        sandbox.post("warehouses", kind="veracore", account=MUGS, goods=goods)
        place = Place("veracore", "MUGS", "", True, None, None)  # type: ignore[arg-type]
        secrets = {"client_id": "client", "client_secret": "secret"}
        address = "https://api.veracore.com/v1"
        self.partner = connected(place, {"company_id": "MUGS", "api_url": address}, secrets)

    def sync(self) -> None:
        run, _ = request_run(self.partner.connection, "stock", trigger="staff")
        assert run_flow(run.pk) == "completed"

    @property
    def both(self) -> tuple[int, int]:
        """What we would sell, and what they have available."""
        (good,) = self.sandbox.get(f"warehouses/{MUGS}/stock")["stock"]
        return sellable(self.variant), good["available"]


def test_an_order_is_subtracted_once_on_both_sides(sandbox: Sandbox) -> None:
    house = House(sandbox)
    house.sync()
    assert house.both == (100, 100)

    capture_order(make_own_store(), channel_order([channel_line(SKU, 2)]))
    assert house.both == (98, 100)
    house.sync()
    assert house.both == (98, 100), "not sent yet: their number does not hold it"

    placed = PartnerOrder.objects.get(partner=house.partner)
    assert send(close_and_submit(placed)).status == "submitted"
    assert house.both == (98, 98), "sent, and their last number is older than that"
    house.sync()
    assert house.both == (98, 98), "their number holds it now, ours no more"

    sandbox.post(f"warehouses/{MUGS}/ship", number=placed.reference)
    house.sync()
    assert house.both == (98, 98)
