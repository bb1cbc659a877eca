"""Weekly orders: one a week at the partner, added to until its cut-off; no line lost or doubled."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.models import Partner
from integrations.errors import Rejected
from inventory.models import Reservation
from orders.models import Order, PartnerOrder
from orders.services.batches import submit_due_batches
from tests.orders.weekly import CUTOFF, DAY, MONDAY, RUN, buy, placed_week, run, theirs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("week")]


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
