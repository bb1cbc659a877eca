"""Asking a partner to cancel, or to send less: asked once, done when they say so."""

import pytest
from django.utils import timezone

from catalog.models import Partner
from integrations.errors import Rejected, Unconfirmed
from integrations.models import Alert
from inventory.models import Reservation
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.canceling import ask_for_less, ask_to_cancel
from orders.services.capture import capture_order
from orders.services.closing import CannotSubmit
from orders.services.confirming import confirm
from orders.services.deciding import drop, retry
from orders.services.partner_news import take_cancellation
from tests.orders.builders import channel_line, channel_order, make_variant
from tests.orders.steps import place, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(own_store, partner, system) -> PartnerOrder:
    """A daily order with three units for one customer and two for another."""
    variant = make_variant("PARTNER-bluedoor-ETH", partner, stock=50)
    for units in (3, 2):
        capture_order(own_store, channel_order([channel_line(variant.sku, units)]))
    return place()


def look(submission: Submission) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(retry_at=timezone.now())
    confirm(Submission.objects.get(pk=submission.pk))
    return Submission.objects.get(pk=submission.pk)


def units_there(system) -> int:
    (order,) = system.orders.values()
    return sum(line.quantity for line in order.lines)


def test_a_cancellation_is_done_when_they_say_so(placed, system, user):
    done = send(ask_to_cancel(placed, "We found it cheaper.", user))

    placed.refresh_from_db()
    assert (done.status, placed.status) == ("submitted", "canceled")
    assert system.canceled == ["We found it cheaper."]
    assert set(Order.objects.values_list("attention", flat=True)) == {"unrouted"}
    assert not Alert.objects.filter(fingerprint__startswith="partner_canceled").exists()


def test_their_news_of_a_cancellation_we_asked_for_raises_no_alert(placed, system, user):
    system.script = [("after", Unconfirmed("No answer came in time."))]
    doubt = send(ask_to_cancel(placed, "Too late.", user))
    take_cancellation(placed.connection, placed.external_id, "")

    assert not Alert.objects.filter(fingerprint__startswith="partner_canceled").exists()
    assert look(doubt).status == "submitted"
    assert PartnerOrderLine.objects.filter(canceled_at=None).count() == 2


def test_a_cancellation_that_is_not_done_yet_is_looked_for_and_asked_again(placed, system, user):
    system.script = [Unconfirmed("They took it; it is not done there yet.")]
    doubt = send(ask_to_cancel(placed, "Too late.", user))
    assert doubt.status == "unconfirmed"

    assert look(doubt).status == "pending"
    assert send(doubt).status == "submitted"
    assert len(system.canceled) == 2


def test_a_cancellation_whose_answer_was_lost_is_found_done(placed, system, user):
    system.script = [("after", Unconfirmed("No answer came in time."))]
    doubt = send(ask_to_cancel(placed, "Too late.", user))
    placed.refresh_from_db()
    assert (doubt.status, placed.status) == ("unconfirmed", "submitted")

    assert look(doubt).status == "submitted"
    placed.refresh_from_db()
    assert (placed.status, len(system.canceled)) == ("canceled", 1)
    assert set(Order.objects.values_list("attention", flat=True)) == {"unrouted"}


def test_a_refused_cancellation_leaves_everything_as_it_is(placed, system, user):
    system.script = [Rejected("It was shipped.")]
    failed = send(ask_to_cancel(placed, "Too late.", user))

    placed.refresh_from_db()
    assert (failed.status, placed.status) == ("failed", "submitted")
    assert Alert.objects.get().title == f"Blue Door did not cancel {placed}"
    assert set(Order.objects.values_list("status", "attention")) == {("exported", "")}
    assert drop(failed, user, "It comes.")
    placed.refresh_from_db()
    assert (placed.status, placed.lines.filter(canceled_at=None).count()) == ("submitted", 2)


def test_a_refused_cancellation_can_be_retried(placed, system, user):
    system.script = [Rejected("Try tomorrow.")]
    failed = send(ask_to_cancel(placed, "Too late.", user))
    assert retry(failed, user)
    assert send(failed).status == "submitted"


def test_two_words_to_a_partner_are_never_open_at_once(placed, user):
    ask_to_cancel(placed, "Too late.", user)
    with pytest.raises(CannotSubmit, match="is not known yet"):
        ask_to_cancel(placed, "Too late.", user)
    assert placed.submissions.count() == 2


def test_what_was_shipped_is_not_asked_back(placed, user):
    PartnerOrder.objects.update(status="shipped")
    with pytest.raises(CannotSubmit, match="too late to cancel"):
        ask_to_cancel(placed, "Too late.", user)
    assert placed.submissions.count() == 1


def test_less_is_taken_off_when_the_partner_agreed(placed, system, user):
    part = placed.lines.order_by("pk").first()
    asked = ask_for_less(placed, {part.pk: 1}, user)
    part.refresh_from_db()
    assert part.quantity == 3
    assert send(asked).status == "submitted"

    part.refresh_from_db()
    assert (part.quantity, units_there(system)) == (1, 3)
    assert Reservation.objects.get(key=part.reservation_key).quantity == 1


def test_a_part_lowered_to_nothing_ends_and_the_others_stay(placed, system, user):
    part = placed.lines.order_by("pk").first()
    send(ask_for_less(placed, {part.pk: 0}, user))

    part.refresh_from_db()
    assert part.canceled_at is not None
    assert (units_there(system), part.partner_order_id) == (2, placed.pk)


def test_less_is_refused_once_they_began_and_a_person_is_told(placed, system, user):
    part = placed.lines.order_by("pk").first()
    system.change(placed.reference, is_open=False)
    failed = send(ask_for_less(placed, {part.pk: 1}, user))

    part.refresh_from_db()
    assert (failed.status, part.quantity, system.appended) == ("failed", 3, [])
    assert Alert.objects.get().title == f"Blue Door did not add to {placed}"


def test_a_lost_answer_about_less_is_confirmed_by_their_lines(placed, system, user):
    part = placed.lines.order_by("pk").first()
    system.script = [None, ("after", Unconfirmed("Lost."))]
    doubt = send(ask_for_less(placed, {part.pk: 1}, user))
    part.refresh_from_db()
    assert (doubt.status, part.quantity) == ("unconfirmed", 3)

    assert look(doubt).status == "submitted"
    part.refresh_from_db()
    assert part.quantity == 1


def test_a_week_is_canceled_but_its_late_line_goes_with_the_next(own_store, placed, system, user):
    Partner.objects.filter(pk=placed.partner_id).update(dispatch="weekly_append")
    sku = placed.lines.first().variant.sku
    late, _ = capture_order(own_store, channel_order([channel_line(sku, 4)]))
    PartnerOrder.objects.exclude(pk=placed.pk).update(status="submitted", external_id="x")
    row = PartnerOrder.objects.get(closed_at=None)
    ask_to_cancel(row, "No.", user)

    assert row.lines.count() == 0
    assert PartnerOrder.objects.get(closed_at=None).lines.get().order_line.order == late
