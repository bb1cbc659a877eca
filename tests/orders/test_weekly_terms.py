"""Weekly orders and the partner's terms: minimum, send now, a skipped run, approval, zone."""

from datetime import date

import pytest

from catalog.models import Partner
from integrations.models import Alert
from orders.models import PartnerOrder, Submission
from orders.services.batches import submit_due_batches
from orders.services.closing import CannotSubmit, ClosedAlready, approve, close_and_submit
from orders.services.planning import plan_batches, skip_next, unskip
from tests.orders.steps import send
from tests.orders.weekly import CUTOFF, DAY, MONDAY, RUN, buy, placed_week, run, theirs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("week")]


def test_below_the_minimum_it_waits_run_after_run_and_week_after_week(
    own_store, partner, ethiopia, system
):
    Partner.objects.filter(pk=partner.pk).update(minimum_total=30)
    buy(own_store, ethiopia, 2)
    done = submit_due_batches(RUN)
    row = PartnerOrder.objects.get()
    assert done.waiting == {row.reference: "Blue Door has a minimum of 30.00 USD."}
    PartnerOrder.objects.update(due_at=CUTOFF)
    submit_due_batches(CUTOFF)

    row.refresh_from_db()
    assert (row.closed_at, row.period, row.closes_at) == (
        None, date(2026, 11, 27), CUTOFF + 7 * DAY,
    )  # fmt: skip
    buy(own_store, ethiopia, 1, CUTOFF)
    run(row.due_at)
    assert theirs(system) == [{"ETH": 3}]


def test_the_minimum_is_of_the_order_not_of_what_is_added(own_store, partner, ethiopia, system):
    placed_week(own_store, ethiopia)
    Partner.objects.filter(pk=partner.pk).update(minimum_total=100)
    buy(own_store, ethiopia, 1, RUN)
    run(RUN + DAY)
    assert theirs(system) == [{"ETH": 2}]


def test_send_now_adds_at_once_and_keeps_the_week_open(own_store, ethiopia, system, user):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 1, RUN)
    done = send(close_and_submit(row, user, now=RUN))

    row.refresh_from_db()
    assert (done.approved_by, done.kind) == (user, "append")
    assert (row.closed_at, row.due_at, theirs(system)) == (None, RUN + DAY, [{"ETH": 2}])


def test_send_now_twice_adds_once(own_store, ethiopia, system, user):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 1, RUN)
    close_and_submit(row, user, now=RUN)
    with pytest.raises(ClosedAlready):
        close_and_submit(row, user, now=RUN)
    assert row.submissions.count() == 2


def test_send_now_without_new_lines_says_so(own_store, ethiopia, system, user):
    row = placed_week(own_store, ethiopia)
    with pytest.raises(CannotSubmit, match="No line is ready to be sent"):
        close_and_submit(row, user, now=RUN)


def test_a_skipped_run_is_passed_over_once_and_can_be_taken_back(
    own_store, week, ethiopia, system, user
):
    buy(own_store, ethiopia)
    assert skip_next(week, MONDAY, user)
    assert run(RUN) == []
    row = PartnerOrder.objects.get()
    assert row.due_at == RUN + DAY
    assert row.events.filter(message="The run of Monday, 16 November is skipped.").exists()

    assert unskip(week, MONDAY, user)
    assert PartnerOrder.objects.get().due_at == RUN
    assert not unskip(week, MONDAY, user)


def test_lines_join_a_submission_that_waits_for_approval(
    own_store, partner, ethiopia, system, user
):
    Partner.objects.filter(pk=partner.pk).update(approval="always")
    buy(own_store, ethiopia)
    (waiting,) = submit_due_batches(RUN).submissions
    buy(own_store, ethiopia, 2, RUN)
    submit_due_batches(RUN + DAY)

    waiting.refresh_from_db()
    assert waiting.content["lines"][0]["quantity"] == 3
    assert approve(waiting, user)
    assert send(waiting).status == "submitted"
    assert theirs(system) == [{"ETH": 3}]


def test_what_was_approved_is_what_is_sent_and_later_lines_follow(
    own_store, partner, ethiopia, system, user
):
    Partner.objects.filter(pk=partner.pk).update(approval="always")
    buy(own_store, ethiopia)
    (waiting,) = submit_due_batches(RUN).submissions
    approve(waiting, user)
    buy(own_store, ethiopia, 2, RUN)
    submit_due_batches(RUN + DAY)
    assert send(Submission.objects.get()).content["lines"][0]["quantity"] == 1

    (added,) = submit_due_batches(RUN + DAY).submissions
    approve(added, user)
    send(added)
    assert theirs(system) == [{"ETH": 3}]


def test_the_plan_of_an_open_week_follows_the_terms(own_store, partner, ethiopia, system):
    buy(own_store, ethiopia)
    Partner.objects.filter(pk=partner.pk).update(cutoff_weekday=2)
    plan_batches(MONDAY)

    row = PartnerOrder.objects.get()
    assert (row.period, row.closes_at) == (date(2026, 11, 18), CUTOFF - 2 * DAY)


def test_a_zone_nobody_knows_stops_no_capture(own_store, partner, ethiopia, system):
    Partner.objects.filter(pk=partner.pk).update(timezone="Mars/Olympus")
    buy(own_store, ethiopia)

    row = PartnerOrder.objects.get()
    assert (row.due_at, row.lines.count()) == (None, 1)
    assert Alert.objects.get().fingerprint == f"partner_zone:{partner.pk}"
    Partner.objects.filter(pk=partner.pk).update(timezone="UTC")
    plan_batches(MONDAY)
    assert PartnerOrder.objects.get().due_at == RUN
    assert not Alert.objects.filter(closed_at=None).exists()
