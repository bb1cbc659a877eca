"""An ordinary working day: purchase orders change, in the same way whenever it is repeated."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from .changing import cancel, create, expect, receive, set_status, track
from .models import OPEN, Erp, PurchaseOrder, Status

if TYPE_CHECKING:
    from integrations.sandbox.world import World

Step = Callable[["World", Erp, PurchaseOrder, random.Random], str]


def work(world: "World", erp: Erp, steps: int) -> list[str]:
    """So many changes; what happened, in words."""
    return [_one(world, erp) for _ in range(steps)]


def _one(world: "World", erp: Erp) -> str:
    luck = random.Random(erp.worked)  # noqa: S311 - the same day every time
    step = STEPS[erp.worked % len(STEPS)]
    erp.worked += 1
    open_orders = [one for one in erp.orders.values() if one.status in OPEN]
    if not open_orders:
        return _order_more(world, erp, None, luck)
    return step(world, erp, luck.choice(open_orders), luck)


def _arrives(world: "World", erp: Erp, order: PurchaseOrder, luck: random.Random) -> str:
    units = receive(world, erp, order)
    return f"{order.id}: the last {units} units arrived"


def _half_arrives(world: "World", erp: Erp, order: PurchaseOrder, luck: random.Random) -> str:
    missing = {line.id: (line.ordered - line.received + 1) // 2 for line in order.lines}
    units = receive(world, erp, order, {key: max(0, count) for key, count in missing.items()})
    return f"{order.id}: {units} units arrived"


def _is_late(world: "World", erp: Erp, order: PurchaseOrder, luck: random.Random) -> str:
    days = luck.randrange(4, 18)
    expect(world, erp, order, (order.expected_at or world.now()) + timedelta(days=days))
    return f"{order.id}: {days} days later"


def _is_sent(world: "World", erp: Erp, order: PurchaseOrder, luck: random.Random) -> str:
    number = f"1Z{luck.randrange(10**15, 10**16)}"
    track(world, erp, order, "UPS", number)
    return f"{order.id}: sent as {number}"


def _is_canceled(world: "World", erp: Erp, order: PurchaseOrder, luck: random.Random) -> str:
    cancel(world, erp, order)
    return f"{order.id}: canceled"


def _is_confirmed(world: "World", erp: Erp, order: PurchaseOrder, luck: random.Random) -> str:
    other = Status.PENDING if order.status == Status.ORDERED else Status.ORDERED
    set_status(world, erp, order, other)
    return f"{order.id}: now {other.name.lower()}"


def _order_more(world: "World", erp: Erp, order: PurchaseOrder | None, luck: random.Random) -> str:
    goods = list(erp.goods.values())
    if not goods:
        return "nothing to order"
    chosen = luck.sample(goods, min(2, len(goods)))
    lines = [(one.sku, luck.choice([12, 24, 48]), one.cost or Decimal(5)) for one in chosen]
    made = create(world, erp, order.vendor if order else "Harbor Supply", lines)
    return f"{made.id}: new"


STEPS: tuple[Step, ...] = (
    _half_arrives,
    _is_late,
    _order_more,
    _arrives,
    _is_sent,
    _is_confirmed,
    _is_canceled,
)
