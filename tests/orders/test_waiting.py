"""Which orders wait for a connection that is out of order, and what their history says of it."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from integrations.models import Connection
from integrations.services.breaker import close
from orders.models import Order, OrderEvent, PartnerOrder, Submission
from orders.services.approving import hold_order
from orders.services.closing import close_and_submit
from orders.services.due import sweep
from orders.services.waiting import count_waiting, needs_work, note_waiting, waits_of
from tests.orders.builders import make_order, make_partner, make_variant
from tests.orders.steps import place, send

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"
KINDS = ("waits_for_partner", "goes_on")


@pytest.fixture
def order(own_store, partner) -> Order:
    make_variant(SKU, partner, stock=100)
    return make_order(own_store, SKU)


def lose(status: str = "needs_attention", **fields: object) -> Connection:
    blue_door = Connection.objects.filter(slug="blue-door")
    blue_door.update(status=status, status_reason="They removed our app.", **fields)
    return blue_door.get()


def bring_back() -> None:
    Connection.objects.filter(slug="blue-door").update(status="active", status_reason="", opened=0)


def stuck() -> set[str]:
    return {str(order) for order in Order.objects.filter(needs_work())}


def history(order: Order) -> list[str]:
    events = OrderEvent.objects.filter(order=order, kind__in=KINDS).order_by("pk")
    return list(events.values_list("message", flat=True))


@pytest.mark.parametrize("status", ["needs_attention", "paused", "archived", "draft"])
def test_lines_that_are_collected_for_a_lost_connection_need_work(order, status):
    assert stuck() == set()
    connection = lose(status)
    assert stuck() == {order.number}
    assert waits_of([order.pk]) == {order.pk: connection}
    bring_back()
    assert stuck() == set()


def test_of_a_system_that_does_not_answer_only_what_would_go_now_waits(order, partner):
    lose("active", opened=1)
    assert stuck() == set()
    submission = close_and_submit(PartnerOrder.objects.get())
    assert stuck() == {order.number}
    type(partner).objects.update(approval="always")
    assert stuck() == set()
    Submission.objects.filter(pk=submission.pk).update(approved_at=timezone.now())
    assert stuck() == {order.number}


def test_what_nobody_can_ask_about_waits_too(order):
    close_and_submit(PartnerOrder.objects.get())
    Submission.objects.update(status="unconfirmed")
    lose()
    assert stuck() == {order.number}


def test_what_the_partner_has_and_what_is_held_does_not_wait(own_store, order, system, user):
    place()
    held, elsewhere = make_order(own_store, SKU), make_partner("north")
    hold_order(held, user)
    make_variant("PARTNER-north-1", elsewhere)
    make_order(own_store, "PARTNER-north-1")
    lose()
    assert stuck() == {held.number}  # on hold, as before
    assert waits_of(list(Order.objects.values_list("pk", flat=True))) == {}


def test_customers_orders_are_counted_not_partner_orders(own_store, order):
    make_order(own_store, SKU, SKU)
    connection = lose()
    assert PartnerOrder.objects.count() == 1
    assert count_waiting([connection.pk]) == {connection.pk: 2}
    assert count_waiting([own_store.pk]) == {}


def test_the_history_says_once_why_it_began_to_wait_and_that_it_went_out(order, system):
    lose()
    for _ in range(3):
        sweep(timezone.now())
    said = "Waits for Blue Door: They removed our app. What waits goes out by itself once it works."
    assert history(order) == [said]
    assert OrderEvent.objects.get(order=order, kind=KINDS[0]).level == "error"
    bring_back()
    assert place().status == "submitted"
    sweep(timezone.now())
    went = "Blue Door works again: what waited for it goes out."
    assert history(order) == [said, went]
    last = OrderEvent.objects.filter(order=order).order_by("-pk").values_list("kind", flat=True)
    assert list(last[:2]) == ["placed", "goes_on"]
    assert PartnerOrder.objects.get().events.filter(kind__in=KINDS).count() == 2


def test_a_second_outage_is_said_again_and_an_order_that_comes_later_is_told_too(own_store, order):
    lose()
    assert note_waiting() == 1
    late = make_order(own_store, SKU)
    assert note_waiting() == 1
    assert (len(history(order)), len(history(late))) == (1, 1)
    bring_back()
    assert note_waiting() == 0
    lose("paused")
    assert note_waiting() == 2
    assert [len(history(one)) for one in (order, late)] == [3, 3]
    assert PartnerOrder.objects.get().events.filter(kind__in=KINDS).count() == 3
    newest = OrderEvent.objects.filter(order=late, kind=KINDS[0]).latest("pk")
    assert newest.level == "info"  # somebody wanted it so


def test_a_breaker_that_closes_ends_the_wait(order, system):
    submission = close_and_submit(PartnerOrder.objects.get())
    connection = lose("active", opened=1, failed_calls=3)
    note_waiting()
    assert history(order)[0].startswith("Waits for Blue Door: Blue Door does not answer (3 failed")
    close(connection)
    assert send(submission).status == "submitted"
    assert history(order)[1:] == ["Blue Door works again: what waited for it goes out."]


def test_lines_that_left_end_the_wait_without_a_word(order, user):
    lose()
    note_waiting()
    hold_order(order, user)
    note_waiting()
    assert len(history(order)) == 1
    assert not PartnerOrder.objects.filter(~Q(waits_since=None)).exists()


def test_what_keeps_a_batch_is_said_to_its_orders_once(order, partner):
    type(partner).objects.update(terms_confirmed_at=None)
    due = PartnerOrder.objects.get().due_at
    for _ in range(3):
        sweep(due)
    (event,) = OrderEvent.objects.filter(order=order, kind="waiting")
    row = PartnerOrder.objects.get()
    assert event.message == (
        f"Confirm the terms of Blue Door first. What goes to Blue Door waits in {row}."
    )


def test_what_was_said_of_this_outage_is_not_said_again_when_all_times_move(order):
    lose()
    note_waiting()
    earlier = timezone.now() - timedelta(hours=3)
    PartnerOrder.objects.update(waits_since=earlier)
    OrderEvent.objects.update(at=earlier + timedelta(seconds=1))
    assert note_waiting() == 0
