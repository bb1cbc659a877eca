"""Additions to the week's order that may or may not have taken effect."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.errors import BadResponse, NotAuthorized, Retryable, Unconfirmed
from integrations.types import PlacedLine
from orders.models import PartnerOrder
from orders.services.batches import submit_due_batches
from orders.services.deciding import drop
from tests.orders.steps import look, send
from tests.orders.weekly import CUTOFF, DAY, RUN, buy, placed_week, run, theirs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("week")]


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
    assert waiting == {row.reference: f"The outcome of {doubt} is not known yet."}
    assert row.closed_at is not None
    buy(own_store, ethiopia, 9, CUTOFF)
    look(doubt)
    run(CUTOFF + timedelta(minutes=2))

    first, second = PartnerOrder.objects.order_by("pk")
    assert theirs(system) == [{"ETH": 6}]
    assert (first.due_at, second.lines.get().quantity) == (None, 9)
