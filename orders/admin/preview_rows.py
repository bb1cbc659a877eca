"""The lines of a partner order by product: customer orders behind them, stock, cost and drift."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse
from django.utils.safestring import SafeString

from catalog.admin.links import page_of
from catalog.models import Listing, Variant
from config.adminkit.parts import diff, money
from inventory.models import StockLevel
from orders.admin.states import last_submission
from orders.models import PartnerOrder, PartnerOrderLine
from orders.services.content import build_content, sendable, sent_parts
from orders.services.holding import may_leave

FIT = 2


@dataclass
class PreviewRow:
    """`have` is the partner's own number, None if it said none; `was` the cost at the order."""

    variant: Variant
    their_sku: str
    cost: Decimal
    currency: str
    have: int | None = None
    parts: list[PartnerOrderLine] = field(default_factory=list)

    @property
    def units(self) -> int:
        """Of all customers together."""
        return sum(part.quantity for part in self.parts)

    @property
    def added(self) -> int:
        """Units of them the partner was not told of yet."""
        return sum(part.quantity for part in self.parts if not part.is_sent)

    @property
    def waiting(self) -> list[PartnerOrderLine]:
        """Those of the parts that can still be held back."""
        return [part for part in self.parts if may_leave(part)]

    @property
    def sum(self) -> Decimal:
        """What these units cost."""
        return self.cost * self.units

    @property
    def is_short(self) -> bool:
        """Whether the partner has fewer than we want of it now."""
        return self.have is not None and self.have < self.added

    @property
    def have_words(self) -> str:
        """3 of 8."""
        return f"{self.have} of {self.units}"

    @property
    def was(self) -> Decimal | None:
        """The cost when the customer's order was routed, where it was another."""
        costs = [p.unit_cost for p in self.parts if p.unit_cost is not None]
        return next((cost for cost in costs if cost != self.cost), None)

    @property
    def cost_cell(self) -> SafeString:
        """The cost, or how it moved."""
        now = money(self.cost, self.currency)
        return now if self.was is None else diff(money(self.was, self.currency), now)

    @property
    def orders(self) -> list[tuple[str, str, int]]:
        """(number, address, units) of the customers' orders behind it; never a person."""
        units: dict[str, int] = defaultdict(int)
        pages = {}
        for part in self.parts:
            order = part.order_line.order
            units[order.number] += part.quantity
            pages[order.number] = page_of(order)
        return [(number, pages[number], count) for number, count in units.items()]

    @property
    def first_orders(self) -> list[tuple[str, str, int]]:
        """As many as fit in the cell."""
        return self.orders[:FIT]

    @property
    def more_orders(self) -> list[tuple[str, str, int]]:
        """The others, behind a button."""
        return self.orders[FIT:]

    @property
    def more_label(self) -> str:
        """+4."""
        return f"+{len(self.more_orders)}"

    @property
    def hold_urls(self) -> list[tuple[str, int, str]]:
        """(customer order, units, address of Hold) of each part."""
        name = "admin:orders_partnerorderline_do"
        return [
            (p.order_line.order.number, p.quantity, reverse(name, args=[p.pk, "hold"]))
            for p in self.waiting
        ]

    @property
    def warning(self) -> str:
        """What to look at before it goes out."""
        notes = []
        if self.is_short:
            notes.append(f"{self.variant.full_title}: they have {self.have}, we want {self.added}.")
        if self.was is not None:
            verb = "rose" if self.cost > self.was else "fell"
            notes.append(
                f"{self.variant.full_title}: their price {verb} from {self.was:.2f} to "
                f"{self.cost:.2f} {self.currency}."
            )
        return " ".join(notes)


def preview_rows(row: PartnerOrder) -> list[PreviewRow]:
    """One per product: as it would be sent now or, once closed, as it was put up for sending."""
    parts = _parts(row)
    ids = {part.variant_id for part in parts}
    listings = {
        listing.variant_id: listing
        for listing in Listing.objects.filter(connection=row.connection, variant__in=ids)
    }
    costs, stock = _costs(row), _stock(row, ids)
    found: dict[int, PreviewRow] = {}
    for part in parts:
        variant = part.variant
        if variant is None:
            continue
        if variant.pk not in found:
            listing = listings.get(variant.pk)
            sku, key = (listing.sku, listing.external_id) if listing else (variant.sku, "")
            cost = costs.get(key or sku, part.unit_cost or Decimal(0))
            have = stock.get(variant.pk, listing.available if listing else None)
            found[variant.pk] = PreviewRow(variant, sku, cost, row.currency, have)
        found[variant.pk].parts.append(part)
    return list(found.values())


def _parts(row: PartnerOrder) -> list[PartnerOrderLine]:
    if row.closed_at is None:
        return [*sent_parts(row), *sendable(row)]
    parts = row.lines.filter(canceled_at=None)
    related = ("variant__product", "order_line__order", "submission")
    return list(parts.select_related(*related).order_by("pk"))


def _costs(row: PartnerOrder) -> dict[str, Decimal]:
    submission = last_submission(row)
    if submission is None or row.closed_at is None:
        lines = build_content(row).lines
        return {line.external_id or line.sku: line.unit_cost for line in lines}
    sent = submission.content.get("lines", [])
    return {line["external_id"] or line["sku"]: Decimal(line["unit_cost"]) for line in sent}


def _stock(row: PartnerOrder, ids: set[int | None]) -> dict[int, int | None]:
    levels = StockLevel.objects.filter(
        variant__in=ids, location__connection=row.connection, missing_since=None
    )
    levels = levels.exclude(location__connection=None)
    sums = levels.values("variant").annotate(units=Sum("available")).order_by()
    return {found["variant"]: found["units"] for found in sums}


def held_parts(row: PartnerOrder) -> list[PartnerOrderLine]:
    """Lines staff held back that would otherwise go with this partner's open order."""
    parts = PartnerOrderLine.objects.filter(
        partner=row.partner, partner_order=None, canceled_at=None, held_at__isnull=False
    )
    if row.order_id:
        parts = parts.filter(order_line__order=row.order_id)
    return list(parts.select_related("order_line__order").order_by("pk"))
