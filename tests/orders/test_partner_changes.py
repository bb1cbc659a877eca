"""A partner cancels, or changes the lines of an order it has."""

from dataclasses import replace

import pytest

from integrations.models import Alert
from integrations.types import PlacedLine
from inventory.models import Reservation
from orders.models import PartnerOrderLine, Submission
from orders.services.partner_news import take_cancellation
from tests.orders.steps import place

pytestmark = pytest.mark.django_db


def test_a_partner_that_cancels_gives_back_only_what_is_still_wanted(customer, system):
    row = place()
    customer.wants(1)

    take_cancellation(row.connection, row.external_id, "")

    live = PartnerOrderLine.objects.get(canceled_at=None)
    assert (live.partner, live.quantity) == (None, 1)
    assert customer.fresh.attention == "unrouted"
    assert Reservation.objects.get(released_at=None).quantity == 1


def test_order_lines_the_partner_changed_are_said_until_they_agree_again(customer, system, user):
    system.script = [None]
    real = system._take

    def merged(order):
        placed = real(order)
        system.change(order.reference, lines=(PlacedLine("other", "OTHER", 3),))
        return replace(placed, lines=(PlacedLine("other", "OTHER", 3),))

    system._take = merged
    row = place()
    alert = Alert.objects.get(closed_at=None)
    assert alert.title == f"Blue Door changed {row.reference}"

    from orders.services.partner_news import compare_lines

    assert compare_lines(row, system.orders[row.reference]) is False
    stranger = replace(system.orders[row.reference], reference="CD-0000000000", lines=())
    assert compare_lines(row, stranger) is False
    wanted = Submission.objects.get().content["lines"][0]
    system.change(row.reference, lines=(PlacedLine(wanted["external_id"], wanted["sku"], 3),))
    silent = replace(system.orders[row.reference], tells_lines=False)
    assert compare_lines(row, silent) is False
    assert compare_lines(row, system.orders[row.reference]) is True
    alert.refresh_from_db()
    assert alert.closed_at is not None
