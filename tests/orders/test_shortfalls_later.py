"""Shortfalls that come, change or end after the sale: no line waits for ever, none is missed."""

import pytest

from catalog.models import Variant
from orders.models import Order, PartnerOrder, PartnerOrderLine
from orders.services.capture import capture_order
from orders.services.shortfalls import accept_shortfall, settle_shortfalls, wait_for_stock
from tests.orders.builders import channel_line, channel_order, make_variant
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


def test_a_line_that_waits_for_stock_though_nothing_lacks_is_let_go(order, user):
    wait_for_stock(part_of(order), user)
    PartnerOrderLine.objects.update(short=0)
    settle_shortfalls()
    part = part_of(order)
    assert (part.held_at, part.hold_reason) == (None, "")
    assert part.partner_order == PartnerOrder.objects.get(closed_at=None)
