"""A week's order the partner began, closed, edited or canceled: late lines go elsewhere."""

import pytest
from django.utils import timezone

from catalog.models import Partner
from integrations.errors import Rejected
from integrations.models import Alert
from integrations.types import PlacedLine
from orders.models import PartnerOrder, PartnerOrderLine
from tests.orders.weekly import DAY, RUN, buy, placed_week, run, theirs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("week")]


@pytest.mark.parametrize("change", [{"is_open": False}, {"status": "fulfilled", "is_open": False}])
def test_a_partner_that_began_work_gets_the_late_lines_in_the_next_order(
    own_store, ethiopia, system, change
):
    row = placed_week(own_store, ethiopia)
    late = buy(own_store, ethiopia, 2, RUN)
    system.change(row.reference, **change)
    (gone_on,) = run(RUN + DAY)

    first, second = PartnerOrder.objects.order_by("pk")
    assert (gone_on.status, system.appended) == ("dropped", [])
    assert first.closed_at is not None
    assert second.closed_at is None
    assert second.lines.get().order_line.order == late
    assert theirs(system) == [{"ETH": 1}]
    assert not Alert.objects.filter(closed_at=None).exists()


def test_the_next_order_of_the_same_week_is_its_second(own_store, partner, ethiopia, system):
    now = timezone.now()
    weekday = (now + 3 * DAY).weekday()
    Partner.objects.filter(pk=partner.pk).update(cutoff_weekday=weekday)
    buy(own_store, ethiopia, 1, now)
    row = PartnerOrder.objects.get()
    run(row.due_at)
    buy(own_store, ethiopia, 2, now)
    system.change(row.reference, is_open=False)
    run(row.due_at + DAY)

    first, second = PartnerOrder.objects.order_by("pk")
    assert (second.period, first.seq, second.seq) == (first.period, 1, 2)


def test_an_order_edited_by_hand_is_left_alone_and_a_person_is_told(own_store, ethiopia, system):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    eth = system.orders[row.reference].lines[0].external_id
    system.change(row.reference, lines=(PlacedLine(eth, "ETH", 4),))
    run(RUN + DAY)

    assert Alert.objects.get().title == f"Blue Door changed {row}"
    assert "1 sent, 4 there" in Alert.objects.get().advice
    assert PartnerOrder.objects.count() == 2
    assert theirs(system) == [{"ETH": 4}]


def test_a_refused_edit_opens_the_next_order(own_store, ethiopia, system):
    row = placed_week(own_store, ethiopia)
    buy(own_store, ethiopia, 2, RUN)
    system.script = [None, Rejected("The order is archived.")]
    run(RUN + DAY)

    assert PartnerOrder.objects.count() == 2
    assert row.events.filter(kind="not_added").get().message == (
        "Blue Door takes no more lines into it: The order is archived."
    )


def test_an_order_canceled_there_meanwhile_leaves_its_lines_to_a_person(
    own_store, ethiopia, system
):
    row = placed_week(own_store, ethiopia)
    late = buy(own_store, ethiopia, 2, RUN)
    system.change(row.reference, status="canceled")
    run(RUN + DAY)

    row.refresh_from_db()
    assert (row.status, row.closed_at is not None) == ("canceled", True)
    assert Alert.objects.filter(title=f"Blue Door canceled {row}", closed_at=None).exists()
    parts = PartnerOrderLine.objects.filter(canceled_at=None)
    assert [part.partner_id for part in parts if part.order_line.order != late] == [None]
    # What the partner was never told goes with the next order.
    next_one = PartnerOrder.objects.exclude(pk=row.pk).get()
    assert next_one.lines.get().order_line.order == late
