"""`refresh_status`: the one writer of Order.status and Order.attention, from facts alone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from integrations.models.base import locked
from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine, ShipmentLine, Submission
from orders.services.addresses import rows_with_old_address
from orders.services.customer_mails import tell_customer
from orders.services.surplus import gone_too_many, is_placed, lines_of, overs

Status, Attention = Order.Status, Order.Attention
Placed = PartnerOrder.Status

LADDER: list[str] = [
    Status.CAPTURED,
    Status.PAID,
    Status.EXPORTED,
    Status.RECEIVED,
    Status.PICKING,
    Status.PACKED,
]
# How far a customer's line is when its partner order stands there; everything else is exported.
CENTER_STAGE = {Placed.DELIVERED.value: Status.RECEIVED.value}
CUSTOMER_STAGE = {
    Placed.PICKING.value: Status.PICKING.value,
    Placed.PACKED.value: Status.PACKED.value,
    Placed.SHIPPED.value: Status.PACKED.value,
    Placed.DELIVERED.value: Status.PACKED.value,
}


@dataclass(frozen=True)
class Facts:
    """An order as it stands in the database, with its lines and their live parts."""

    order: Order
    lines: list[OrderLine]
    parts: list[PartnerOrderLine]


def refresh_status(order: Order) -> bool:
    """Recompute status and attention of one order; True if either changed.

    The order is locked first: of two workers that changed its facts at once, the second one to get
    here sees both changes.
    """
    with transaction.atomic():
        locked(Order.objects.all()).get(pk=order.pk)
        facts = _facts(order)
        order.status, order.attention = _status(facts), _attention(facts)
        same = {"status": order.status, "attention": order.attention}
        changed = bool(Order.objects.filter(pk=order.pk).exclude(**same).update(**same))
        if changed and order.status == Status.DELIVERED:
            tell_customer(facts.order, "order.delivered")
        return changed


def refresh_all(orders: Iterable[Order]) -> None:
    """Recompute several orders."""
    for order in orders:
        refresh_status(order)


def units_to_customer(order: Order) -> tuple[Counter[int], Counter[int]]:
    """Units (shipped, delivered) to the customer by order line pk; voided parcels do not count."""
    shipped: Counter[int] = Counter()
    delivered: Counter[int] = Counter()
    rows = ShipmentLine.objects.filter(shipment__order=order, shipment__bound_for="customer")
    for row in rows.exclude(shipment__status="voided").select_related("shipment"):
        shipped[row.order_line_id] += row.quantity
        if row.shipment.status == "delivered":
            delivered[row.order_line_id] += row.quantity
    return shipped, delivered


def _facts(order: Order) -> Facts:
    parts = PartnerOrderLine.objects.filter(order_line__order=order, canceled_at=None)
    fresh = Order.objects.get(pk=order.pk)
    return Facts(
        order=fresh,
        lines=lines_of(fresh),
        parts=list(parts.select_related("partner", "partner_order", "submission")),
    )


def _status(facts: Facts) -> str:
    if facts.order.canceled_at:
        return Status.CANCELED
    wanted = {line.pk: line.quantity for line in facts.lines if line.routable and line.quantity}
    shipped, delivered = units_to_customer(facts.order)
    if wanted and all(delivered[pk] >= units for pk, units in wanted.items()):
        return Status.DELIVERED
    if wanted and all(shipped[pk] >= units for pk, units in wanted.items()):
        return Status.SHIPPED
    if any(shipped.values()):
        return Status.PARTIALLY_SHIPPED
    return _lowest_stage(facts)


def _lowest_stage(facts: Facts) -> str:
    base = Status.PAID if facts.order.paid_at else Status.CAPTURED
    elsewhere = [part for part in facts.parts if not (part.partner and part.partner.is_us)]
    stages = [_stage(part, base) for part in elsewhere] or [str(base)]
    return min(stages, key=LADDER.index)


def _stage(part: PartnerOrderLine, base: str) -> str:
    placed = part.partner_order
    if placed is None or not is_placed(part) or placed.status == Placed.CANCELED:
        return base
    stages = CENTER_STAGE if placed.ship_to == "center" else CUSTOMER_STAGE
    return stages.get(placed.status, Status.EXPORTED)


def _attention(facts: Facts) -> str:
    if facts.order.canceled_at:
        return Attention.CANCELED_AFTER_SEND if _is_undecided(facts) else Attention.NONE
    if facts.order.payment_problem:
        return Attention.PAYMENT_MISMATCH
    if _is_undecided(facts) or rows_with_old_address(facts.order, facts.parts):
        return Attention.CHANGED_AFTER_SEND
    if _has_failed_submission(facts):
        return Attention.PLACEMENT_FAILED
    if _has_unrouted(facts):
        return Attention.UNROUTED
    if facts.order.held_at:
        return Attention.ON_HOLD
    return Attention.SHORTFALL if _is_short(facts) else Attention.NONE


def _is_undecided(facts: Facts) -> bool:
    """Whether a partner has, or the customer got, more than is wanted and nobody decided yet."""
    if overs(facts.lines, facts.parts):
        return True
    shipped, _ = units_to_customer(facts.order)
    return bool(gone_too_many(facts.lines, shipped))


def _is_short(facts: Facts) -> bool:
    """Units that are not there and that no partner was told of; what left anyway was there."""
    short = {part.order_line_id for part in facts.parts if part.short and not part.is_sent}
    if not short:
        return False
    shipped, _ = units_to_customer(facts.order)
    return any(line.pk in short and shipped[line.pk] < line.quantity for line in facts.lines)


def _has_unrouted(facts: Facts) -> bool:
    """Lines without a partner; what reached the customer anyway needs none any more."""
    shipped, _ = units_to_customer(facts.order)
    wanted = {line.pk: line.quantity for line in facts.lines}
    unrouted = {part.order_line_id for part in facts.parts if part.partner_id is None}
    return any(shipped[pk] < wanted[pk] for pk in unrouted)


def _has_failed_submission(facts: Facts) -> bool:
    """Lines a partner did not take; what else was said about their order is not theirs."""
    failed = Submission.Status.FAILED
    return any(part.submission and part.submission.status == failed for part in facts.parts)
