"""Surplus: units a partner was told of, or a customer got, that nobody wants any more."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine, ShipmentLine

Placed = PartnerOrder.Status
EARLY = (Placed.SUBMITTED, Placed.CONFIRMED)
AT_WORK = (Placed.PICKING, Placed.PACKED)


@dataclass(frozen=True)
class Over:
    """`units` of a part are too many; `stoppable` of them were not shipped yet."""

    part: PartnerOrderLine
    units: int
    stoppable: int


def wanted_units(line: OrderLine) -> int:
    """Units the customer wants now; none of an order that was canceled."""
    return 0 if line.order.canceled_at else line.quantity


def is_placed(part: PartnerOrderLine) -> bool:
    """Whether a partner has it for certain."""
    placed = part.partner_order
    return part.is_sent and placed is not None and placed.status != Placed.OPEN


def overs(lines: Iterable[OrderLine], parts: Iterable[PartnerOrderLine]) -> list[Over]:
    """What partners have of these lines beyond what is wanted and what a person keeps.

    Of several parts those are too many that can still be stopped, the newest first.
    """
    placed = [part for part in parts if is_placed(part)]
    wanted = {line.pk: wanted_units(line) for line in lines if line.routable}
    shipped = _shipped(placed) if placed else Counter()
    found = []
    for pk, units in wanted.items():
        mine = [part for part in placed if part.order_line_id == pk]
        extra = sum(part.quantity - part.kept for part in mine) - units
        for part in sorted(mine, key=lambda one: _stops_first(one, shipped[one.pk])):
            take = min(extra, part.quantity - part.kept)
            if take > 0:
                extra -= take
                left = max(0, part.quantity - part.kept - shipped[part.pk])
                found.append(Over(part, take, min(take, left)))
    return found


def _stops_first(part: PartnerOrderLine, shipped: int) -> tuple[int, int]:
    assert part.partner_order is not None
    status = part.partner_order.status
    late = 0 if status in EARLY else 1 if status in AT_WORK else 2
    return (late if part.quantity > shipped else 3), -part.pk


def _shipped(parts: list[PartnerOrderLine]) -> Counter[int]:
    units: Counter[int] = Counter()
    rows = ShipmentLine.objects.filter(partner_order_line__in=parts)
    for pk, quantity in rows.exclude(shipment__status="voided").values_list(
        "partner_order_line_id", "quantity"
    ):
        units[pk] += quantity
    return units


def gone_too_many(lines: Iterable[OrderLine], shipped: Counter[int]) -> dict[OrderLine, int]:
    """Units on their way to the customer, or there, that are not wanted and not noted yet."""
    extra = {line: shipped[line.pk] - wanted_units(line) - line.noted for line in lines}
    return {line: units for line, units in extra.items() if units > 0}


def lines_of(order: Order) -> list[OrderLine]:
    """Its lines, each with the order at hand."""
    lines = list(order.lines.order_by("pk"))
    for line in lines:
        line.order = order
    return lines
