"""Lines of an order as a table: who fulfills each, and how far it is."""

from dataclasses import dataclass
from decimal import Decimal

from catalog.admin.links import page_of
from orders.admin.order_facts import OrderFacts
from orders.admin.states import part_waits_for, silence_of, status_word
from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine

NO_PARTNER = str(Order.Attention.UNROUTED.label)


@dataclass(frozen=True)
class LineRow:
    """A part of a line, or a line nobody has to fulfill."""

    line: OrderLine
    quantity: int
    state: str
    note: str = ""
    partner: str = ""
    reference: str = ""
    reference_url: str = ""

    @property
    def sku(self) -> str:
        """Ours where we know the variant, else what the store said."""
        return self.line.variant.sku if self.line.variant else self.line.sku

    @property
    def sum(self) -> Decimal:
        """Before discounts."""
        return Decimal(self.line.price * self.quantity)


def line_rows(facts: OrderFacts) -> list[LineRow]:
    """One row per live part, so a split line shows each partner."""
    rows = []
    for line in facts.lines:
        parts: list[PartnerOrderLine] = line.live  # type: ignore[attr-defined]
        rows += [_part_row(part, facts) for part in parts] or [_bare_row(line, facts)]
    return rows


def _bare_row(line: OrderLine, facts: OrderFacts) -> LineRow:
    if facts.order.canceled_at or line.quantity == 0:
        note = f"{line.canceled_quantity} taken out" if line.canceled_quantity else ""
        return LineRow(line, line.quantity, "Canceled", note)
    if not line.routable:
        return LineRow(line, line.quantity, "No shipping", "nothing to send")
    return LineRow(line, line.quantity, NO_PARTNER)


def _part_row(part: PartnerOrderLine, facts: OrderFacts) -> LineRow:
    state, note = part_state(part, facts)
    return LineRow(
        part.order_line,
        part.quantity,
        state,
        note,
        str(part.partner or ""),
        str(part.partner_order or ""),
        page_of(part.partner_order),
    )


def part_state(part: PartnerOrderLine, facts: OrderFacts) -> tuple[str, str]:
    """(badge, note): the customer's parcel first, then our center, then the partner."""
    shipped, delivered = facts.to_customer
    line = part.order_line
    if line.quantity and delivered[line.pk] >= line.quantity:
        return "Delivered", ""
    if shipped[line.pk] and (facts.order.canceled_at or not line.quantity):
        word = "Delivered" if delivered[line.pk] >= shipped[line.pk] else "Shipped"
        why = "order canceled" if facts.order.canceled_at else "taken out of the order"
        return word, f"{shipped[line.pk]} shipped, {why}"
    if shipped[line.pk]:
        word = "Shipped" if shipped[line.pk] >= line.quantity else "Partially shipped"
        return word, f"{shipped[line.pk]} of {line.quantity} to the customer"
    return _at_partner(part, facts)


def _at_partner(part: PartnerOrderLine, facts: OrderFacts) -> tuple[str, str]:
    placed = part.partner_order
    if part.partner is None:
        return NO_PARTNER, part.route_reason
    if part.held_at:
        return "On hold", part.hold_reason
    if part.partner.is_us:
        return _on_our_shelf(part)
    if placed is None or part.submission_id is None:
        state, note = part_waits_for(part)
        return (state, f"{note}, {part.short} short".strip(", ")) if part.short else (state, note)
    return _after_placing(part, placed, facts)


def _on_our_shelf(part: PartnerOrderLine) -> tuple[str, str]:
    if not part.short:
        return "In stock", "on our shelf"
    there = part.quantity - part.short
    return "Shortfall", f"{there} of {part.quantity} on our shelf, by our numbers"


def _after_placing(
    part: PartnerOrderLine, placed: PartnerOrder, facts: OrderFacts
) -> tuple[str, str]:
    sent, received = facts.to_center
    there = f"{received[part.pk]} of {part.quantity} at our center"
    if received[part.pk]:
        return ("Received" if received[part.pk] >= part.quantity else "Partial"), there
    if sent[part.pk]:
        return "In transit", f"{sent[part.pk]} of {part.quantity} to our center"
    word = status_word(placed)
    if word in ("Waiting", "Retrying") and (why := silence_of(placed)):
        return word, why
    return word, placed.external_number
