"""A partner that takes an order, but not as it was sent: compared at once, and a person told."""

from dataclasses import replace

import pytest

from integrations.models import Alert
from integrations.types import PlacedLine
from orders.models import PartnerOrder, Submission
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from tests.orders.builders import channel_line, channel_order, make_order, make_variant
from tests.orders.steps import place, send

pytestmark = pytest.mark.django_db

OTHERS = (PlacedLine("other", "OTHER", 2),)


@pytest.fixture
def line(own_store, partner, system) -> PlacedLine:
    """Two units of one variant, in the partner's open order."""
    variant = make_variant(partner=partner)
    capture_order(own_store, channel_order([channel_line(variant.sku, 2)]))
    listing = variant.listings.get(connection=partner.connection)
    return PlacedLine(listing.external_id, listing.sku, 2)


def answer_with(system, lines) -> None:
    """From now on the order is taken with these lines instead, and the answer says so."""
    real = system._take

    def take(order):
        changed = replace(real(order), lines=lines)
        system.orders[order.reference] = changed
        return changed

    system._take = take


def changes(sku: str) -> dict[str, tuple]:
    """What their system makes of it, and what we say then."""
    return {
        "fewer units": ((1,), f"{sku}: 2 sent, 1 there"),
        "more units": ((3,), f"{sku}: 2 sent, 3 there"),
        "another thing": (OTHERS, f"{sku}: 2 sent, 0 there"),
        "nothing at all": ((), f"{sku}: 2 sent, 0 there"),
    }


@pytest.mark.parametrize("change", [*changes("")])
def test_an_order_answered_with_other_lines_is_placed_once_and_said(line, system, change):
    wanted, said = changes(line.sku)[change]
    units = [replace(line, quantity=one) if isinstance(one, int) else one for one in wanted]
    answer_with(system, tuple(units))

    row = place()

    assert (row.status, len(system.pushed)) == ("submitted", 1)
    alert = Alert.objects.get(closed_at=None)
    assert (alert.title, alert.subject) == (f"Blue Door changed {row.reference}", row)
    assert said in alert.advice


def test_an_order_answered_as_it_was_sent_says_nothing(line, system):
    assert place().status == "submitted"
    assert not Alert.objects.exists()


@pytest.mark.parametrize("lines", [OTHERS, ()])
def test_an_addition_answered_with_other_lines_is_said(own_store, line, partner, system, lines):
    type(partner).objects.filter(pk=partner.pk).update(dispatch="weekly_append")
    row = PartnerOrder.objects.get()
    send(close_and_submit(row))
    make_order(own_store, row.lines.get().variant.sku)
    real = system.append_lines
    system.append_lines = lambda *given: replace(real(*given), lines=lines)

    later = PartnerOrder.objects.get(closed_at=None)
    send(close_and_submit(later))

    assert Submission.objects.latest("pk").status == "submitted"
    assert Alert.objects.get(closed_at=None).title == f"Blue Door changed {later.reference}"
