"""Hold and Cancel say of an order what applies to it: what waits, what goes on, what ends."""

import pytest

from orders.models import Order, PartnerOrder
from orders.services.approving import hold_order
from tests.catalog.people import log_in, texts
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of, place

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"
STAYS = "What was not sent yet is taken out of its partner orders and waits."
GOES_ON = "What a partner already has goes on."


@pytest.fixture
def order(own_store, partner) -> Order:
    make_variant(SKU, partner)
    make_variant("MUG-1")
    return make_order(own_store, SKU, "MUG-1")


def page(order: Order) -> str:
    client = log_in("Manager")
    return texts(client.get(page_of(order)))


def test_no_partner_has_anything(order):
    html = page(order)
    assert STAYS in html
    assert GOES_ON not in html
    assert "No partner was told of it: it ends, and its stock is free again." in html


def test_a_partner_has_some_of_it(order, system):
    place(PartnerOrder.objects.get())
    html = page(order)
    assert f"{STAYS} {GOES_ON}" in html
    assert "What no partner was told of ends, and its stock is free again." in html


def test_a_partner_has_all_of_it(own_store, order, system):
    whole = make_order(own_store, SKU)
    place(PartnerOrder.objects.get())
    html = page(whole)
    assert f"Nothing of it waits any more. {GOES_ON}" in html
    assert "its stock is free again" not in html
    assert "is not told yet: you decide next." in html


@pytest.mark.parametrize("sent", [False, True])
def test_the_banner_of_a_held_order(order, system, user, sent):
    if sent:
        place(PartnerOrder.objects.get())
    hold_order(order, user)
    banner = log_in("Viewer").get(page_of(order)).context["banners"][0]
    assert banner.text == (
        "What was not sent waits here; what a partner already has goes on."
        if sent
        else "What was not sent waits here."
    )
