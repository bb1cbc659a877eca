"""What we ship ourselves: the page says that it lies here, or that it does not, never both."""

import pytest

from integrations.errors import TooLittleStock
from integrations.models import Alert
from orders.models import Order, OrderEvent, PartnerOrder, PartnerOrderLine
from orders.services.center import at_center
from orders.services.covering import settle_shortfalls
from orders.services.deciding import drop
from orders.services.ready import ready_to_ship
from orders.services.shortfalls import wait_for_stock
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of, place, press

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


def state_of(order: Order) -> tuple[str, str]:
    (row,) = log_in("Viewer").get(page_of(order)).context["rows"]
    return row.state, row.note


def test_what_a_person_says_we_ship_is_not_called_missing_afterwards(
    own_store, partner, system, user
):
    make_variant(SKU, partner, stock=0)
    order = make_order(own_store, SKU)
    system.script = [TooLittleStock("They have none.")]
    drop(place(PartnerOrder.objects.get()).submissions.get(), user, "They have none.")
    client = log_in("Operator")

    press(client, order, "ship_ourselves")
    settle_shortfalls()

    page = client.get(page_of(order))
    assert Order.objects.get().attention == ""
    assert page.context["banners"] == []
    assert state_of(order) == ("In stock", "on our shelf")
    assert not Alert.objects.filter(closed_at=None, kind="stock").exists()
    assert list(ready_to_ship()) == [order]


@pytest.fixture
def short(own_store) -> Order:
    """Of something no partner lists and our shelf has none of."""
    make_variant("MUG-1")
    return make_order(own_store, "MUG-1")


def test_what_our_shelf_has_too_few_of_is_not_in_stock(short):
    assert state_of(short) == ("Shortfall", "0 of 1 on our shelf, by our numbers")
    banner = log_in("Operator").get(page_of(short)).context["banners"][0]
    assert banner.title == ("Our shelf is short: 1 of 1 Product MUG-1 is not there by our numbers.")
    assert banner.text.startswith("If it lies there, press It is there, and ship it;")


def test_nobody_is_asked_for_what_lies_on_our_own_shelf(short):
    client, part = log_in("Operator"), PartnerOrderLine.objects.get()
    html = texts(client.get(page_of(short)))
    assert "It is there" in html
    assert "Place it anyway" not in html
    assert "Their system may refuse" not in html

    answer = press(client, part, "place_anyway")

    assert said(answer) == ["1 x Product MUG-1 is there: ship it."]
    assert state_of(short) == ("In stock", "on our shelf")
    event = OrderEvent.objects.get(kind="shortfall_accepted")
    assert event.message.startswith("We ship it although 1 of 1 Product MUG-1 is not in stock")


def test_what_waits_for_stock_on_our_shelf_cannot_be_shipped_yet(short, user):
    assert list(ready_to_ship()) == [short]
    wait_for_stock(PartnerOrderLine.objects.get(), user)
    assert at_center(short) == {}
    assert list(ready_to_ship()) == []
