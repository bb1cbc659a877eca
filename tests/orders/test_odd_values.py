"""Values that are longer or stranger than our columns (PostgreSQL refuses them)."""

from dataclasses import replace

import pytest
from django.db import DatabaseError

from catalog.models import Listing
from integrations.models import FlowSchedule, SyncRun
from integrations.services.runs import Run
from inventory.models import StockLevel
from orders import flows
from orders.models import Order, OrderContact, PartnerOrderLine, Shipment
from orders.services.capture import capture_order
from orders.services.shipments import record_shipment
from tests.orders.builders import (
    CUSTOMER,
    NOW,
    add_listing,
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)
from tests.orders.steps import parcel, place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sku", ["S" * 250, ""])
def test_an_unknown_line_with_a_long_name_is_captured(own_store, sku):
    order, _ = capture_order(own_store, channel_order([channel_line(sku, title="T" * 300)]))

    assert order.attention == "unrouted"


def test_a_long_address_and_a_country_written_out_are_captured(own_store):
    address = replace(CUSTOMER.address, street1="Long street " * 20, country="United States")
    remote = channel_order([channel_line("X")], contact=replace(CUSTOMER, address=address))

    assert capture_order(own_store, remote)[1] is True
    assert OrderContact.objects.get().country == "United States"


def test_one_order_that_cannot_be_stored_does_not_stop_the_backstop(own_store, monkeypatch):
    bad, fine = channel_order([channel_line("X")]), channel_order([channel_line("X")])
    real = flows.capture_order

    def capture(connection, remote):
        if remote is bad:
            raise DatabaseError
        return real(connection, remote)

    monkeypatch.setattr(flows, "capture_order", capture)
    run = run_of(own_store, [bad, fine])
    flows.pull_channel_orders(run)
    run.flush()

    assert Order.objects.get().external_id == fine.external_id
    assert (run.record.failed, run.record.created) == (1, 1)


def run_of(connection, orders):
    class Channel:
        def pull_channel_orders(self, since):
            return iter(orders)

    schedule = FlowSchedule.objects.create(connection=connection, flow="channel_orders")
    schedule.take_lease(NOW, 180)
    record = SyncRun.objects.create(
        connection=connection, flow="channel_orders", trigger="staff", status="running"
    )
    return Run(record, connection, schedule, Channel(), NOW, {})


def test_a_long_carrier_name_does_not_lose_the_parcel(own_store, partner, system):
    make_order(own_store, make_variant(partner=partner).sku)
    placed = place()

    record_shipment(placed.connection, parcel(placed, "ETH250", carrier="C" * 80))

    assert Shipment.objects.get().carrier == "C" * 60


def test_a_partner_with_stock_comes_before_one_that_does_not_say(own_store, partner):
    variant = make_variant(partner=partner, stock=50)
    silent = make_partner("silent")
    add_listing(variant, silent, 0)
    Listing.objects.filter(connection=silent.connection).update(available=None)

    make_order(own_store, variant.sku)

    assert PartnerOrderLine.objects.get().partner == partner


def test_routing_asks_the_hourly_stock_not_the_nightly_listing(own_store, partner):
    variant = make_variant(partner=partner, stock=10)
    other = make_partner("other")
    add_listing(variant, other, 5)
    StockLevel.objects.filter(location__connection=partner.connection).update(available=0)

    make_order(own_store, variant.sku)

    assert PartnerOrderLine.objects.get().partner == other
