"""The two doors: to our center and on, or straight to the customer."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from integrations.models import Alert
from integrations.types import RemoteShipment, ShippedLine
from orders.models import Notification, Order, PartnerOrder, Shipment, ShipmentLine
from orders.services.capture import capture_order
from orders.services.center import CannotShip, at_center, receive_shipment, ship_to_customer
from orders.services.closing import close_and_submit
from orders.services.ready import ready_to_ship
from orders.services.shipments import record_shipment
from orders.services.submission import submit
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)

pytestmark = pytest.mark.django_db


def place(partner) -> PartnerOrder:
    placed = PartnerOrder.objects.get(partner=partner, status="open")
    submit(close_and_submit(placed), sleep=lambda seconds: None)
    return PartnerOrder.objects.get(pk=placed.pk)


def parcel(placed: PartnerOrder, units: int, **fields) -> RemoteShipment:
    defaults = {
        "external_id": "gid://shopify/Fulfillment/1",
        "order_id": placed.external_id,
        "lines": (ShippedLine("gid://shopify/LineItem/9", "ETH250", units),),
        "carrier": "UPS",
        "tracking_number": "1Z999",
        "url": "https://ups.example/1Z999",
        "shipped_at": NOW,
    }
    return RemoteShipment(**{**defaults, **fields})


@pytest.fixture
def placed(own_store, partner, system):
    """Two customers' orders (2 and 1 units) in one center-bound partner order, placed."""
    variant = make_variant(partner=partner)
    early = channel_order([channel_line(variant.sku, 2)], placed_at=NOW - timedelta(hours=1))
    capture_order(own_store, channel_order([channel_line(variant.sku, 1)]))
    capture_order(own_store, early)
    return place(partner)


def test_a_center_bound_parcel_is_dealt_oldest_order_first(placed):
    shipment, created = record_shipment(placed.connection, parcel(placed, 2))

    assert (created, shipment.bound_for, shipment.order) == (True, "center", None)
    line = ShipmentLine.objects.get()
    assert (line.quantity, line.order_line.quantity) == (2, 2)
    placed.refresh_from_db()
    assert placed.status == "submitted"


def test_a_parcel_is_history_of_those_with_something_in_it_alone(placed, user):
    shipment, _ = record_shipment(placed.connection, parcel(placed, 2))
    receive_shipment(shipment, user)

    early, late = Order.objects.order_by("placed_at")
    kinds = ["shipped", "received"]
    assert list(early.events.filter(kind__in=kinds).values_list("kind", flat=True)) == kinds[::-1]
    assert not late.events.filter(kind__in=[*kinds, "shipment_status"]).exists()
    assert placed.events.filter(kind__in=kinds).count() == 2


def test_a_center_bound_parcel_is_neither_published_nor_mailed(placed):
    shipment, _ = record_shipment(placed.connection, parcel(placed, 3))

    assert shipment.publish_status == "none"
    assert not Notification.objects.exists()
    assert set(Order.objects.values_list("status", flat=True)) == {"exported"}


def test_repeated_and_late_news_change_nothing(placed):
    record_shipment(placed.connection, parcel(placed, 3))
    again, created = record_shipment(placed.connection, parcel(placed, 3))

    assert created is False
    assert Shipment.objects.count() == 1
    record_shipment(placed.connection, parcel(placed, 3, status="delivered", delivered_at=NOW))
    record_shipment(placed.connection, parcel(placed, 3, status="in_transit"))
    again.refresh_from_db()
    assert again.status == "delivered"


def test_a_tracking_number_that_comes_later_is_taken(placed):
    record_shipment(placed.connection, parcel(placed, 3, tracking_number="", carrier="", url=""))
    record_shipment(placed.connection, parcel(placed, 3))

    assert Shipment.objects.get().tracking_number == "1Z999"


def test_a_parcel_of_an_order_we_never_placed_is_not_ours(placed):
    strange = parcel(placed, 1, order_id="gid://shopify/Order/999")

    assert record_shipment(placed.connection, strange) == (None, False)
    assert not Shipment.objects.exists()


def test_units_nobody_ordered_raise_an_alert(placed):
    record_shipment(placed.connection, parcel(placed, 5))

    assert ShipmentLine.objects.count() == 2
    assert "2 x ETH250" in Alert.objects.get(kind="shipment").advice


def test_received_moves_the_order_on_and_ship_to_customer_ends_it(placed, user):
    shipment, _ = record_shipment(placed.connection, parcel(placed, 3))

    assert receive_shipment(shipment, user) is True
    assert receive_shipment(Shipment.objects.get(), user) is False
    order = Order.objects.order_by("placed_at").first()
    assert (order.status, list(at_center(order).values())) == ("received", [2])

    sent = ship_to_customer(order, user, "FedEx", "TRACK-1")
    order.refresh_from_db()
    assert (order.status, sent.publish_status, sent.bound_for) == ("shipped", "pending", "customer")
    assert "TRACK-1" in Notification.objects.get().body
    assert Notification.objects.get().recipient == "dana.petrov@customer.example"


def test_nothing_can_be_shipped_twice_or_before_it_is_here(placed, user):
    order = Order.objects.first()
    with pytest.raises(CannotShip, match="Nothing of this order lies at our center"):
        ship_to_customer(order, user, "UPS", "X")

    shipment, _ = record_shipment(placed.connection, parcel(placed, 3))
    receive_shipment(shipment, user)
    ship_to_customer(order, user, "UPS", "X")
    with pytest.raises(CannotShip):
        ship_to_customer(order, user, "UPS", "X")

    assert Shipment.objects.filter(bound_for="customer").count() == 1


def test_half_a_parcel_received_leaves_only_those_units(placed, user):
    shipment, _ = record_shipment(placed.connection, parcel(placed, 3))
    first = shipment.lines.order_by("order_line__order__placed_at").first()

    receive_shipment(shipment, user, counted={first.pk: 1})

    orders = Order.objects.order_by("placed_at")
    assert [list(at_center(order).values()) for order in orders] == [[1], []]


def test_ready_to_ship_is_what_lies_here_of_a_parcel_until_it_goes_on(placed, user):
    assert not ready_to_ship().exists()
    shipment, _ = record_shipment(placed.connection, parcel(placed, 3))
    first = shipment.lines.order_by("order_line__order__placed_at").first()

    receive_shipment(shipment, user, counted={first.pk: 1})
    assert [order.pk for order in ready_to_ship()] == [first.order_line.order_id]

    ship_to_customer(ready_to_ship().get(), user, "UPS", "X")
    assert not ready_to_ship().exists()


def test_a_customer_bound_parcel_is_published_and_mailed(own_store, system):
    direct = make_partner("kettle-crane", dispatch="immediate", ship_to="customer")
    variant = make_variant("PARTNER-kettlecrane-ETH250", direct)
    order = make_order(own_store, variant.sku)
    placed = place(direct)

    shipment, _ = record_shipment(direct.connection, parcel(placed, 1))

    order.refresh_from_db()
    assert (shipment.bound_for, shipment.publish_status) == ("customer", "pending")
    assert order.status == "shipped"
    assert Notification.objects.get().subject == f"Your order {order.number} is on its way"
    with pytest.raises(CannotShip, match="goes to the customer"):
        receive_shipment(shipment, User(username="x"))


def test_our_own_shelf_ships_without_a_partner(own_store, user):
    order = make_order(own_store, make_variant("MUG-1").sku)

    ship_to_customer(order, user, "USPS", "9400")

    order.refresh_from_db()
    assert order.status == "shipped"


def test_delivered_to_the_customer_is_delivered(own_store, user):
    order = make_order(own_store, make_variant("MUG-1").sku)
    shipment = ship_to_customer(order, user, "USPS", "9400")

    shipment.move("in_transit", "delivered")
    from orders.services.status import refresh_status

    refresh_status(order)

    assert order.status == "delivered"
