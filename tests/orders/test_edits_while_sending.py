"""An edit or a cancellation while the partner's answer is open, or before the last line is sent."""

from datetime import timedelta

import pytest

from integrations.errors import Retryable, Unconfirmed
from integrations.models import Alert
from inventory.models import Reservation
from orders.models import PartnerOrder, Submission
from orders.services import confirming, submission
from orders.services.closing import approve, close_and_submit
from orders.services.deciding import retry
from orders.services.due import recover_submissions
from orders.services.shipments import record_shipment
from tests.orders.builders import NOW
from tests.orders.steps import parcel, place, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(full_system):
    return full_system


def grows(partner):
    """Its orders stay open for more lines after they were placed."""
    terms = {"dispatch": "weekly_append", "cutoff_weekday": 4, "cutoff_at": "17:00"}
    type(partner).objects.filter(pk=partner.pk).update(**terms, run_at="18:00")


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
    open_ones = Alert.objects.filter(closed_at=None)
    assert list(open_ones.values_list("kind", flat=True)) == ["refund"]


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
