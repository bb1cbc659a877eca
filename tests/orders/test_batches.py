"""When partner orders close by themselves: at their time, above the minimum, or at once."""

from datetime import timedelta

import pytest

from orders.models import PartnerOrder
from orders.services.batches import submit_due_batches
from tests.orders.builders import make_order, make_partner, make_variant
from tests.orders.steps import run

pytestmark = pytest.mark.django_db


def test_a_daily_order_closes_at_its_time_and_the_next_one_opens(own_store, partner):
    variant = make_variant(partner=partner)
    make_order(own_store, variant.sku)
    due = PartnerOrder.objects.get().closes_at

    assert submit_due_batches(due - timedelta(minutes=1)).submissions == []
    assert len(submit_due_batches(due).submissions) == 1
    make_order(own_store, variant.sku)

    assert PartnerOrder.objects.filter(closed_at=None).count() == 1
    assert PartnerOrder.objects.count() == 2


def test_below_the_minimum_it_waits_for_the_next_run(own_store, partner):
    partner.minimum_total = 100
    partner.save()
    make_order(own_store, make_variant(partner=partner).sku)
    placed = PartnerOrder.objects.get()

    done = submit_due_batches(placed.closes_at)

    assert done.waiting == {placed.reference: "Blue Door has a minimum of 100.00 USD."}
    placed.refresh_from_db()
    assert placed.closed_at is None


def test_an_immediate_partner_gets_one_order_per_customer_order(own_store, system, slept):
    direct = make_partner("kettle-crane", dispatch="immediate", ship_to="customer")
    system.account = direct.connection.account
    variant = make_variant("PARTNER-kettlecrane-TEA1", direct)
    make_order(own_store, variant.sku)
    make_order(own_store, variant.sku)

    from orders.tasks import close_order

    for row in PartnerOrder.objects.all():
        close_order(row.pk)
        run(row.submissions.get(), slept)

    assert len(system.pushed) == 2
    assert system.pushed[0].ship_to.street1 == "4 Market St"
    assert PartnerOrder.objects.filter(status="submitted").count() == 2
