"""Weekly orders: one a week at the partner, added to until its cut-off; no line lost or doubled."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Partner
from integrations.errors import BadResponse, NotAuthorized, Rejected, Retryable, Unconfirmed
from integrations.models import Alert
from integrations.types import PlacedLine
from inventory.models import Reservation
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.approving import hold_order, release_order
from orders.services.batches import submit_due_batches
from orders.services.capture import capture_order
from orders.services.closing import CannotSubmit, ClosedAlready, approve, close_and_submit
from orders.services.confirming import confirm
from orders.services.deciding import drop, retry
from orders.services.holding import hold_line
from orders.services.planning import plan_batches, skip_next, unskip
from tests.orders.builders import channel_line, channel_order, make_variant
from tests.orders.steps import send

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
RUN = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)
CUTOFF = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def week(partner) -> Partner:
    """The partner takes one order a week, added to daily at 18:00, until Friday 17:00 UTC."""
    Partner.objects.filter(pk=partner.pk).update(dispatch="weekly_append")
    return Partner.objects.get(pk=partner.pk)


@pytest.fixture
def ethiopia(partner):
    return make_variant("PARTNER-bluedoor-ETH", partner, stock=50)


@pytest.fixture
def kenya(partner):
    return make_variant("PARTNER-bluedoor-KEN", partner, stock=50, cost="9.00")


def buy(own_store, variant, units=1, now=MONDAY) -> Order:
    order, _ = capture_order(own_store, channel_order([channel_line(variant.sku, units)]), now)
    return order


def run(now) -> list[Submission]:
    """What a due run writes is sent at once, as workers do."""
    return [send(one) for one in submit_due_batches(now).submissions]


def theirs(system) -> list[dict[str, int]]:
    return [{line.sku: line.quantity for line in one.lines} for one in system.orders.values()]


def look(submission: Submission) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(retry_at=timezone.now())
    confirm(Submission.objects.get(pk=submission.pk))
    return Submission.objects.get(pk=submission.pk)


def placed_week(own_store, variant) -> PartnerOrder:
    buy(own_store, variant)
    run(RUN)
    return PartnerOrder.objects.get()


# --- the week as it should go


def test_the_first_run_places_the_order_and_it_stays_open(own_store, ethiopia, system):
    buy(own_store, ethiopia, 2)
    assert submit_due_batches(MONDAY).submissions == []
    (done,) = run(RUN)

    row = PartnerOrder.objects.get()
    assert (done.kind, done.status, row.status) == ("create", "submitted", "submitted")
    assert (row.closed_at, row.due_at, row.closes_at) == (None, RUN + DAY, CUTOFF)
    assert (row.period, row.seq) == (date(2026, 11, 20), 1)
    assert theirs(system) == [{"ETH": 2}]


def test_later_runs_add_absolute_sums_to_the_same_order(own_store, ethiopia, kenya, system):
    placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    buy(own_store, kenya, 1, RUN)
    (done,) = run(RUN + DAY)

    row = PartnerOrder.objects.get()
    assert (done.kind, done.status, done.reference) == ("append", "submitted", f"{row}-2")
    assert system.appended == [(f"{row}-2", {"ETH": 3, "KEN": 1})]
    assert theirs(system) == [{"ETH": 3, "KEN": 1}]
    assert row.cost_total == Decimal("45.00")
    assert Reservation.objects.exclude(accepted_at=None).count() == 3
    assert set(Order.objects.values_list("status", flat=True)) == {"exported"}


def told(subject, kind="appended") -> list[str]:
    return list(subject.events.filter(kind=kind).values_list("message", flat=True))


def test_an_addition_is_history_of_those_it_adds_for_alone(own_store, ethiopia, kenya, system):
    row = placed_week(own_store, ethiopia)
    first = Order.objects.get()
    two, one = buy(own_store, ethiopia, 2, RUN), buy(own_store, kenya, 1, RUN)
    run(RUN + DAY)

    eth, ken = f"Product {ethiopia.sku}", f"Product {kenya.sku}"
    assert told(first) == []
    assert told(two) == [f"Added to Blue Door's #1001: 2 x {eth}."]
    assert told(one) == [f"Added to Blue Door's #1001: 1 x {ken}."]
    assert told(row) == [f"Added to Blue Door's #1001: 2 x {eth}, 1 x {ken}."]


def test_an_addition_that_was_refused_is_history_of_its_own_orders_alone(
    own_store, ethiopia, system
):
    row = placed_week(own_store, ethiopia)
    first, late = Order.objects.get(), buy(own_store, ethiopia, 2, RUN)
    system.script = [Rejected("They sell it no more.")]
    run(RUN + DAY)

    assert [len(told(one, "placement_failed")) for one in (first, late, row)] == [0, 1, 1]


def test_a_line_that_waits_in_a_placed_order_is_not_with_the_partner_yet(
    own_store, ethiopia, system
):
    placed_week(own_store, ethiopia)
    late = buy(own_store, ethiopia, 1, RUN)

    late.refresh_from_db()
    assert late.status == "paid"
    assert late.lines.get().parts.get().partner_order == PartnerOrder.objects.get()


def test_a_run_without_new_lines_tells_the_partner_nothing(own_store, ethiopia, system):
    placed_week(own_store, ethiopia)
    assert run(RUN + DAY) == []

    row = PartnerOrder.objects.get()
    assert (row.due_at, row.closed_at, system.appended) == (RUN + 2 * DAY, None, [])


def test_at_the_cutoff_the_last_lines_are_added_and_the_next_week_opens(
    own_store, ethiopia, system
):
    placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 1, CUTOFF - DAY)
    PartnerOrder.objects.update(due_at=CUTOFF)
    run(CUTOFF)
    buy(own_store, ethiopia, 5, CUTOFF)

    first, second = PartnerOrder.objects.order_by("pk")
    assert first.closed_at is not None
    assert (first.due_at, theirs(system)) == (None, [{"ETH": 2}])
    assert (second.period, second.closes_at) == (date(2026, 11, 27), CUTOFF + 7 * DAY)
    assert second.lines.get().quantity == 5


def test_at_the_cutoff_an_order_without_new_lines_just_closes(own_store, ethiopia, system):
    placed_week(own_store, ethiopia)
    PartnerOrder.objects.update(due_at=CUTOFF)
    assert submit_due_batches(CUTOFF).waiting == {}

    row = PartnerOrder.objects.get()
    assert row.closed_at is not None
    assert (row.due_at, system.appended) == (None, [])


def test_weekly_without_append_is_placed_once_at_the_cutoff(own_store, partner, ethiopia, system):
    Partner.objects.filter(pk=partner.pk).update(dispatch="weekly")
    buy(own_store, ethiopia)
    assert run(RUN) == []
    run(CUTOFF)

    row = PartnerOrder.objects.get()
    assert (row.period, row.status, row.due_at) == (date(2026, 11, 20), "submitted", None)
    assert row.closed_at is not None
    assert theirs(system) == [{"ETH": 1}]


# --- minimum, send now, skip, approval


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


# --- doubt and failure


def test_an_addition_whose_answer_was_lost_is_confirmed_by_its_lines(own_store, ethiopia, system):
    placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    system.script = [None, ("after", Unconfirmed("No answer came in time."))]
    (doubt,) = run(RUN + DAY)
    assert doubt.status == "unconfirmed"

    assert look(doubt).status == "submitted"
    assert (len(system.appended), theirs(system)) == (1, [{"ETH": 3}])


def test_an_addition_that_never_took_effect_is_sent_again(own_store, ethiopia, system):
    placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    system.script = [None, Unconfirmed("No answer came in time.")]
    (doubt,) = run(RUN + DAY)

    assert look(doubt).status == "pending"
    assert send(doubt).status == "submitted"
    assert (len(system.appended), theirs(system)) == (2, [{"ETH": 3}])


def test_an_order_that_is_neither_as_before_nor_as_asked_waits_for_a_person(
    own_store, ethiopia, system, user
):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    system.script = [None, Unconfirmed("No answer came in time.")]
    (doubt,) = run(RUN + DAY)
    eth = system.orders[row.reference].lines[0].external_id
    system.change(row.reference, lines=(PlacedLine(eth, "ETH", 7),))

    failed = look(doubt)
    assert (failed.status, failed.error_kind) == ("failed", "different")
    assert "3 sent, 7 there" in failed.error
    assert PartnerOrder.objects.count() == 1  # they may have our lines: nothing moves by itself
    assert drop(failed, user, "They will send seven.")
    assert PartnerOrder.objects.count() == 2


@pytest.mark.parametrize("change", [{"is_open": False}, {"status": "fulfilled", "is_open": False}])
def test_a_partner_that_began_work_gets_the_late_lines_in_the_next_order(
    own_store, ethiopia, system, change
):
    row = placed_week(own_store, ethiopia)
    late = buy(own_store, ethiopia, 2, RUN)
    system.change(row.reference, **change)
    (gone_on,) = run(RUN + DAY)

    first, second = PartnerOrder.objects.order_by("pk")
    assert (gone_on.status, system.appended) == ("dropped", [])
    assert first.closed_at is not None
    assert second.closed_at is None
    assert second.lines.get().order_line.order == late
    assert theirs(system) == [{"ETH": 1}]
    assert not Alert.objects.filter(closed_at=None).exists()


def test_the_next_order_of_the_same_week_is_its_second(own_store, partner, ethiopia, system):
    now = timezone.now()
    weekday = (now + 3 * DAY).weekday()
    Partner.objects.filter(pk=partner.pk).update(cutoff_weekday=weekday)
    buy(own_store, ethiopia, 1, now)
    row = PartnerOrder.objects.get()
    run(row.due_at)
    buy(own_store, ethiopia, 2, now)
    system.change(row.reference, is_open=False)
    run(row.due_at + DAY)

    first, second = PartnerOrder.objects.order_by("pk")
    assert (second.period, first.seq, second.seq) == (first.period, 1, 2)


def test_an_order_edited_by_hand_is_left_alone_and_a_person_is_told(own_store, ethiopia, system):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    eth = system.orders[row.reference].lines[0].external_id
    system.change(row.reference, lines=(PlacedLine(eth, "ETH", 4),))
    run(RUN + DAY)

    assert Alert.objects.get().title == f"Blue Door changed {row}"
    assert "1 sent, 4 there" in Alert.objects.get().advice
    assert PartnerOrder.objects.count() == 2
    assert theirs(system) == [{"ETH": 4}]


def test_a_refused_edit_opens_the_next_order(own_store, ethiopia, system):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    system.script = [None, Rejected("The order is archived.")]
    run(RUN + DAY)

    assert PartnerOrder.objects.count() == 2
    assert row.events.filter(kind="not_added").get().message == (
        "Blue Door takes no more lines into it: The order is archived."
    )


def test_an_order_canceled_there_meanwhile_leaves_its_lines_to_a_person(
    own_store, ethiopia, system
):
    row = placed_week(own_store, ethiopia)
    late = buy(own_store, ethiopia, 2, RUN)
    system.change(row.reference, status="canceled")
    run(RUN + DAY)

    row.refresh_from_db()
    assert (row.status, row.closed_at is not None) == ("canceled", True)
    assert Alert.objects.filter(title=f"Blue Door canceled {row}", closed_at=None).exists()
    parts = PartnerOrderLine.objects.filter(canceled_at=None)
    assert [part.partner_id for part in parts if part.order_line.order != late] == [None]
    # What the partner was never told goes with the next order.
    next_one = PartnerOrder.objects.exclude(pk=row.pk).get()
    assert next_one.lines.get().order_line.order == late


@pytest.mark.parametrize(
    "problem", [Retryable("Busy."), BadResponse("A web page."), NotAuthorized("No.")]
)
def test_a_look_that_fails_before_an_addition_changes_nothing(own_store, ethiopia, system, problem):
    placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    system.script = [problem]
    (added,) = submit_due_batches(RUN + DAY).submissions
    from orders.services.submission import _try_once, claim

    assert claim(added, timezone.now())
    _try_once(added)
    added.refresh_from_db()
    assert (added.status, added.sent_at, system.appended) == ("pending", None, [])


def test_an_order_that_vanished_there_is_said_and_nothing_is_sent(own_store, ethiopia, system):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    del system.orders[row.reference]
    (failed,) = run(RUN + DAY)

    assert failed.status == "failed"
    assert failed.error == f"Blue Door does not have {row.reference} any more."
    assert system.appended == []


# --- the cut-off while something is under way


def test_lines_that_came_while_an_addition_is_open_are_added_after_the_cutoff(
    own_store, ethiopia, system
):
    placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 1, RUN)
    system.script = [None, ("after", Unconfirmed("No answer came in time."))]
    (doubt,) = run(RUN + DAY)
    buy(own_store, ethiopia, 4, RUN + DAY)
    PartnerOrder.objects.update(due_at=CUTOFF)
    waiting = submit_due_batches(CUTOFF).waiting

    row = PartnerOrder.objects.get()
    assert waiting == {row.reference: f"{doubt} is not settled yet."}
    assert row.closed_at is not None
    buy(own_store, ethiopia, 9, CUTOFF)
    look(doubt)
    run(CUTOFF + timedelta(minutes=2))

    first, second = PartnerOrder.objects.order_by("pk")
    assert theirs(system) == [{"ETH": 6}]
    assert (first.due_at, second.lines.get().quantity) == (None, 9)


def test_a_failed_first_order_keeps_taking_lines_and_a_retry_sends_them_all(
    own_store, ethiopia, system, user
):
    buy(own_store, ethiopia)
    system.script = [Rejected("They have too little.")]
    (failed,) = run(RUN)
    buy(own_store, ethiopia, 2, RUN)
    assert run(RUN + DAY) == []
    assert retry(failed, user)
    assert send(failed).status == "submitted"

    assert theirs(system) == [{"ETH": 3}]
    assert PartnerOrderLine.objects.filter(submission=failed).count() == 2


def test_a_dropped_first_order_leaves_its_lines_to_a_person_and_late_ones_to_the_next(
    own_store, ethiopia, system, user
):
    first = buy(own_store, ethiopia)
    system.script = [Rejected("No.")]
    (failed,) = run(RUN)
    late = buy(own_store, ethiopia, 2, RUN)
    assert drop(failed, user, "Not there.")

    first.refresh_from_db()
    assert first.attention == "unrouted"
    row = PartnerOrder.objects.get(closed_at=None)
    assert row.lines.get().order_line.order == late


# --- customers' orders that change while the week is open


def test_a_held_order_leaves_what_was_not_sent_and_comes_back(own_store, ethiopia, system, user):
    sent = placed_week(own_store, ethiopia).lines.get()
    late = buy(own_store, ethiopia, 2, RUN)
    assert hold_order(late, user)
    assert hold_order(sent.order_line.order, user)
    run(RUN + DAY)
    assert theirs(system) == [{"ETH": 1}]
    sent.refresh_from_db()
    assert sent.partner_order is not None

    release_order(late, user)
    run(RUN + 2 * DAY)
    assert theirs(system) == [{"ETH": 3}]


def test_a_line_that_was_sent_cannot_be_held_back(own_store, ethiopia, system, user):
    part = placed_week(own_store, ethiopia).lines.get()
    assert not hold_line(part, "Wait.", user)
    part.refresh_from_db()
    assert part.partner_order is not None


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


def test_nothing_else_is_sent_while_a_refused_order_waits_for_a_person(
    own_store, ethiopia, system, user
):
    buy(own_store, ethiopia)
    system.script = [Rejected("They have too little.")]
    (failed,) = run(RUN)
    row = PartnerOrder.objects.get()
    with pytest.raises(CannotSubmit, match=f"{failed} was refused: retry or drop it first"):
        close_and_submit(row, user, now=RUN)
    assert row.submissions.count() == 1
