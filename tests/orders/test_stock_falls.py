"""Stock that falls after the sale: who came last is asked about it once, until it is back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Variant
from integrations.models import Connection
from inventory.models import Location, StockLevel
from orders.models import Order, OrderEvent, PartnerOrder, PartnerOrderLine
from orders.services.center import ship_to_customer
from orders.services.covering import settle_shortfalls
from orders.services.due import sweep
from orders.services.shortfalls import accept_shortfall, wait_for_stock
from tests.catalog.people import log_in, texts
from tests.orders.builders import NOW, make_order, make_variant
from tests.orders.pressing import page_of
from tests.orders.steps import place
from tests.orders.test_shortfalls import SKU, arrive, attention, open_alerts, part_of
from tests.orders.test_shortfalls_later import buy

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(partner) -> Variant:
    return make_variant(SKU, partner, stock=20)


@pytest.fixture
def order(own_store, variant) -> Order:
    """Five sold, of twenty."""
    order = buy(own_store, 5)
    assert settle_shortfalls() == 0
    assert (attention(order), open_alerts()) == ("", [])
    return order


def shorts() -> list[int]:
    return list(PartnerOrderLine.objects.order_by("pk").values_list("short", flat=True))


def test_stock_that_fell_after_the_sale_is_said_once_and_ends_by_itself(order, variant):
    arrive(variant, 2)
    for _ in range(3):
        sweep(NOW)
    assert (attention(order), shorts()) == ("shortfall", [3])
    assert open_alerts() == [f"{order.number}: 3 of 5 Product {SKU} are not in stock"]
    event = OrderEvent.objects.get(order=order, kind="short")
    assert event.message == f"Blue Door has too few by now: 3 of 5 Product {SKU} are not there."
    html = texts(log_in("Operator").get(page_of(order)))
    assert f"Blue Door is short: 3 of 5 Product {SKU} are not there." in html
    assert f"/{part_of(order).pk}/do/place_anyway/" in html
    arrive(variant, 5)
    assert settle_shortfalls() == 1
    assert (attention(order), open_alerts(), shorts()) == ("", [], [0])


def test_it_lacks_to_the_latest_orders_and_stays_with_them(own_store, order, variant):
    second, third = buy(own_store, 2), buy(own_store, 1)
    arrive(variant, 6)
    for _ in range(2):
        settle_shortfalls()
    assert shorts() == [0, 1, 1]
    assert [attention(one) for one in (order, second, third)] == ["", "shortfall", "shortfall"]
    arrive(variant, 3)
    settle_shortfalls()
    assert shorts() == [2, 2, 1]
    arrive(variant, 7)
    settle_shortfalls()
    assert shorts() == [0, 0, 1]


def test_what_a_person_accepted_is_not_asked_about_again(own_store, order, variant, user):
    arrive(variant, 4)
    settle_shortfalls()
    accept_shortfall(part_of(order), user)
    for units in (4, 2, 0):
        arrive(variant, units)
        settle_shortfalls()
    assert (shorts(), open_alerts(), attention(order)) == ([0], [], "")


def test_what_was_accepted_makes_no_other_order_short(own_store, order, variant, user):
    second = buy(own_store, 3)
    arrive(variant, 7)
    settle_shortfalls()
    accept_shortfall(part_of(second), user)
    settle_shortfalls()
    assert (shorts(), open_alerts()) == ([0, 0], [])


def test_what_the_partner_has_is_not_asked_about(order, variant, system):
    place()
    arrive(variant, 0)
    settle_shortfalls()
    assert (shorts(), open_alerts()) == ([0], [])


def test_a_line_that_waits_is_asked_about_more_and_goes_on_when_all_is_there(order, variant, user):
    arrive(variant, 4)
    settle_shortfalls()
    wait_for_stock(part_of(order), user)
    arrive(variant, 2)
    settle_shortfalls()
    assert (shorts(), attention(order)) == ([3], "shortfall")
    arrive(variant, 5)
    settle_shortfalls()
    assert (shorts(), attention(order)) == ([0], "")
    assert part_of(order).partner_order == PartnerOrder.objects.get(closed_at=None)


def test_a_number_that_is_too_old_makes_nothing_short(order, variant, partner):
    Connection.objects.filter(pk=partner.connection_id).update(stale_policy="zero", stale_after_h=1)
    StockLevel.objects.update(as_of=timezone.now() - timedelta(days=3))
    Location.objects.update(as_of=timezone.now() - timedelta(days=3))
    settle_shortfalls()
    assert (shorts(), open_alerts()) == ([0], [])


def test_what_left_our_shelf_is_never_short(own_store, user):
    shelf = make_variant("MUG-1")
    order = make_order(own_store, shelf.sku)
    StockLevel.objects.filter(variant=shelf).update(available=5)
    settle_shortfalls()
    ship_to_customer(order, user, "UPS", "1Z")
    StockLevel.objects.filter(variant=shelf).update(available=0)
    settle_shortfalls()
    assert open_alerts() == []


def test_lines_that_are_not_short_cost_the_same_few_queries_however_many(
    own_store, order, variant, django_assert_max_num_queries
):
    for _ in range(5):
        buy(own_store, 1)
    with django_assert_max_num_queries(12):
        settle_shortfalls()
