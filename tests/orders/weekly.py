"""A week of the partner that takes one order a week: its moments, and steps through it."""

from datetime import UTC, datetime, timedelta

from orders.models import Order, PartnerOrder, Submission
from orders.services.batches import submit_due_batches
from orders.services.capture import capture_order
from tests.orders.builders import channel_line, channel_order
from tests.orders.steps import send

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
RUN = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)
CUTOFF = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def buy(own_store, variant, units=1, now=MONDAY) -> Order:
    order, _ = capture_order(own_store, channel_order([channel_line(variant.sku, units)]), now)
    return order


def run(now) -> list[Submission]:
    """What a due run writes is sent at once, as workers do."""
    return [send(one) for one in submit_due_batches(now).submissions]


def theirs(system) -> list[dict[str, int]]:
    return [{line.sku: line.quantity for line in one.lines} for one in system.orders.values()]


def placed_week(own_store, variant) -> PartnerOrder:
    buy(own_store, variant)
    run(RUN)
    return PartnerOrder.objects.get()
