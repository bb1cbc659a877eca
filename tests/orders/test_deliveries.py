"""Local delivery: packed, booked by staff, brought, or given up with its order."""

from datetime import timedelta

import pytest

from integrations.models import Alert, SyncRun
from integrations.types import OrderState
from orders.models import Delivery, Notification, Order, Shipment
from orders.services.capture import capture_order
from orders.services.deliveries import book_delivery, finish_delivery
from orders.services.delivery_carriers import Booking
from orders.services.forgetting import forget_contact
from orders.services.partner_news import take_state
from tests.catalog.people import log_in, texts
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_connection,
    make_partner,
    make_variant,
)
from tests.orders.pressing import page_of, press
from tests.orders.steps import place

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(days=1)


@pytest.fixture
def packed(partner, system):
    """An order of a checkout that is to be driven, packed at the warehouse."""
    warehouse = make_partner("straight", dispatch="immediate", ship_to="customer")
    checkout = make_connection("stripe", "stripe")
    lines = [channel_line(make_variant("MUG", warehouse).sku, 2)]
    capture_order(checkout, channel_order(lines, delivery_method="delivery", number="S-1"))
    Order.objects.update(delivery_zone="North")
    placed = place(partner=warehouse)
    take_state(placed.connection, OrderState(placed.external_id, "packed", "Packed"))
    placed.refresh_from_db()
    return placed


def test_what_is_packed_is_to_be_booked_and_somebody_is_told(packed):
    assert Delivery.objects.get().status == "to_book"
    alert = Alert.objects.get(kind="delivery", closed_at=None)
    assert alert.title == "S-1 is packed: book its delivery"
    assert alert.advice.startswith("Zone North.")
    take_state(packed.connection, OrderState(packed.external_id, "packed", "Boxed"))
    assert Delivery.objects.count() == 1


def test_what_a_parcel_service_brings_needs_no_booking(partner, system, own_store):
    warehouse = make_partner("straight", dispatch="immediate", ship_to="customer")
    capture_order(own_store, channel_order([channel_line(make_variant("MUG", warehouse).sku)]))
    placed = place(partner=warehouse)
    take_state(placed.connection, OrderState(placed.external_id, "packed", "Packed"))
    assert not Delivery.objects.exists()


def test_it_is_booked_and_booked_anew(packed, user):
    row = packed.delivery
    assert book_delivery(row, Booking("Green Bikes", AT, "GB-7"), user)
    assert book_delivery(row, Booking("Red Vans", AT), user)
    row.refresh_from_db()
    assert (row.status, row.courier, row.booked_by) == ("booked", "Red Vans", user)
    assert not Alert.objects.filter(kind="delivery", closed_at=None).exists()
    with pytest.raises(ValueError, match="Say who brings it"):
        book_delivery(row, Booking(" ", AT), user)


def test_brought_means_delivered_and_the_customer_is_told(packed, user):
    book_delivery(packed.delivery, Booking("Green Bikes", AT, "GB-7"), user)
    assert finish_delivery(packed.delivery, user)
    assert not finish_delivery(packed.delivery, user)
    shipment = Shipment.objects.get()
    assert (shipment.carrier, shipment.tracking_number) == ("Green Bikes", "GB-7")
    packed.refresh_from_db()
    assert (packed.status, packed.order.status) == ("delivered", "delivered")
    assert Notification.objects.filter(event="order.delivered").count() == 1


def test_an_order_the_warehouse_cancels_is_not_driven(packed, user):
    take_state(packed.connection, OrderState(packed.external_id, "canceled", "Canceled"))
    row = Delivery.objects.get()
    assert row.status == "canceled"
    assert not book_delivery(row, Booking("Green Bikes", AT), user)
    assert not Alert.objects.filter(kind="delivery", closed_at=None).exists()


def test_the_page_says_what_is_to_do_and_takes_what_was_agreed(packed):
    client = log_in("Operator")
    page = page_of(packed)
    assert "It is packed: book its delivery." in texts(client.get(page))
    given = {"courier": "Green Bikes", "booked_for": "2026-11-21T10:00", "reference": "GB-7"}
    press(client, packed, "book", **given)
    assert Delivery.objects.get().courier == "Green Bikes"
    assert "Its delivery is booked." in texts(client.get(page))


def test_what_was_noted_for_the_courier_is_forgotten_with_the_customer(packed, user):
    book_delivery(packed.delivery, Booking("Green Bikes", AT, "GB-7", "Ring at Dana's"), user)
    forget_contact(packed.order, NOW)
    assert Delivery.objects.get().note == ""


def test_ask_now_asks_about_this_order_alone(packed):
    press(log_in("Operator"), packed, "ask")
    runs = {run.flow: run.params for run in SyncRun.objects.filter(connection=packed.connection)}
    assert runs == {"shipments": {"orders": [packed.pk]}}
