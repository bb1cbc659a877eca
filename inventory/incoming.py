"""What is on its way to us: units of open purchase orders that have not been received."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.models import PurchaseOrderLine
from inventory.models.purchase_orders import OPEN_STATUSES


@dataclass(frozen=True)
class IncomingOrder:
    """The units one open purchase order still owes, and the day they are expected."""

    pk: int
    number: str
    supplier: str
    units: int
    expected_on: date | None


@dataclass(frozen=True)
class Incoming:
    """Units still to come, when the next of them are expected, and in which orders.

    Orders are in the order of their dates, those without one last.
    """

    units: int
    next_on: date | None
    orders: tuple[IncomingOrder, ...]


def incoming_of(variant_ids: Iterable[int]) -> dict[int, Incoming]:
    """By variant; one that nothing is on its way of is missing. One query.

    Drafts and canceled orders promise nothing, and more received than ordered is nothing to come.
    """
    owed: dict[int, dict[int, IncomingOrder]] = defaultdict(dict)
    for variant_id, line in _owed_lines(variant_ids):
        of_variant = owed[variant_id]
        before = of_variant.get(line.pk)
        of_variant[line.pk] = _together(before, line) if before else line
    return {variant_id: _total(orders.values()) for variant_id, orders in owed.items()}


def coming_units(variant: str) -> Subquery:
    """For lists: units on their way of the variant that the outer row's field `variant` names."""
    owed = PurchaseOrderLine.objects.filter(
        variant=OuterRef(variant),
        purchase_order__status__in=OPEN_STATUSES,
        ordered__gt=F("received"),
    )
    sums = owed.order_by().values("variant").annotate(units=Sum(F("ordered") - F("received")))
    return Subquery(sums.values("units")[:1])


def _owed_lines(variant_ids: Iterable[int]) -> Iterable[tuple[int, IncomingOrder]]:
    lines = PurchaseOrderLine.objects.filter(
        variant__in=list(variant_ids),
        purchase_order__status__in=OPEN_STATUSES,
        ordered__gt=F("received"),
    ).order_by("pk")
    rows = lines.values_list(
        "variant_id",
        "purchase_order_id",
        "purchase_order__number",
        "purchase_order__supplier",
        F("ordered") - F("received"),
        Coalesce("expected_on", "purchase_order__expected_on"),
    )
    for variant_id, *facts in rows:
        yield variant_id, IncomingOrder(*facts)


def _together(one: IncomingOrder, other: IncomingOrder) -> IncomingOrder:
    """Two lines of one order: its units, and the earlier day."""
    days = [day for day in (one.expected_on, other.expected_on) if day]
    units = one.units + other.units
    return IncomingOrder(one.pk, one.number, one.supplier, units, min(days, default=None))


def _total(orders: Iterable[IncomingOrder]) -> Incoming:
    found = sorted(orders, key=lambda one: (one.expected_on or date.max, one.pk))
    return Incoming(sum(one.units for one in found), found[0].expected_on, tuple(found))
