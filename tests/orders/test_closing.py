"""Closing a partner order: what is in it, what refuses it, and who approves it."""

import pytest

from inventory.models import Location
from orders.models import PartnerOrder, PartnerOrderLine, Submission
from orders.services.capture import capture_order
from orders.services.closing import CannotSubmit, approve, close_and_submit
from orders.services.content import build_content, digest_of, ship_to_address
from tests.orders.builders import channel_line, channel_order, make_order, make_variant
from tests.orders.steps import run

pytestmark = pytest.mark.django_db


def test_a_changed_ship_to_is_not_sent_as_approved(pending, system, slept):
    Location.objects.filter(connection=None).update(
        address={"street1": "9 Other St", "city": "Oakland", "country": "US"}
    )

    row = run(pending, slept)

    assert (row.status, system.pushed) == ("failed", [])


def test_approval_is_needed_unless_the_terms_say_otherwise(own_store, system, slept, partner, user):
    partner.approval = "always"
    partner.save()
    make_order(own_store, make_variant(partner=partner).sku)
    row = close_and_submit(PartnerOrder.objects.get())

    assert run(row, slept).status == "pending"
    assert system.pushed == []
    assert approve(row, user) is True
    assert run(row, slept).status == "submitted"


def test_over_the_limit_needs_a_person_and_under_it_does_not(own_store, system, slept, partner):
    partner.approval, partner.approval_limit = "over_limit", 20
    partner.save()
    variant = make_variant(partner=partner)
    make_order(own_store, variant.sku)
    first = close_and_submit(PartnerOrder.objects.get())
    capture_order(own_store, channel_order([channel_line(variant.sku, 2)]))
    second = close_and_submit(PartnerOrder.objects.get(closed_at=None))

    assert run(first, slept).status == "submitted"
    assert run(second, slept).status == "pending"


def test_closing_is_refused_with_reasons_and_changes_nothing(own_store, partner):
    partner.terms_confirmed_at = None
    partner.save()
    Location.objects.filter(connection=None).update(address=None)
    make_order(own_store, make_variant(partner=partner).sku)

    with pytest.raises(CannotSubmit, match=r"Confirm the terms of Blue Door first\. Fill in the"):
        close_and_submit(PartnerOrder.objects.get())

    assert PartnerOrder.objects.get().closed_at is None
    assert not Submission.objects.exists()


def test_what_changed_since_the_preview_is_not_sent(own_store, partner, user):
    variant = make_variant(partner=partner)
    make_order(own_store, variant.sku)
    placed = PartnerOrder.objects.get()
    seen = digest_of(build_content(placed).as_json(), ship_to_address(placed))
    make_order(own_store, variant.sku)

    with pytest.raises(CannotSubmit, match="It changed since you looked at it"):
        close_and_submit(placed, user, seen)

    assert PartnerOrder.objects.get().closed_at is None


def test_lines_of_many_customers_are_one_line_at_the_partner(own_store, partner, system, slept):
    variant = make_variant(partner=partner)
    for _ in range(3):
        make_order(own_store, variant.sku)
    run(close_and_submit(PartnerOrder.objects.get()), slept)

    assert [(line.sku, line.quantity) for line in system.pushed[0].lines] == [("ETH250", 3)]
    assert PartnerOrderLine.objects.count() == 3


def test_a_price_that_rose_counts_against_the_limit(own_store, partner, system, slept):
    partner.approval, partner.approval_limit = "over_limit", 20
    partner.save()
    variant = make_variant(partner=partner, cost="12.00")
    make_order(own_store, variant.sku)
    variant.listings.update(cost="21.00")

    row = close_and_submit(PartnerOrder.objects.get())

    assert row.content["total"] == "21.00"
    assert PartnerOrder.objects.get().cost_total == 21
    assert run(row, slept).status == "pending"


def test_a_line_without_any_price_is_not_placed_for_nothing(own_store, partner, system):
    variant = make_variant(partner=partner)
    partner.connection.listings.update(cost=None)
    make_order(own_store, variant.sku)

    with pytest.raises(CannotSubmit, match=f"{variant.sku}: the partner gave no price"):
        close_and_submit(PartnerOrder.objects.get())
    assert system.pushed == []
