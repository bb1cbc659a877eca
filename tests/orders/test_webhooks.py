"""What a store's and a partner's webhooks do, and what they must never do."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from integrations.errors import Retryable
from integrations.models import Alert, InboundEvent
from integrations.services.webhooks import Ignored, Waiting
from integrations.types import Event, RemoteShipment, ShippedLine
from inventory.models import Reservation
from orders.models import Notification, Order, PartnerOrder, PartnerOrderLine, Shipment
from orders.services.center import ship_to_customer
from orders.services.closing import close_and_submit
from orders.services.submission import submit
from orders.webhooks import take_order, take_shipment
from tests.orders.builders import NOW, channel_line, channel_order, make_order, make_variant

pytestmark = pytest.mark.django_db


def event_of(connection, topic="orders/create") -> InboundEvent:
    return InboundEvent(connection=connection, provider=connection.provider, topic=topic)


def parcel(order: Order, **fields) -> RemoteShipment:
    lines = tuple(ShippedLine(line.external_id, line.sku, 1) for line in order.lines.all())
    defaults = {"external_id": "gid://F/1", "order_id": order.external_id, "lines": lines}
    return RemoteShipment(**{**defaults, "tracking_number": "T1", "shipped_at": NOW, **fields})


@pytest.fixture
def placed(own_store, partner, system) -> PartnerOrder:
    make_order(own_store, make_variant(partner=partner).sku)
    row = PartnerOrder.objects.get()
    submit(close_and_submit(row), sleep=lambda seconds: None)
    return PartnerOrder.objects.get()


def test_the_stores_order_is_taken(own_store):
    remote = channel_order([channel_line("X")])

    assert take_order(Event("order.created", remote), event_of(own_store)) == Order.objects.get()


def test_an_order_of_a_partners_own_customer_is_never_taken(partner):
    remote = channel_order([channel_line("X")])

    with pytest.raises(Ignored):
        take_order(Event("order.created", remote), event_of(partner.connection))
    canceled = replace(remote, canceled_at=NOW)
    with pytest.raises(Ignored):
        take_order(Event("order.canceled", canceled), event_of(partner.connection))

    assert not Order.objects.exists()


def test_a_partner_that_cancels_leaves_the_lines_unrouted_for_a_person(placed):
    remote = channel_order([], external_id=placed.external_id, canceled_at=NOW)

    take_order(Event("order.canceled", remote), event_of(placed.connection))
    take_order(Event("order.canceled", remote), event_of(placed.connection))

    assert PartnerOrder.objects.get().status == "canceled"
    live = PartnerOrderLine.objects.get(canceled_at=None)
    assert (live.part, live.partner) == (2, None)
    held = Reservation.objects.get(released_at=None)
    assert (held.key, held.connection) == (live.reservation_key, None)
    assert Order.objects.get().attention == "unrouted"
    assert Alert.objects.get(title__startswith="Blue Door canceled").count == 1


def test_a_parcel_staff_shipped_in_the_store_is_taken_and_not_mailed(own_store):
    order = make_order(own_store, make_variant("MUG-1").sku)

    shipment = take_shipment(Event("shipment.reported", parcel(order)), event_of(own_store))

    assert (shipment.bound_for, shipment.publish_status) == ("customer", "published")
    assert Order.objects.get().status == "shipped"
    assert not Notification.objects.exists()


def test_the_echo_of_what_we_published_is_the_same_parcel(own_store):
    order = make_order(own_store, make_variant("MUG-1").sku)
    ours = ship_to_customer(order, User.objects.create_user("mia"), "UPS", "T1")
    Shipment.objects.update(publish_status="published", published_ref="gid://F/1")

    echo = take_shipment(Event("shipment.reported", parcel(order)), event_of(own_store))

    assert echo == ours
    assert Shipment.objects.count() == 1


def test_while_one_is_being_published_a_strange_parcel_waits(own_store):
    order = make_order(own_store, make_variant("MUG-1").sku)
    ship_to_customer(order, User.objects.create_user("mia"), "UPS", "")
    Shipment.objects.update(publish_status="publishing")

    with pytest.raises(Retryable):
        take_shipment(Event("shipment.reported", parcel(order)), event_of(own_store))

    assert Shipment.objects.count() == 1


def test_a_parcel_before_its_order_waits(own_store):
    early = RemoteShipment("gid://F/1", "gid://shopify/Order/77", ())

    with pytest.raises(Waiting, match="not here yet"):
        take_shipment(Event("shipment.reported", early), event_of(own_store))


def test_a_partners_parcel_for_somebody_else_is_ignored_but_waits_while_we_place(placed):
    strange = RemoteShipment("gid://F/1", "gid://shopify/Order/77", ())
    reported = Event("shipment.reported", strange)

    with pytest.raises(Ignored):
        take_shipment(reported, event_of(placed.connection))
    placed.submissions.update(status="unconfirmed")
    with pytest.raises(Waiting, match="being placed"):
        take_shipment(reported, event_of(placed.connection))

    assert not Shipment.objects.exists()
