"""No way on which units of a customer are lost, doubled or stuck."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.errors import Rejected
from integrations.models import Alert
from inventory.models import Reservation
from orders.models import Order, OrderContact, PartnerOrder, PartnerOrderLine, Submission
from orders.services.approving import hold_order, release_order
from orders.services.capture import capture_order
from orders.services.center import receive_shipment
from orders.services.closing import approve, close_and_submit
from orders.services.deciding import retry
from orders.services.due import sweep
from orders.services.partner_news import take_cancellation
from orders.services.shipments import record_shipment
from tests.orders.builders import NOW, channel_line, channel_order, make_partner, make_variant
from tests.orders.steps import parcel, place, send

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


def cancel(own_store, remote):
    capture_order(own_store, replace(remote, version=LATER, canceled_at=LATER))


def failed_batch(own_store, partner, system):
    """Two customers' orders in one batch that the partner refused."""
    variant = make_variant(partner=partner)
    remotes = [channel_order([channel_line(variant.sku)]) for _ in range(2)]
    orders = [capture_order(own_store, remote)[0] for remote in remotes]
    system.script = [Rejected("No.")]
    row = send(close_and_submit(PartnerOrder.objects.get()))
    assert row.status == "failed"
    return row, remotes, orders


def test_an_order_canceled_before_approval_is_not_sent(own_store, partner, system, user):
    type(partner).objects.update(approval="always")
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])
    capture_order(own_store, remote)
    waiting = close_and_submit(PartnerOrder.objects.get())

    cancel(own_store, remote)

    assert approve(waiting, user) is False
    assert send(waiting).status == "dropped"
    assert system.pushed == []
    assert PartnerOrder.objects.get().status == "canceled"


def test_what_remains_after_a_cancellation_must_be_approved_again(own_store, partner, system, user):
    type(partner).objects.update(approval="always")
    variant = make_variant(partner=partner)
    remotes = [channel_order([channel_line(variant.sku)]) for _ in range(2)]
    for remote in remotes:
        capture_order(own_store, remote)
    waiting = close_and_submit(PartnerOrder.objects.get(), user)

    cancel(own_store, remotes[1])

    row = send(waiting)
    assert (row.status, row.approved_at, system.pushed) == ("pending", None, [])
    approve(row, user)
    send(row)
    assert [line.quantity for line in system.pushed[0].lines] == [1]


def test_a_line_held_while_its_batch_failed_is_sent_after_its_release(
    own_store, partner, system, user
):
    row, _, orders = failed_batch(own_store, partner, system)
    hold_order(orders[1], user)
    retry(row, user)
    send(row)
    assert [line.quantity for line in system.pushed[-1].lines] == [1]

    release_order(Order.objects.get(pk=orders[1].pk), user)

    part = PartnerOrderLine.objects.get(order_line__order=orders[1], canceled_at=None)
    assert part.partner_order.status == "open"


def test_a_line_canceled_while_its_batch_failed_frees_its_stock(own_store, partner, system):
    _, remotes, orders = failed_batch(own_store, partner, system)

    cancel(own_store, remotes[1])

    live = PartnerOrderLine.objects.filter(order_line__order=orders[1], canceled_at=None)
    assert not live.exists()
    assert Reservation.objects.filter(released_at=None).count() == 1


def test_a_batch_retried_without_a_canceled_order_ships_as_a_whole(
    own_store, partner, system, user
):
    row, remotes, _ = failed_batch(own_store, partner, system)
    cancel(own_store, remotes[1])
    retry(row, user)
    send(row)
    placed = PartnerOrder.objects.get()

    record_shipment(placed.connection, parcel(placed, "ETH250"))

    placed.refresh_from_db()
    assert placed.status == "shipped"


def test_units_the_store_adds_after_placing_go_with_the_next_order(own_store, partner, system):
    line = channel_line(make_variant(partner=partner).sku, 1)
    remote = channel_order([line])
    order, _ = capture_order(own_store, remote)
    place()

    capture_order(own_store, replace(remote, version=LATER, lines=(replace(line, quantity=3),)))

    order.refresh_from_db()
    assert order.attention == ""
    parts = PartnerOrderLine.objects.order_by("pk")
    assert [(part.quantity, part.partner_order.status) for part in parts] == [
        (1, "submitted"),
        (2, "open"),
    ]
    assert sum(Reservation.objects.values_list("quantity", flat=True)) == 3


def test_payment_in_the_same_second_as_the_order_is_seen(own_store, partner):
    type(partner).objects.update(trigger="paid")
    remote = channel_order([channel_line(make_variant(partner=partner).sku)], paid_at=None)
    order, _ = capture_order(own_store, remote)

    capture_order(own_store, replace(remote, paid_at=NOW))

    assert Order.objects.get(pk=order.pk).paid_at == NOW


def test_a_new_address_before_placing_is_where_it_goes(own_store, system):
    partner = make_partner("straight", dispatch="immediate", ship_to="customer")
    remote = channel_order([channel_line(make_variant("PARTNER-straight-A", partner=partner).sku)])
    capture_order(own_store, remote)
    moved = replace(remote.contact, address=replace(remote.contact.address, street1="9 New Road"))

    capture_order(own_store, replace(remote, version=LATER, contact=moved))

    assert OrderContact.objects.get().street1 == "9 New Road"


def test_a_redacted_person_does_not_come_back(own_store, partner):
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])
    capture_order(own_store, remote)
    OrderContact.objects.update(name="", email="", street1="", redacted_at=NOW)

    capture_order(own_store, replace(remote, version=LATER))

    assert OrderContact.objects.get().email == ""


def test_release_sees_the_payment_that_came_after_the_page_was_loaded(own_store, partner, user):
    type(partner).objects.update(trigger="paid")
    remote = channel_order([channel_line(make_variant(partner=partner).sku)], paid_at=None)
    order, _ = capture_order(own_store, remote)
    hold_order(order, user)
    as_loaded = Order.objects.get(pk=order.pk)
    capture_order(own_store, replace(remote, version=LATER, paid_at=LATER))

    release_order(as_loaded, user)

    assert PartnerOrderLine.objects.get().partner_order is not None


def test_an_open_order_goes_out_after_its_partner_became_immediate(own_store, partner):
    type(partner).objects.update(minimum_total=100)
    capture_order(own_store, channel_order([channel_line(make_variant(partner=partner).sku)]))
    type(partner).objects.update(dispatch="immediate")
    sweep(NOW + timedelta(days=2))
    type(partner).objects.update(minimum_total=0)

    sweep(timezone.now() + timedelta(days=30))

    assert Submission.objects.count() == 1


def test_what_a_partner_cancels_of_a_canceled_customer_is_over(own_store, partner, system):
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])
    capture_order(own_store, remote)
    placed = place()
    cancel(own_store, remote)

    take_cancellation(placed.connection, placed.external_id, "")

    assert not PartnerOrderLine.objects.filter(canceled_at=None).exists()
    assert not Alert.objects.filter(fingerprint__startswith="unrouted:").exists()


def test_units_a_partner_gave_back_stay_held_for_their_customer(own_store, partner, system):
    capture_order(own_store, channel_order([channel_line(make_variant(partner=partner).sku)]))
    placed = place()

    take_cancellation(placed.connection, placed.external_id, "")

    assert Reservation.objects.filter(released_at=None).count() == 1


def test_only_the_units_not_yet_shipped_come_back_when_a_partner_cancels(
    own_store, partner, system
):
    line = channel_line(make_variant(partner=partner).sku, 2)
    capture_order(own_store, channel_order([line]))
    placed = place()
    record_shipment(placed.connection, parcel(placed, "ETH250"))

    take_cancellation(placed.connection, placed.external_id, "")

    unrouted = PartnerOrderLine.objects.filter(partner=None, canceled_at=None)
    assert sum(part.quantity for part in unrouted) == 1


def test_units_missing_from_a_received_parcel_are_said(own_store, partner, system, user):
    line = channel_line(make_variant(partner=partner).sku, 2)
    capture_order(own_store, channel_order([line]))
    placed = place()
    shipment, _ = record_shipment(placed.connection, parcel(placed, "ETH250", 2))

    receive_shipment(shipment, user, counted={shipment.lines.get().pk: 1})

    assert Alert.objects.get(kind="shipment").title.startswith("1 x Product PARTNER-bluedoor")


def test_a_customer_bound_order_that_arrived_is_done(own_store, system):
    partner = make_partner("straight", dispatch="immediate", ship_to="customer")
    variant = make_variant("PARTNER-straight-A", partner=partner)
    capture_order(own_store, channel_order([channel_line(variant.sku)]))
    placed = place()
    record_shipment(placed.connection, parcel(placed, "A"))

    record_shipment(placed.connection, parcel(placed, "A", status="delivered"))

    placed.refresh_from_db()
    assert placed.status == "delivered"


def test_a_parcel_is_dealt_after_the_listing_was_replaced(own_store, partner, system):
    variant = make_variant(partner=partner)
    capture_order(own_store, channel_order([channel_line(variant.sku)]))
    placed = place()
    variant.listings.filter(connection=partner.connection).update(variant=None)

    shipment, _ = record_shipment(placed.connection, parcel(placed, " eth250 "))

    assert shipment.lines.count() == 1
