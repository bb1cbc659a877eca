"""Lines of a week that did not go out: refused, dropped or held back."""

import pytest

from integrations.errors import Rejected
from orders.models import PartnerOrder, PartnerOrderLine
from orders.services.approving import hold_order, release_order
from orders.services.closing import CannotSubmit, close_and_submit
from orders.services.deciding import drop, retry
from orders.services.holding import hold_line
from tests.orders.steps import send
from tests.orders.weekly import DAY, RUN, buy, placed_week, run, theirs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("week")]


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


def test_nothing_else_is_sent_while_a_refused_order_waits_for_a_person(
    own_store, ethiopia, system, user
):
    buy(own_store, ethiopia)
    system.script = [Rejected("They have too little.")]
    (failed,) = run(RUN)
    row = PartnerOrder.objects.get()
    with pytest.raises(CannotSubmit, match=f"{failed} was refused: press Retry or Give up first"):
        close_and_submit(row, user, now=RUN)
    assert row.submissions.count() == 1
