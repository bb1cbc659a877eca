"""A new address of an order that was told to a partner."""

import pytest

from orders.models import PartnerOrder
from orders.services import address_news
from orders.services.closing import approve, close_and_submit
from tests.orders.builders import make_partner
from tests.orders.editing import Customer
from tests.orders.news import moved
from tests.orders.steps import place, send

pytestmark = pytest.mark.django_db


def test_a_new_address_of_what_waits_for_approval_must_be_approved_again(own_store, system, user):
    straight = make_partner("straight", dispatch="immediate", ship_to="customer", approval="always")
    customer = Customer(own_store, straight, 1)
    row = close_and_submit(PartnerOrder.objects.get(), user)
    before = row.digest

    customer.wants(contact=moved("9 New Road"))

    row.refresh_from_db()
    assert (row.approved_at, row.digest == before) == (None, False)
    approve(row, user)
    assert send(row).status == "submitted"
    assert system.pushed[0].ship_to.street1 == "9 New Road"
    assert customer.fresh.attention == ""


def test_a_new_address_after_sending_needs_a_person_and_center_bound_does_not(
    own_store, customer, system, user
):
    straight = make_partner("straight", dispatch="immediate", ship_to="customer")
    other = Customer(own_store, straight, 1)
    place(partner=straight)
    place()

    assert customer.wants(contact=moved("9 New Road")).attention == ""
    assert other.wants(contact=moved("9 New Road")).attention == "changed_after_send"
    assert address_news.agree_address(other.fresh, user) == 1
    assert other.fresh.attention == ""
    assert other.wants(contact=moved("10 Newer Road")).attention == "changed_after_send"
    assert other.wants(contact=moved("4 Market St")).attention == ""
