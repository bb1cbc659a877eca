"""Orders that left in part: short-shipped, or with a label that was thrown away."""

import pytest

from integrations.models import Alert
from integrations.types import OrderState
from orders.models import PartnerOrder
from orders.services.capture import capture_order
from orders.services.shipments import record_shipment
from orders.services.short_shipped import tell_short
from tests.catalog.people import log_in, texts
from tests.orders.builders import channel_line, channel_order, make_partner, make_variant
from tests.orders.polls import Clock, poll
from tests.orders.pressing import page_of
from tests.orders.steps import parcel, place

pytestmark = pytest.mark.django_db
SKU = "PARTNER-straight-A"


@pytest.fixture
def placed(own_store, system) -> PartnerOrder:
    """Three units of one customer, sent by a warehouse."""
    warehouse = make_partner("straight", dispatch="immediate", ship_to="customer")
    line = channel_line(make_variant(SKU, partner=warehouse).sku, 3)
    capture_order(own_store, channel_order([line]))
    return place()


def titles() -> list[str]:
    found = Alert.objects.filter(kind="short", closed_at=None)
    return list(found.values_list("title", flat=True))


class Warehouse:
    """Says how far the order is, and which parcels there are."""

    def __init__(self, placed: PartnerOrder, *parcels) -> None:
        self.placed, self.parcels = placed, parcels

    def pull_order_status(self, orders, since=None):
        yield OrderState(self.placed.external_id, "shipped", "shipped", self.parcels)


def test_units_that_are_in_no_parcel_are_told_until_their_parcel_comes(placed, monkeypatch):
    warehouse, clock = Warehouse(placed, parcel(placed, "A", 1)), Clock()
    poll(placed.connection, warehouse, clock, monkeypatch)
    said = f"{placed.partner} shipped {placed.reference}, and 2 units are in no parcel"
    assert titles() == [said]
    warehouse.parcels += (parcel(placed, "A", 2, external_id="F2", tracking_number="T2"),)
    clock.sleep(300)
    poll(placed.connection, warehouse, clock, monkeypatch)
    assert titles() == []


def test_both_pages_say_what_is_missing(placed):
    record_shipment(placed.connection, parcel(placed, "A", 3))
    record_shipment(placed.connection, parcel(placed, "A", 3, status="voided"))
    tell_short([placed.pk])
    (said,) = titles()
    client = log_in("Viewer")
    for row in (placed, placed.order):
        assert said in texts(client.get(page_of(row)))


def test_what_left_whole_is_no_alert(placed, monkeypatch):
    poll(placed.connection, Warehouse(placed, parcel(placed, "A", 3)), Clock(), monkeypatch)
    assert PartnerOrder.objects.get().status == "shipped"
    assert titles() == []


def test_a_label_that_was_thrown_away_is_on_its_way_no_more(placed):
    record_shipment(placed.connection, parcel(placed, "A", 3))
    assert tell_short([placed.pk]) == 0
    record_shipment(placed.connection, parcel(placed, "A", 3, status="voided"))
    assert tell_short([placed.pk]) == 1
    assert titles() == [
        f"{placed.partner} shipped {placed.reference}, and 3 units are in no parcel"
    ]


def test_an_order_that_is_still_packed_is_not_short(placed):
    PartnerOrder.objects.update(status="packed")
    assert tell_short([placed.pk]) == 0
    assert not Alert.objects.filter(kind="short").exists()


def test_lines_that_were_canceled_are_not_missed(placed):
    record_shipment(placed.connection, parcel(placed, "A", 1))
    PartnerOrder.objects.update(status="shipped")
    placed.lines.update(quantity=1)
    assert tell_short([placed.pk]) == 0
