"""One of a thing is said in the singular."""

import pytest

from integrations.words import counted, is_or_are
from orders.admin.order_steps import _count
from orders.models import OrderEvent, PartnerOrder
from orders.services.approving import reroute, ship_ourselves
from orders.services.growing import hand_on
from orders.services.shortfalls import accept_shortfall
from tests.orders.builders import make_order, make_variant
from tests.orders.test_shortfalls import SKU, open_alerts, part_of
from tests.orders.test_shortfalls_later import buy

pytestmark = pytest.mark.django_db


def said(kind: str) -> str:
    return OrderEvent.objects.get(kind=kind).message


def test_a_number_takes_the_word_that_goes_with_it():
    assert [counted(n, "line") for n in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]
    assert [counted(n, "goes", "go") for n in (1, 2)] == ["1 goes", "2 go"]
    assert [is_or_are(n) for n in (0, 1, 2)] == ["are", "is", "are"]
    assert [_count(*got) for got in ((0, 1), (1, 1), (1, 2))] == ["", "1 of 1 unit", "1 of 2 units"]


def test_one_line_goes_with_the_next_order(own_store, partner):
    make_variant(SKU, partner)
    make_order(own_store, SKU)
    hand_on(PartnerOrder.objects.get(), "They began.")
    assert said("handed_on") == "They began. 1 line goes with the next order."


def test_one_unit_is_not_there(own_store, partner, user):
    make_variant(SKU, partner, stock=2)
    order = buy(own_store, 3)
    assert open_alerts() == [f"{order.number}: 1 of 3 Product {SKU} is not in stock"]
    accept_shortfall(part_of(order), user)
    assert said("shortfall_accepted") == (
        f"Goes to Blue Door although 1 of 3 Product {SKU} is not in stock there."
    )


def test_one_line_found_a_partner(own_store, partner, user):
    order = make_order(own_store, "PARTNER-bluedoor-NEW")
    make_variant("PARTNER-bluedoor-NEW", partner)
    assert len(reroute(order, user)) == 1
    assert said("routed") == "1 line found a partner: Blue Door."


def test_we_ship_one_line(own_store, user):
    order = make_order(own_store, "PARTNER-bluedoor-NEW")
    assert ship_ourselves(order, user) == 1
    assert said("routed") == "We ship 1 line ourselves."
