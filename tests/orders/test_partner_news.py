"""What partners and the store report of parcels and states, late, twice, wrong or taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.models import Alert
from integrations.types import OrderState, RemoteShipment, ShippedLine
from orders.admin.order_facts import OrderFacts
from orders.admin.order_lines import line_rows
from orders.models import Notification, Order, PartnerOrder, Shipment, ShipmentLine
from orders.services.approving import reroute, ship_ourselves
from orders.services.capture import capture_order
from orders.services.center import receive_shipment, ship_to_customer
from orders.services.channel_shipments import record_channel_shipment
from orders.services.partner_news import take_cancellation, take_state
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

pytestmark = pytest.mark.django_db
SKU = "PARTNER-straight-A"


def open_alerts():
    names = Alert.objects.filter(closed_at=None).values_list("fingerprint", flat=True)
    return sorted(name.split(":")[0] for name in names)


@pytest.fixture
def placed(own_store, partner, system) -> PartnerOrder:
    """Three units of one customer, on their way to our center."""
    capture_order(own_store, channel_order([channel_line(make_variant(partner=partner).sku, 3)]))
    return place()


@pytest.fixture
def straight(own_store, system) -> PartnerOrder:
    """Two units of one customer, sent by the partner."""
    partner = make_partner("straight", dispatch="immediate", ship_to="customer")
    line = channel_line(make_variant(SKU, partner=partner).sku, 2)
    capture_order(own_store, channel_order([line]))
    return place()


# --- states


def state(placed, status, raw=""):
    return take_state(placed.connection, OrderState(placed.external_id, status, raw or status))[1]


def test_a_partners_state_moves_forward_and_never_back(straight):
    for word in ("confirmed", "packed", "picking", "confirmed"):
        state(straight, word)

    straight.refresh_from_db()
    assert (straight.status, straight.status_raw) == ("packed", "confirmed")
    assert Order.objects.get().status == "packed"
    state(straight, "shipped")
    state(straight, "picking")
    straight.refresh_from_db()
    assert straight.status == "shipped"


def test_an_unknown_state_is_kept_as_said_and_told_until_a_known_one_comes(straight):
    state(straight, "", "on_fire")

    straight.refresh_from_db()
    assert (straight.status, straight.status_raw) == ("submitted", "on_fire")
    assert "on_fire" in Alert.objects.get(closed_at=None).title
    state(straight, "picking")
    assert open_alerts() == []


def test_what_goes_to_our_center_is_delivered_by_our_staff_alone(placed):
    state(placed, "delivered")

    placed.refresh_from_db()
    assert placed.status == "shipped"


def test_a_state_canceled_is_a_cancellation(placed):
    state(placed, "canceled")

    assert PartnerOrder.objects.get().status == "canceled"
    assert open_alerts() == ["partner_canceled", "unrouted"]


def test_a_state_of_somebody_elses_order_is_not_taken(placed):
    assert take_state(placed.connection, OrderState("gid://strange/1", "shipped", "x")) == (
        "",
        None,
    )


def test_work_begun_on_an_open_order_closes_it(placed):
    PartnerOrder.objects.update(closed_at=None)
    state(placed, "confirmed")
    assert PartnerOrder.objects.get().closed_at is None

    state(placed, "picking")

    assert PartnerOrder.objects.get().closed_at is not None


# --- parcels to our center


def test_the_alert_of_what_nobody_ordered_closes_when_the_parcel_was_counted(placed, user):
    shipment, _ = record_shipment(placed.connection, parcel(placed, "ETH250", 5))
    assert open_alerts() == ["left_over"]

    receive_shipment(shipment, user)

    assert (open_alerts(), ShipmentLine.objects.get().quantity) == ([], 3)


def test_what_was_left_over_takes_the_place_of_a_voided_parcel(placed):
    record_shipment(placed.connection, parcel(placed, "ETH250", 3))
    record_shipment(placed.connection, parcel(placed, "ETH250", 3, external_id="F2"))
    assert open_alerts() == ["left_over"]

    record_shipment(placed.connection, parcel(placed, "ETH250", 3, status="voided"))

    second = Shipment.objects.get(external_id="F2")
    assert (second.lines.get().quantity, second.left_over) == (3, {})
    assert open_alerts() == []


def test_missing_units_come_with_a_later_parcel_and_close_their_alert(placed, user):
    shipment, _ = record_shipment(placed.connection, parcel(placed, "ETH250", 3))
    receive_shipment(shipment, user, counted={shipment.lines.get().pk: 2})
    assert open_alerts() == ["missing"]

    after, _ = record_shipment(placed.connection, parcel(placed, "ETH250", 1, external_id="F2"))
    assert open_alerts() == ["missing"]
    receive_shipment(after, user)

    assert open_alerts() == []


def test_two_parcels_without_a_number_are_two(placed):
    for name in ("F1", "F2"):
        record_shipment(
            placed.connection, parcel(placed, "ETH250", 1, external_id=name, tracking_number="")
        )

    assert Shipment.objects.count() == 2
    assert PartnerOrder.objects.get().status == "submitted"


# --- parcels to the customer


def test_units_of_a_voided_parcel_are_not_shipped_and_what_the_store_knows_is_said(straight):
    shipment, _ = record_shipment(straight.connection, parcel(straight, "A", 2))
    Shipment.objects.update(publish_status="published", published_ref="S1")
    assert Order.objects.get().status == "shipped"

    record_shipment(straight.connection, parcel(straight, "A", 2, status="voided"))

    assert Order.objects.get().status == "packed"
    assert open_alerts() == ["voided"]
    in_store = RemoteShipment("S1", Order.objects.get().external_id, (), status="voided")
    record_channel_shipment(Order.objects.get().connection, in_store)
    assert open_alerts() == []
    shipment.refresh_from_db()
    assert (shipment.status, shipment.publish_status) == ("voided", "none")


def test_a_parcel_of_a_canceled_order_is_not_mailed_and_its_line_says_so(own_store, straight):
    order = Order.objects.get()
    line = replace(channel_line(SKU, 0), external_id=order.lines.get().external_id)
    told = channel_order([line], external_id=order.external_id, number=order.number)
    later = NOW + timedelta(hours=1)
    capture_order(own_store, replace(told, canceled_at=later, version=later))

    record_shipment(straight.connection, parcel(straight, "A", 2))

    assert not Notification.objects.exists()
    facts = OrderFacts(Order.objects.get())
    (row,) = line_rows(facts)
    assert (row.state, row.note) == ("Shipped", "2 shipped, order canceled")


def test_a_parcel_voided_before_the_store_knew_needs_nobody(straight):
    record_shipment(straight.connection, parcel(straight, "A", 2))
    record_shipment(straight.connection, parcel(straight, "A", 2, status="voided"))

    assert open_alerts() == []
    assert Shipment.objects.get().publish_status == "none"


def test_a_number_that_comes_after_the_store_was_told_is_said_until_it_knows(straight):
    record_shipment(straight.connection, parcel(straight, "A", 2, tracking_number=""))
    Shipment.objects.update(publish_status="published", published_ref="S1")

    record_shipment(straight.connection, parcel(straight, "A", 2, tracking_number="T9"))

    assert open_alerts() == ["late_number"]
    order = Order.objects.get()
    told = RemoteShipment("S1", order.external_id, (), tracking_number="T9", shipped_at=NOW)
    record_channel_shipment(order.connection, told)
    assert open_alerts() == []


def test_a_fulfillment_canceled_in_the_store_does_not_void_a_parcel_that_left(straight):
    record_shipment(straight.connection, parcel(straight, "A", 2))
    Shipment.objects.update(publish_status="published", published_ref="S1")
    order = Order.objects.get()

    in_store = RemoteShipment("S1", order.external_id, (), status="voided")
    record_channel_shipment(order.connection, in_store)

    shipment = Shipment.objects.get()
    assert (shipment.status, shipment.publish_status) == ("in_transit", "failed")
    assert (Order.objects.get().status, open_alerts()) == ("shipped", ["publish"])
    again = replace(in_store, external_id="S2", status="in_transit", tracking_number="T1")
    record_channel_shipment(order.connection, again)
    shipment.refresh_from_db()
    assert (shipment.publish_status, shipment.published_ref) == ("published", "S2")
    assert (Shipment.objects.count(), open_alerts()) == (1, [])


def test_a_voided_fulfillment_that_comes_first_keeps_its_creation_out(own_store):
    order = make_order(own_store, make_variant("MUG-1").sku)
    line = ShippedLine(order.lines.get().external_id, "MUG-1", 1)
    created = RemoteShipment("S1", order.external_id, (line,), shipped_at=NOW)

    record_channel_shipment(own_store, replace(created, status="voided"))
    record_channel_shipment(own_store, created)

    assert (Shipment.objects.get().status, ShipmentLine.objects.count()) == ("voided", 0)
    assert Order.objects.get().status == "paid"


# --- cancellations


def test_the_alert_of_a_cancellation_closes_when_its_lines_have_a_way(placed, user):
    take_cancellation(placed.connection, placed.external_id, "No beans.")
    assert open_alerts() == ["partner_canceled", "unrouted"]
    order = Order.objects.get()
    assert order.lines.get().given_back == 3

    assert len(reroute(order, user)) == 1

    assert open_alerts() == []
    assert order.lines.get().given_back == 0


def test_the_alert_of_a_cancellation_closes_when_we_ship_it(placed, user):
    take_cancellation(placed.connection, placed.external_id, "")
    order = Order.objects.get()

    ship_ourselves(order, user)
    ship_to_customer(order, user, "UPS", "T1")

    assert open_alerts() == []
    assert Order.objects.get().status == "shipped"


def test_a_cancellation_of_what_was_shipped_is_over_when_it_arrived(placed, user):
    shipment, _ = record_shipment(placed.connection, parcel(placed, "ETH250", 3))
    take_cancellation(placed.connection, placed.external_id, "")
    assert (PartnerOrder.objects.get().status, open_alerts()) == ("shipped", ["partner_canceled"])

    receive_shipment(shipment, user)

    assert open_alerts() == []
