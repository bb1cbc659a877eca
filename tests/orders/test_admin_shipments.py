"""Parcels: Received whole or counted, Ship offered next, Publish again."""

from datetime import timedelta

import pytest

from orders.models import Order, PartnerOrder, Shipment
from orders.services.capture import capture_order
from orders.services.center import ship_to_customer
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import channel_line, channel_order, make_order, make_variant
from tests.orders.pressing import page_of, place, press, press_bulk, take_parcel

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


@pytest.fixture
def parcel(own_store, partner, system):
    """Two units for one customer, on the way to our center."""
    make_variant(SKU, partner)
    capture_order(own_store, channel_order([channel_line(SKU, 2)]))
    return take_parcel(place(PartnerOrder.objects.get()))


def test_received_is_one_press_and_offers_to_ship(parcel):
    order = Order.objects.get()

    answer = press(log_in("Operator"), parcel, "receive")

    link = f'<a href="{page_of(order)}">Ship to customer</a>'
    assert said(answer) == [f"Received 1Z999. Everything of {order} is here. {link}"]
    assert parcel.lines.get().received == 2
    assert Order.objects.get().status == "received"


def test_counted_units_are_what_is_here_and_nothing_is_offered(parcel):
    line = parcel.lines.get()

    answer = press(log_in("Operator"), parcel, "count", **{f"units_{line.pk}": "1"})

    assert said(answer) == ["Received 1Z999."]
    assert parcel.lines.get().received == 1


def test_more_than_was_in_it_cannot_be_counted(parcel):
    line = parcel.lines.get()

    html = texts(press(log_in("Operator"), parcel, "count", **{f"units_{line.pk}": "3"}))

    assert "less than or equal to 2" in html
    assert Shipment.objects.get().received_at is None


def test_units_nobody_ordered_are_on_the_page(parcel):
    client = log_in("Viewer")
    assert "more than ordered" not in texts(client.get(page_of(parcel)))
    Shipment.objects.update(left_over={"ETH250": 3})

    assert "3 x ETH250 more than ordered" in texts(client.get(page_of(parcel)))


def test_received_twice_counts_once(parcel):
    client = log_in("Operator")
    press(client, parcel, "receive")

    answer = press(client, parcel, "receive")

    assert said(answer) == ["Received is not possible: received already."]


def test_two_complete_orders_are_named(own_store, parcel, system):
    make_order(own_store, SKU)
    other = take_parcel(place(PartnerOrder.objects.get(closed_at=None)), "1Z888")

    answer = press_bulk(log_in("Operator"), [parcel, other], "receive")

    numbers = [order.number for order in Order.objects.order_by("pk")]
    assert said(answer) == [f"Received 2 parcels. {', '.join(numbers)} can be shipped now."]


def test_a_parcel_of_an_order_with_more_to_come_offers_nothing(own_store, partner, system):
    make_variant(SKU, partner)
    order = make_order(own_store, SKU, "UNKNOWN-1")
    parcel = take_parcel(place(PartnerOrder.objects.get()))

    answer = press(log_in("Operator"), parcel, "receive")

    assert order.lines.count() == 2
    assert said(answer) == ["Received 1Z999."]


@pytest.fixture
def sent(own_store, admin_user):
    """From our shelf to the customer; the store refused to hear of it."""
    make_variant("MUG-1")
    parcel = ship_to_customer(make_order(own_store, "MUG-1"), admin_user, "UPS", "1Z777")
    Shipment.objects.update(publish_status="failed", error="The order is archived.")
    return parcel


def test_a_parcel_the_store_refused_is_published_again(sent):
    client = log_in("Operator")

    page = texts(client.get(page_of(sent)))
    answer = press(client, sent, "publish")

    assert "The order is archived." in page
    assert said(answer) == ["1 parcel is told to the store again."]
    assert Shipment.objects.get().publish_status == "unconfirmed"


def test_the_page_shows_the_mail_and_the_order(sent):
    html = texts(log_in("Viewer").get(page_of(sent)))

    assert "dana.petrov@customer.example" in html
    assert page_of(sent.order) in html
    assert "Our center" in html


def test_a_customer_bound_parcel_cannot_be_received(sent):
    answer = press(log_in("Operator"), sent, "receive")

    assert said(answer) == ["Received is not possible: not bound for our center."]
    assert Shipment.objects.get().received_at is None


@pytest.mark.parametrize("name", ["receive", "count", "publish"])
def test_a_viewer_may_press_nothing(parcel, name):
    client = log_in("Viewer")

    assert press(client, parcel, name).status_code == 403
    assert "/do/" not in texts(client.get(page_of(parcel)))
    assert Shipment.objects.get().received_at is None


def test_the_parcel_that_left_last_is_on_top(parcel):
    now = parcel.shipped_at
    for number, hours in (("OLD", 30), ("NEW", -1), ("SAME", 0)):
        Shipment.objects.create(
            order=Order.objects.get(), bound_for="customer", tracking_number=number,
            shipped_at=now - timedelta(hours=hours), source="partner",
        )  # fmt: skip

    rows = log_in("Viewer").get("/admin/orders/shipment/").context["cl"].result_list

    assert [str(row) for row in rows] == ["NEW", "SAME", "1Z999", "OLD"]
