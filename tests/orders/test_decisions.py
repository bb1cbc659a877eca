"""An edit or a cancellation after sending: said exactly, decided by a person, never silent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.errors import Rejected
from integrations.models import Alert
from inventory.models import Reservation
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services import decisions
from orders.services.approving import cancel_order
from orders.services.canceling import ask_for_less
from orders.services.capture import capture_order
from orders.services.closing import CannotSubmit
from orders.services.shipments import record_shipment
from tests.orders.builders import NOW, channel_line, channel_order, make_partner, make_variant
from tests.orders.editing import Customer
from tests.orders.steps import parcel, place, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(full_system):
    return full_system


def test_a_person_asks_for_less_and_the_partner_agrees(customer, system, user):
    row = place()
    order = customer.wants(1)
    (decision,) = decisions.decisions_of(order)
    assert (decisions.way_to_ask(decision), decision.units) == ("less", 2)

    asked = send(decisions.ask_partner(order, row, user))

    assert (asked.status, system.lines_of(row)) == ("submitted", [1])
    assert customer.units == [(1, "submitted", True)]
    assert customer.fresh.attention == ""
    assert decisions.decisions_of(customer.fresh) == []


def test_a_whole_order_nobody_wants_is_canceled_with_the_partner(customer, system, user):
    row = place()
    order = customer.wants(canceled_at=NOW)
    assert order.attention == "canceled_after_send"

    send(decisions.ask_partner(order, row, user))

    assert customer.fresh.events.get(kind="cancel_asked").user == user
    assert system.orders[row.reference].status == "canceled"
    assert PartnerOrder.objects.get().status == "canceled"
    assert (customer.units, customer.fresh.attention) == ([], "")
    assert not Reservation.objects.filter(released_at=None).exists()


def test_one_of_two_customers_is_taken_off_by_lower_quantities(
    customer, own_store, partner, system, user
):
    variant = Order.objects.get().lines.get().variant
    capture_order(own_store, channel_order([channel_line(variant.sku, 2)]))
    row = place()
    order = customer.wants(canceled_at=NOW)
    (decision,) = decisions.decisions_of(order)
    assert decisions.way_to_ask(decision) == "less"

    send(decisions.ask_partner(order, row, user))

    other = Order.objects.exclude(pk=order.pk).get()
    said = list(order.events.filter(kind__in=["less_asked", "appended"]).order_by("pk"))
    assert [(one.message, one.user) for one in said] == [
        (f"Blue Door is asked to send less in {row}.", user),
        ("Blue Door took 3 x Ethiopia off #1001.", None),
    ]
    assert not other.events.filter(kind__in=["less_asked", "appended"]).exists()
    assert system.lines_of(row) == [2]
    assert PartnerOrder.objects.get().status == "submitted"
    assert (customer.units, customer.fresh.attention) == ([], "")


def test_units_wanted_again_while_the_partner_took_them_off_go_with_the_next_order(
    customer, system, user
):
    row = place()
    asked = decisions.ask_partner(customer.wants(1), row, user)
    customer.wants(3)

    send(asked)

    assert customer.units == [(1, "submitted", True), (2, "open", False)]


def test_a_refused_question_says_so_and_can_be_kept(customer, system, user):
    row = place()
    order = customer.wants(canceled_at=NOW)
    system.script = [Rejected("It is packed.")]
    asked = send(decisions.ask_partner(order, row, user))
    assert asked.status == "failed"
    (decision,) = decisions.decisions_of(order)
    assert decisions.way_to_ask(decision) == ""
    assert decisions.why_not_ask(decision) == "Blue Door did not agree: It is packed."
    with pytest.raises(CannotSubmit, match="did not agree"):
        decisions.ask_partner(order, row, user)
    assert (
        Alert.objects.get(closed_at=None, kind="placement").title
        == f"Blue Door did not cancel {row}"
    )

    assert decisions.keep(order, user) == 3

    assert customer.fresh.attention == ""
    assert PartnerOrderLine.objects.get().kept == 3
    assert Submission.objects.get(pk=asked.pk).status == "dropped"
    assert not Alert.objects.filter(closed_at=None, kind="placement").exists()


def test_a_partner_that_began_work_does_not_take_less(customer, system, user):
    row = place()
    order = customer.wants(1)
    system.change(row.reference, is_open=False)

    asked = send(decisions.ask_partner(order, row, user))

    assert asked.status == "failed"
    (decision,) = decisions.decisions_of(customer.fresh)
    assert decisions.why_not_ask(decision).startswith("Blue Door did not agree: Blue Door began")
    assert decisions.keep(customer.fresh, user) == 2
    assert customer.fresh.attention == ""


def test_kept_units_are_for_the_customer_again_when_they_are_wanted_again(customer, system, user):
    place()
    decisions.keep(customer.wants(1), user)

    assert customer.wants(2).attention == ""
    assert PartnerOrderLine.objects.get().kept == 1
    assert customer.wants(4).attention == ""
    assert customer.units == [(3, "submitted", True), (1, "open", False)]
    assert customer.wants(1).attention == "changed_after_send"


def test_what_was_shipped_cannot_be_asked_back_only_what_is_still_there(customer, system, user):
    row = place()
    record_shipment(row.connection, parcel(row, "ETH250", 2))
    order = customer.wants(1)
    (decision,) = decisions.decisions_of(order)
    assert (decision.units, decision.stoppable) == (2, 1)

    send(decisions.ask_partner(order, row, user))

    assert customer.units == [(2, "submitted", True)]
    (decision,) = decisions.decisions_of(customer.fresh)
    assert (decision.units, decision.stoppable) == (1, 0)
    assert decisions.why_not_ask(decision) == "Blue Door shipped it already."


def test_nothing_is_asked_twice_while_an_answer_is_open(customer, system, user):
    row = place()
    order = customer.wants(1)
    decisions.ask_partner(order, row, user)

    with pytest.raises(CannotSubmit, match="wait for its outcome"):
        decisions.ask_partner(order, row, user)
    with pytest.raises(CannotSubmit, match="is not known yet"):
        ask_for_less(row, {}, user)

    assert decisions.keep(order, user) == 0
    assert PartnerOrderLine.objects.get().kept == 0


def test_a_shipped_order_that_is_canceled_is_noted_and_nothing_is_sent(
    own_store, partner, system, user
):
    straight = make_partner("straight", dispatch="immediate", ship_to="customer")
    customer = Customer(own_store, straight, 1)
    row = place()
    record_shipment(row.connection, parcel(row, "ETH250", 1))

    order = customer.wants(canceled_at=NOW)

    assert order.attention == "canceled_after_send"
    (decision,) = decisions.decisions_of(order)
    assert decisions.way_to_ask(decision) == ""
    decisions.keep(order, user)
    assert customer.fresh.attention == ""
    assert Submission.objects.count() == 1


def test_what_left_our_shelf_is_a_decision_too(own_store, user, db):
    from orders.services.center import ship_to_customer

    line = channel_line(make_variant("MUG-1").sku, 2)
    remote = channel_order([line])
    order, _ = capture_order(own_store, remote)
    ship_to_customer(order, user, "UPS", "T1")

    later = NOW + timedelta(minutes=1)
    capture_order(own_store, replace(remote, version=later, lines=(replace(line, quantity=1),)))

    fresh = Order.objects.get()
    assert (fresh.status, fresh.attention) == ("shipped", "changed_after_send")
    assert decisions.keep(fresh, user) == 1
    assert Order.objects.get().attention == ""


# --- by staff


def test_staff_cancel_ends_the_unsent_and_leaves_the_sent_to_decide(
    customer, partner, system, user
):
    place()
    customer.wants(5)

    assert cancel_order(customer.fresh, user, "Fraud.") is True
    assert cancel_order(customer.fresh, user, "Fraud.") is False

    assert customer.units == [(3, "submitted", True)]
    assert (customer.fresh.status, customer.fresh.attention) == ("canceled", "canceled_after_send")
    assert customer.fresh.cancel_reason == "Fraud."
    assert len(system.pushed) == 1
    assert customer.wants(3).status == "canceled"
