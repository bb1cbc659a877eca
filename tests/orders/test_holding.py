"""Hold and release: of a customer's order, of a line, of a whole partner order."""

import pytest

from integrations.models import Alert, InboundEvent
from integrations.types import RemoteShipment, ShippedLine
from orders.models import Order, OrderEvent, PartnerOrder, PartnerOrderLine
from orders.services.approving import (
    approve_order,
    hold_order,
    release_order,
    reroute,
    ship_ourselves,
)
from orders.services.batches import submit_due_batches
from orders.services.center import CannotShip, ship_to_customer
from orders.services.channel_shipments import record_channel_shipment
from orders.services.closing import hold_partner_order, why_not
from orders.services.holding import hold_line, release_line
from tests.orders.builders import NOW, make_order, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(own_store, partner) -> Order:
    return make_order(own_store, make_variant(partner=partner).sku)


def test_a_held_order_leaves_its_partner_order_and_comes_back(order, user):
    assert hold_order(order, user, "Call first.") is True
    assert hold_order(order, user) is False
    assert PartnerOrderLine.objects.get().partner_order is None
    assert PartnerOrder.objects.get().cost_total == 0
    assert Order.objects.get().attention == "on_hold"

    assert release_order(order, user) is True
    assert PartnerOrderLine.objects.get().partner_order == PartnerOrder.objects.get()
    assert Order.objects.get().attention == ""


def test_a_held_order_is_not_shipped(own_store, user):
    order = make_order(own_store, make_variant("MUG-1").sku)
    hold_order(order, user)

    with pytest.raises(CannotShip, match="on hold"):
        ship_to_customer(order, user, "UPS", "1Z")


def test_a_held_line_waits_for_the_next_order(order, user):
    part = PartnerOrderLine.objects.get()

    assert hold_line(part, "Ask about the size.", user) is True
    assert PartnerOrderLine.objects.get().partner_order is None
    assert release_line(PartnerOrderLine.objects.get(), user) is True
    assert release_line(PartnerOrderLine.objects.get(), user) is False
    assert PartnerOrderLine.objects.get().partner_order is not None


def test_a_held_partner_order_takes_lines_but_is_not_sent(order, own_store, partner, user):
    placed = PartnerOrder.objects.get()

    assert hold_partner_order(placed, user) is True
    make_order(own_store, order.lines.get().sku)

    assert placed.lines.count() == 2
    assert why_not(placed) == ["It is on hold."]
    assert submit_due_batches(placed.closes_at).submissions == []
    assert hold_partner_order(placed, user, hold=False) is True
    assert len(submit_due_batches(placed.closes_at).submissions) == 1


def test_an_order_waits_for_approval_where_the_terms_say_so(own_store, partner, user):
    partner.trigger = "approved"
    partner.save()
    order = make_order(own_store, make_variant(partner=partner).sku)
    assert PartnerOrderLine.objects.get().ready_at is None

    assert approve_order(order, user) is True
    assert approve_order(order, user) is False

    assert PartnerOrderLine.objects.get().partner_order is not None
    assert OrderEvent.objects.filter(kind="approved", user=user).count() == 1


def test_route_again_finds_a_partner_that_came_later(own_store, partner, user):
    order = make_order(own_store, "PARTNER-bluedoor-NEW1")
    assert reroute(order, user) == []
    make_variant("PARTNER-bluedoor-NEW1", partner)

    assert len(reroute(order, user)) == 1

    part = PartnerOrderLine.objects.get()
    assert (part.partner, part.partner_order.partner) == (partner, partner)
    assert Order.objects.get().attention == ""


def test_an_event_that_waited_for_the_order_is_looked_at_again(own_store, partner):
    waiting = InboundEvent.objects.create(
        provider="shopify", connection=own_store, topic="fulfillments/create", dedupe_key="x",
        received_at=NOW, status="waiting",
    )  # fmt: skip

    make_order(own_store, make_variant(partner=partner).sku)

    waiting.refresh_from_db()
    assert waiting.retry_at is not None


def test_what_no_partner_lists_can_be_shipped_by_us(own_store, user):
    order = make_order(own_store, "OUR-OWN-MUG")
    assert Alert.objects.get(kind="mapping").closed_at is None

    assert ship_ourselves(order, user) == 1

    assert Alert.objects.get(kind="mapping").closed_at is not None
    assert Order.objects.get().attention == ""
    ship_to_customer(order, user, "UPS", "1Z")
    assert Order.objects.get().status == "shipped"


def test_an_unrouted_line_that_the_store_shipped_needs_no_work(own_store):
    order = make_order(own_store, "OUR-OWN-MUG")
    line = order.lines.get()
    sent = (ShippedLine(line.external_id, line.sku, 1),)

    record_channel_shipment(own_store, RemoteShipment("F1", order.external_id, sent))

    assert (Order.objects.get().status, Order.objects.get().attention) == ("shipped", "")
    assert Alert.objects.get(kind="mapping").closed_at is not None
