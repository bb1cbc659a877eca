"""Many workers at once, on real transactions: one order, one call, one of two is short."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django_q.models import OrmQ

from catalog.models import Partner
from integrations.models import Alert
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.capture import capture_order
from orders.services.closing import ClosedAlready, approve, close_and_submit
from orders.services.deciding import retry
from orders.services.submission import submit
from tests.orders.builders import channel_line, channel_order, make_order, make_variant
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_the_same_order_from_eight_workers_is_one_order(own_store, partner):
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])

    answers = at_once(8, lambda index: capture_order(own_store, remote)[1])

    assert sorted(answers) == [False] * 7 + [True]
    assert (Order.objects.count(), PartnerOrderLine.objects.count()) == (1, 1)


def test_two_orders_for_the_last_unit_leave_one_short(own_store, partner):
    variant = make_variant(partner=partner, stock=1)
    orders = [channel_order([channel_line(variant.sku)]) for _ in range(2)]

    at_once(2, lambda index: capture_order(own_store, orders[index]))

    assert sorted(PartnerOrderLine.objects.values_list("short", flat=True)) == [0, 1]
    assert Alert.objects.filter(kind="stock").count() == 1
    assert PartnerOrder.objects.filter(closed_at=None).count() == 1


def test_eight_workers_place_a_submission_once(own_store, partner, system):
    make_order(own_store, make_variant(partner=partner).sku)
    row = close_and_submit(PartnerOrder.objects.get())

    at_once(8, lambda index: submit(Submission.objects.get(pk=row.pk), sleep=lambda s: None))

    assert len(system.pushed) == 1
    assert Submission.objects.get().attempts == 1


def test_twenty_clicks_on_submit_close_it_once(own_store, partner):
    make_order(own_store, make_variant(partner=partner).sku)
    placed = PartnerOrder.objects.get()

    def click(index: int) -> bool:
        try:
            close_and_submit(placed)
        except ClosedAlready:
            return False
        return True

    assert sum(at_once(20, click)) == 1
    assert Submission.objects.count() == 1


def test_twenty_clicks_on_approve_and_on_retry_have_one_effect(own_store, partner, user):
    Partner.objects.update(approval="always")
    make_order(own_store, make_variant(partner=partner).sku)
    row = close_and_submit(PartnerOrder.objects.get())

    def press(button: Callable[[Submission, User], bool]) -> list[bool]:
        OrmQ.objects.all().delete()
        return at_once(20, lambda index: button(Submission.objects.get(pk=row.pk), user))

    for button in (approve, retry):
        assert sum(press(button)) == 1
        assert OrmQ.objects.count() == 1
        Submission.objects.update(status="failed")


def test_a_line_that_arrives_while_its_order_closes_is_in_exactly_one(own_store, partner):
    variant = make_variant(partner=partner)
    for _ in range(5):
        make_order(own_store, variant.sku)
        placed = PartnerOrder.objects.get(closed_at=None)
        late = channel_order([channel_line(variant.sku)])

        def act(index: int, placed=placed, late=late) -> None:
            if index:
                capture_order(own_store, late)
            else:
                close_and_submit(placed)

        at_once(2, act)

    live = PartnerOrderLine.objects.filter(canceled_at=None)
    assert live.count() == 10
    sent = sum(line["quantity"] for s in Submission.objects.all() for line in s.content["lines"])
    waiting = live.filter(submission=None)
    assert sent + waiting.count() == 10
    assert not waiting.exclude(partner_order__closed_at=None).exists()
