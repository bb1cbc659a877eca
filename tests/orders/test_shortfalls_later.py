"""Shortfalls that come, change or end after the sale: no line waits for ever, none is missed."""

import pytest

from catalog.models import Partner, Variant
from orders.models import Order, PartnerOrder, PartnerOrderLine
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from orders.services.covering import settle_shortfalls
from orders.services.shortfalls import (
    CannotSettle,
    accept_shortfall,
    send_elsewhere,
    wait_for_stock,
)
from tests.catalog.people import log_in, texts
from tests.orders.builders import (
    add_listing,
    channel_line,
    channel_order,
    make_partner,
    make_variant,
)
from tests.orders.pressing import page_of
from tests.orders.steps import place
from tests.orders.test_shortfalls import SKU, arrive, attention, open_alerts, part_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(partner) -> Variant:
    return make_variant(SKU, partner, stock=2)


@pytest.fixture
def order(own_store, variant) -> Order:
    """Three wanted, two there."""
    return buy(own_store, 3)


def buy(own_store, units: int) -> Order:
    order, _ = capture_order(own_store, channel_order([channel_line(SKU, units)]))
    return order


def test_a_line_that_waited_for_stock_goes_when_it_is_placed_anyway(order, user):
    wait_for_stock(part_of(order), user)
    accept_shortfall(part_of(order), user)
    part = part_of(order)
    assert (part.short, part.held_at, part.hold_reason) == (0, None, "")
    assert part.partner_order == PartnerOrder.objects.get(closed_at=None)
    assert attention(order) == ""


def test_a_line_that_waits_for_stock_though_nothing_lacks_is_let_go(order, variant, user):
    wait_for_stock(part_of(order), user)
    arrive(variant, 3)
    PartnerOrderLine.objects.update(short=0)
    settle_shortfalls()
    part = part_of(order)
    assert (part.held_at, part.hold_reason) == (None, "")
    assert part.partner_order == PartnerOrder.objects.get(closed_at=None)


# --- an order that is placed already and still takes lines


@pytest.fixture
def late(own_store, partner, system, variant) -> Order:
    """Added to this week's order, which the partner has: two more wanted, one there."""
    Partner.objects.filter(pk=partner.pk).update(dispatch="weekly_append")
    buy(own_store, 1)
    week = place()
    assert (week.status, week.closed_at) == ("submitted", None)
    late = buy(own_store, 2)
    assert part_of(late).partner_order == week
    settle_shortfalls()
    return late


def test_a_shortfall_in_an_order_that_still_takes_lines_stays_asked(late):
    assert (attention(late), len(open_alerts())) == ("shortfall", 1)
    html = texts(log_in("Operator").get(page_of(late)))
    assert f"Blue Door is short: 1 of 2 Product {SKU} is not there." in html
    for name in ("place_anyway", "wait_for_stock"):
        assert f"/{part_of(late).pk}/do/{name}/" in html


def test_it_ends_when_stock_arrives(late, variant):
    arrive(variant, 9)
    assert settle_shortfalls() == 1
    assert (attention(late), open_alerts(), part_of(late).short) == ("", [], 0)


def test_it_can_be_placed_anyway(late, user):
    accept_shortfall(part_of(late), user)
    assert (attention(late), open_alerts(), part_of(late).short) == ("", [], 0)


def test_it_can_wait_and_leaves_the_order(late, user):
    wait_for_stock(part_of(late), user)
    assert part_of(late).partner_order is None
    assert attention(late) == "shortfall"


def test_it_can_go_elsewhere(late, user):
    other = make_partner("kettle-crane", rank=500)
    add_listing(Variant.objects.get(), other, stock=4)
    send_elsewhere(part_of(late), other, user)
    assert [part_of(late, number).partner for number in (1, 2)] == [part_of(late).partner, other]
    assert part_of(late).quantity == 1


def test_what_waits_for_approval_cannot_leave_for_another_partner(own_store, order, user):
    other = make_partner("kettle-crane", rank=500)
    add_listing(Variant.objects.get(), other, stock=4)
    Partner.objects.exclude(code="us").update(dispatch="weekly_append")
    close_and_submit(PartnerOrder.objects.get())
    assert PartnerOrder.objects.get().closed_at is None
    with pytest.raises(CannotSettle):
        send_elsewhere(part_of(order), other, user)
    assert PartnerOrderLine.objects.get().submission is not None
