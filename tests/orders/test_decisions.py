"""An edit or a cancellation after sending: said exactly, decided by a person, never silent."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from integrations.errors import Rejected, Retryable, Unconfirmed
from integrations.models import Alert
from integrations.providers.base import AppendsToOrders, CancelsOrders
from integrations.types import PlacedLine
from inventory.models import Reservation
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services import confirming, decisions, submission
from orders.services.approving import cancel_order
from orders.services.canceling import ask_for_less
from orders.services.capture import capture_order
from orders.services.closing import CannotSubmit, approve, close_and_submit
from orders.services.deciding import retry
from orders.services.due import recover_submissions
from orders.services.partner_news import take_cancellation
from orders.services.shipments import record_shipment
from tests.orders.builders import (
    NOW,
    PartnerSystem,
    channel_line,
    channel_order,
    make_partner,
    make_variant,
)
from tests.orders.news import moved
from tests.orders.steps import parcel, place, send

pytestmark = pytest.mark.django_db


@dataclass
class FullSystem(PartnerSystem, AppendsToOrders, CancelsOrders):
    """A partner's system that can also be asked for less, or to cancel."""

    def append_lines(self, external_id, lines, reference):
        return self._answer(external_id, lines=tuple(lines))

    def cancel_order(self, external_id, reason):
        return self._answer(external_id, status="canceled", is_open=False)

    def _answer(self, external_id, **fields):
        if self.script:
            raise self.script.pop(0)
        (key,) = [k for k, one in self.orders.items() if one.external_id == external_id]
        self.change(key, **fields)
        return self.orders[key]

    def lines_of(self, row):
        return [line.quantity for line in self.orders[row.reference].lines]


@pytest.fixture
def system(partner, monkeypatch):
    playing = FullSystem(account=partner.connection.account)

    def provider_for(connection):
        playing.account = connection.account
        return playing

    for module in (submission, confirming):
        monkeypatch.setattr(module, "provider_for", provider_for)
    return playing


class Customer:
    """A customer's order of one line, edited in the store."""

    def __init__(self, own_store, partner, units, **fields):
        self.store, self.minute = own_store, 0
        variant = make_variant(f"PARTNER-{partner.code}-ETH250", partner)
        self.line = channel_line(variant.sku, units, title="Ethiopia")
        self.remote = channel_order([self.line], **fields)
        self.order, _ = capture_order(own_store, self.remote)

    def wants(self, units=None, **fields):
        self.minute += 1
        if units is not None:
            self.remote = replace(self.remote, lines=(replace(self.line, quantity=units),))
        version = NOW + timedelta(minutes=self.minute)
        self.remote = replace(self.remote, version=version, **fields)
        capture_order(self.store, self.remote)
        return self.fresh

    @property
    def fresh(self):
        return Order.objects.get(pk=self.order.pk)

    @property
    def units(self):
        """Live units: (quantity, status of its partner order, whether it was told)."""
        parts = PartnerOrderLine.objects.filter(canceled_at=None, order_line__order=self.order)
        return [(p.quantity, p.partner_order.status, p.is_sent) for p in parts.order_by("pk")]


def grows(partner):
    """Its orders stay open for more lines after they were placed."""
    terms = {"dispatch": "weekly_append", "cutoff_weekday": 4, "cutoff_at": "17:00"}
    type(partner).objects.filter(pk=partner.pk).update(**terms, run_at="18:00")


@pytest.fixture
def customer(own_store, partner):
    return Customer(own_store, partner, 3)


# --- while the outcome is open


def test_fewer_units_while_it_is_unconfirmed_wait_and_the_next_try_carries_them(customer, system):
    system.script = [Unconfirmed("No answer.")]
    row = send(close_and_submit(PartnerOrder.objects.get()))
    assert row.status == "unconfirmed"

    assert customer.wants(1).attention == ""
    assert customer.units == [(3, "open", True)]

    Submission.objects.update(retry_at=NOW)
    confirming.confirm(Submission.objects.get())
    send(row)
    assert [[line.quantity for line in order.lines] for order in system.pushed] == [[3], [1]]
    assert customer.units == [(1, "submitted", True)]
    assert customer.fresh.attention == ""
    assert Reservation.objects.get(released_at=None).quantity == 1


def test_fewer_units_while_it_is_unconfirmed_are_a_decision_once_it_was_found(customer, system):
    system.script = [("after", Unconfirmed("No answer."))]
    send(close_and_submit(PartnerOrder.objects.get()))
    customer.wants(1)

    Submission.objects.update(retry_at=NOW)
    confirming.confirm(Submission.objects.get())

    assert customer.units == [(3, "submitted", True)]
    assert customer.fresh.attention == "changed_after_send"


def test_units_changed_while_sending_failed_are_in_the_retry(customer, system, user):
    row = close_and_submit(PartnerOrder.objects.get())
    claimed = Submission.objects.get()
    assert submission.claim(claimed, claimed.created_at)
    customer.wants(2)
    assert customer.units == [(3, "open", True)]

    submission.settle_failed(claimed, "rejected", "No.")

    assert customer.units == [(2, "open", False)]
    retry(row, user)
    send(row)
    assert [line.quantity for line in system.pushed[0].lines] == [2]


def test_an_order_canceled_while_sending_failed_leaves_nothing_to_send(customer, system):
    row = close_and_submit(PartnerOrder.objects.get())
    claimed = Submission.objects.get()
    submission.claim(claimed, claimed.created_at)
    customer.wants(canceled_at=NOW)

    submission.settle_failed(claimed, "rejected", "No.")

    row.refresh_from_db()
    assert (row.status, PartnerOrder.objects.get().status) == ("dropped", "canceled")
    assert (customer.units, customer.fresh.attention) == ([], "")
    assert not Reservation.objects.filter(released_at=None).exists()
    assert not Alert.objects.filter(closed_at=None).exists()


def test_units_changed_while_a_try_met_no_connection_are_in_the_next_one(customer, system):
    row = close_and_submit(PartnerOrder.objects.get())
    claimed = Submission.objects.get()
    submission.claim(claimed, claimed.created_at)
    customer.wants(1)

    submission.try_later(claimed, Retryable("Busy."))
    Submission.objects.update(retry_at=None)
    send(row)

    assert [line.quantity for line in system.pushed[0].lines] == [1]


def test_units_changed_while_a_worker_died_before_sending_are_in_the_next_try(customer, system):
    row = close_and_submit(PartnerOrder.objects.get())
    claimed = Submission.objects.get()
    submission.claim(claimed, claimed.created_at)
    customer.wants(1)

    assert recover_submissions(claimed.lease_until + timedelta(seconds=1)) == 1
    Submission.objects.update(retry_at=None)
    send(row)

    assert [line.quantity for line in system.pushed[0].lines] == [1]


def test_more_units_while_sending_go_with_the_next_order(customer, system):
    close_and_submit(PartnerOrder.objects.get())
    claimed = Submission.objects.get()
    submission.claim(claimed, claimed.created_at)

    customer.wants(5)

    assert customer.units == [(3, "open", True), (2, "open", False)]
    assert PartnerOrder.objects.count() == 2


def test_more_units_of_what_waits_for_approval_must_be_approved_again(
    customer, partner, system, user
):
    type(partner).objects.update(approval="always")
    row = close_and_submit(PartnerOrder.objects.get(), user)

    customer.wants(4)

    row = send(row)
    assert (row.approved_at, system.pushed) == (None, [])
    approve(row, user)
    send(row)
    assert [line.quantity for line in system.pushed[0].lines] == [4]


# --- a placed order that still takes lines


def test_an_unsent_line_of_an_open_placed_order_shrinks_before_a_sent_one(
    customer, partner, system
):
    grows(partner)
    place()
    PartnerOrder.objects.update(closed_at=None)
    customer.wants(5)
    assert customer.units == [(3, "submitted", True), (2, "submitted", False)]

    assert customer.wants(4).attention == ""
    assert customer.units == [(3, "submitted", True), (1, "submitted", False)]
    assert customer.wants(2).attention == "changed_after_send"
    assert customer.units == [(3, "submitted", True)]
    assert customer.wants(3).attention == ""


def test_a_parcel_of_an_open_order_sends_its_unsent_lines_on(customer, partner, system):
    grows(partner)
    placed = place()
    PartnerOrder.objects.update(closed_at=None)
    customer.wants(5)

    record_shipment(placed.connection, parcel(placed, "ETH250", 1))

    placed.refresh_from_db()
    assert placed.closed_at is not None
    assert customer.units == [(3, "submitted", True), (2, "open", False)]


# --- after sending


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
    assert Alert.objects.get(closed_at=None).title == f"Blue Door did not cancel {row}"

    assert decisions.keep(order, user) == 3

    assert customer.fresh.attention == ""
    assert PartnerOrderLine.objects.get().kept == 3
    assert Submission.objects.get(pk=asked.pk).status == "dropped"
    assert not Alert.objects.filter(closed_at=None).exists()


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
    with pytest.raises(CannotSubmit, match="not settled yet"):
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


# --- the address


def test_a_new_address_of_what_waits_for_approval_must_be_approved_again(own_store, system, user):
    straight = make_partner("straight", dispatch="immediate", ship_to="customer", approval="always")
    customer = Customer(own_store, straight, 1)
    row = close_and_submit(PartnerOrder.objects.get(), user)
    before = row.digest

    customer.wants(contact=moved("9 New Road"))

    row.refresh_from_db()
    assert (row.approved_at, row.digest == before) == (None, False)
    approve(row, user)
    assert send(row).status == "submitted"
    assert system.pushed[0].ship_to.street1 == "9 New Road"
    assert customer.fresh.attention == ""


def test_a_new_address_after_sending_needs_a_person_and_center_bound_does_not(
    own_store, customer, system, user
):
    straight = make_partner("straight", dispatch="immediate", ship_to="customer")
    other = Customer(own_store, straight, 1)
    place(partner=straight)
    place()

    assert customer.wants(contact=moved("9 New Road")).attention == ""
    assert other.wants(contact=moved("9 New Road")).attention == "changed_after_send"
    assert decisions.agree_address(other.fresh, user) == 1
    assert other.fresh.attention == ""
    assert other.wants(contact=moved("10 Newer Road")).attention == "changed_after_send"
    assert other.wants(contact=moved("4 Market St")).attention == ""


# --- the partner


def test_a_partner_that_cancels_gives_back_only_what_is_still_wanted(customer, system):
    row = place()
    customer.wants(1)

    take_cancellation(row.connection, row.external_id, "")

    live = PartnerOrderLine.objects.get(canceled_at=None)
    assert (live.partner, live.quantity) == (None, 1)
    assert customer.fresh.attention == "unrouted"
    assert Reservation.objects.get(released_at=None).quantity == 1


def test_order_lines_the_partner_changed_are_said_until_they_agree_again(customer, system, user):
    system.script = [None]
    real = system._take

    def merged(order):
        placed = real(order)
        system.change(order.reference, lines=(PlacedLine("other", "OTHER", 3),))
        return replace(placed, lines=(PlacedLine("other", "OTHER", 3),))

    system._take = merged
    row = place()
    alert = Alert.objects.get(closed_at=None)
    assert alert.title == f"Blue Door changed {row.reference}"

    from orders.services.partner_news import compare_lines

    assert compare_lines(row, system.orders[row.reference]) is False
    stranger = replace(system.orders[row.reference], reference="CD-0000000000", lines=())
    assert compare_lines(row, stranger) is False
    wanted = Submission.objects.get().content["lines"][0]
    system.change(row.reference, lines=(PlacedLine(wanted["external_id"], wanted["sku"], 3),))
    assert compare_lines(row, system.orders[row.reference]) is True
    alert.refresh_from_db()
    assert alert.closed_at is not None
