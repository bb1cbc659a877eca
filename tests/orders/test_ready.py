"""Ready to ship: of all orders those that the page of one would offer to ship."""

import pytest

from orders.services.approving import hold_order
from orders.services.center import ship_to_customer
from orders.services.ready import ready_to_ship
from tests.orders.builders import make_order, make_variant

pytestmark = pytest.mark.django_db


def numbers():
    return set(ready_to_ship().values_list("number", flat=True))


def test_something_of_our_own_shelf_is_ready_until_it_left(own_store, user):
    make_variant("MUG-1")
    order = make_order(own_store, "MUG-1")
    assert numbers() == {order.number}

    ship_to_customer(order, user, "UPS", "1Z1")

    assert numbers() == set()


def test_held_canceled_and_unpaid_orders_are_not(own_store, user):
    make_variant("MUG-1")
    held = make_order(own_store, "MUG-1")
    hold_order(held, user)
    make_order(own_store, "MUG-1", paid_at=None)

    assert numbers() == set()
