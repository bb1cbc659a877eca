"""The progress bar of an order: captured, paid, placed, received or packed, shipped, delivered."""

from dataclasses import dataclass
from datetime import datetime

from config.adminkit.parts import when
from integrations.words import counted
from orders.admin.order_facts import OrderFacts
from orders.models import Order, PartnerOrder

Placed = PartnerOrder.Status
PACKED = (Placed.PACKED, Placed.SHIPPED, Placed.DELIVERED)


@dataclass(frozen=True)
class Step:
    """`tone`: done, now, bad, or empty for what is still to come."""

    name: str
    note: str = ""
    tone: str = ""


def steps(facts: OrderFacts) -> list[Step]:
    """In the order things happen; those that do not apply are left out."""
    order = facts.order
    found = [Step("Captured", when(order.created_at, exact=True), "done"), _paid(order)]
    elsewhere = [p for p in facts.parts if not (p.partner and p.partner.is_us)]
    if elsewhere:
        found.append(_placed(facts, len(elsewhere)))
    if order.canceled_at:
        return [*found, Step("Canceled", when(order.canceled_at, exact=True), "bad")]
    if elsewhere:
        found.append(_received(facts) if _goes_to_center(facts) else _packed(facts))
    shipped, delivered = facts.to_customer
    return [*found, _units("Shipped", facts, shipped), _units("Delivered", facts, delivered)]


def _paid(order: Order) -> Step:
    if order.paid_at is None:
        return Step("Paid", "not yet")
    return Step("Paid", when(order.paid_at, exact=True), "done")


def _placed(facts: OrderFacts, parts: int) -> Step:
    rows, there = facts.partner_orders, _placed_at(facts)
    if len(there) >= parts:
        return Step("Placed", when(max(there), exact=True), "done")
    note = f"{len(there)} of {parts} lines" if parts > 1 else "not yet"
    if facts.order.attention == Order.Attention.PLACEMENT_FAILED:
        return Step("Placed", note, "bad")
    return Step("Placed", note, "now" if there or any(row.closed_at for row in rows) else "")


def _placed_at(facts: OrderFacts) -> list[datetime]:
    """When a partner took each part; one that waits to be added to a placed order has no time."""
    done = [p.submission for p in facts.parts if p.is_sent and p.submission]
    taken = [one.settled_at for one in done if one.status == one.Status.SUBMITTED]
    return [at for at in taken if at]


def _goes_to_center(facts: OrderFacts) -> bool:
    bound = [row.ship_to for row in facts.partner_orders]
    bound += [part.partner.ship_to for part in facts.parts if part.partner and not bound]
    return "center" in bound


def _received(facts: OrderFacts) -> Step:
    sent, received = facts.to_center
    coming = [p for p in facts.parts if p.partner and not p.partner.is_us]
    wanted = sum(part.quantity for part in coming)
    got = sum(received[part.pk] for part in coming)
    tone = "done" if got >= wanted else "now" if got or sum(sent.values()) else ""
    return Step("Received", _count(got, wanted), tone)


def _packed(facts: OrderFacts) -> Step:
    parts = [part for part in facts.parts if part.partner and not part.partner.is_us]
    done = [p for p in parts if p.partner_order and p.partner_order.status in PACKED]
    tone = "done" if parts and len(done) == len(parts) else "now" if done else ""
    return Step("Packed", f"{len(done)} of {counted(len(parts), 'line')}" if done else "", tone)


def _units(name: str, facts: OrderFacts, counted: dict[int, int]) -> Step:
    wanted = sum(line.quantity for line in facts.lines if line.routable)
    got = sum(min(counted.get(line.pk, 0), line.quantity) for line in facts.lines)
    tone = "done" if wanted and got >= wanted else "now" if got else ""
    return Step(name, _count(got, wanted), tone)


def _count(got: int, wanted: int) -> str:
    return f"{got} of {counted(wanted, 'unit')}" if got else ""
