"""No parcel is counted twice, and none that does not exist is published or mailed."""

import pytest

from integrations.errors import Retryable
from integrations.types import RemoteShipment, ShippedLine
from inventory.availability import sellable
from inventory.models import Location, StockChange, StockLevel
from orders.models import Notification, Shipment
from orders.services import publishing
from orders.services.capture import capture_order
from orders.services.center import ship_to_customer
from orders.services.channel_shipments import record_channel_shipment
from orders.services.shipments import record_shipment
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)
from tests.orders.steps import parcel, place
from tests.orders.test_publishing import Store

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(monkeypatch):
    playing = Store()
    monkeypatch.setattr(publishing, "provider_for", lambda connection: playing)
    return playing


def straight_order(own_store):
    partner = make_partner("straight", dispatch="immediate", ship_to="customer")
    variant = make_variant("PARTNER-straight-A", partner=partner)
    capture_order(own_store, channel_order([channel_line(variant.sku)]))
    return place()


def test_a_parcel_that_was_voided_before_we_saw_it_is_not_mailed(own_store, system):
    placed = straight_order(own_store)

    shipment, _ = record_shipment(placed.connection, parcel(placed, "A", status="voided"))

    assert Notification.objects.count() == 0
    assert shipment.publish_status == "none"


def test_a_parcel_voided_before_it_was_published_is_not_published(own_store, system, store):
    placed = straight_order(own_store)
    shipment, _ = record_shipment(placed.connection, parcel(placed, "A"))
    record_shipment(placed.connection, parcel(placed, "A", status="voided"))

    publishing.publish(Shipment.objects.get(pk=shipment.pk))

    assert store.published == []


def test_nothing_is_published_to_a_paused_store(own_store, user, store):
    order = make_order(own_store, make_variant("MUG-1").sku)
    shipment = ship_to_customer(order, user, "USPS", "T1")
    type(own_store).objects.filter(pk=own_store.pk).update(status="paused")

    publishing.publish(Shipment.objects.get(pk=shipment.pk))

    assert store.published == []
    assert Shipment.objects.get().publish_status == "pending"


def echo(order, ref, number="T1", line=0):
    lines = list(order.lines.order_by("pk"))
    sent = (ShippedLine(lines[line].external_id, lines[line].sku, 1),)
    return RemoteShipment(ref, order.external_id, sent, tracking_number=number, shipped_at=NOW)


def test_the_echoes_of_a_parcel_from_two_locations_are_one_parcel(own_store, user):
    order = make_order(own_store, make_variant("MUG-1").sku, make_variant("MUG-2").sku)
    shipment = ship_to_customer(order, user, "USPS", "T1")
    Shipment.objects.update(publish_status="published", published_ref="F2")

    record_channel_shipment(own_store, echo(order, "F1", line=0))
    record_channel_shipment(own_store, echo(order, "F2", line=1))

    assert [one.pk for one in order.shipments.all()] == [shipment.pk]


def test_the_echo_of_an_unconfirmed_parcel_without_a_number_waits(own_store, user):
    order = make_order(own_store, make_variant("MUG-1").sku)
    ship_to_customer(order, user, "Courier", "")
    Shipment.objects.update(publish_status="unconfirmed")

    with pytest.raises(Retryable):
        record_channel_shipment(own_store, echo(order, "F1", number=""))

    assert order.shipments.count() == 1


def test_units_shipped_from_our_shelf_are_deducted_once(own_store, user):
    variant = make_variant("MUG-1")
    shelf = Location.objects.get(connection=None)
    StockLevel.objects.create(location=shelf, variant=variant, available=10, on_hand=10, as_of=NOW)
    order = make_order(own_store, variant.sku)
    assert sellable(variant) == 9

    ship_to_customer(order, user, "USPS", "T1")

    assert StockLevel.objects.get().available == 9
    assert sellable(variant) == 9
    assert StockChange.objects.get().note == f"mia shipped {order}."
