"""The judge: what customers bought, as the sandbox knows it, against what partners really have."""

import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from orders.models import OrderLine, PartnerOrder, PartnerOrderLine
from tests.e2e import play
from tests.e2e.chaos.trade import Good
from tests.e2e.stack import Stack

Units = Counter[tuple[str, str]]


@dataclass
class Verdict:
    """Units: `lost` ones are neither with a partner nor anywhere a person sees them, `doubled`
    ones are at partners though nobody bought them, `unsent` ones still wait here.

    `twice` counts orders at partners beyond the first of a reference, and of references not ours.
    """

    bought: int = 0
    partner_orders: int = 0
    lost: int = 0
    doubled: int = 0
    unsent: int = 0
    twice: int = 0
    seconds: list[float] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        counts = (self.lost, self.doubled, self.unsent, self.twice)
        return self.bought > 0 and counts == (0, 0, 0, 0)

    def compare(self, what: str, wanted: Units, there: Units) -> tuple[int, int]:
        """(missing, too many) units; each difference is a finding."""
        missing, surplus = wanted - there, there - wanted
        self.findings += [f"{what}: {n} of {key} missing" for key, n in missing.items()]
        self.findings += [f"{what}: {n} of {key} too many" for key, n in surplus.items()]
        return missing.total(), surplus.total()


def judge(stack: Stack, goods: list[Good]) -> Verdict:
    """Count three ways, so that one unit lost and another doubled cannot hide each other.

    By partner and SKU from the sandbox alone; by customer's order; by partner order. The worst
    count is the verdict.
    """
    bought = play.ledger_orders(stack, play.OWN)
    shops = sorted({good.shop for good in goods})
    placed = [order for shop in shops for order in play.ledger_orders(stack, shop)]
    ours = [order for order in placed if order["source_identifier"]]
    verdict = Verdict(bought=sum(bought_units(bought).values()), partner_orders=len(ours))
    verdict.unsent, waiting = _unsent(verdict)
    lost, doubled = _by_sku(verdict, goods, bought, ours, waiting)
    held_lost, held_doubled = _by_customer(verdict, bought)
    gone, extra = _by_reference(verdict, ours)
    verdict.lost = max(lost, held_lost + gone)
    verdict.doubled = max(doubled, held_doubled + extra)
    verdict.twice = _twice(verdict, ours)
    verdict.seconds = _seconds_to_sent()
    return verdict


def bought_units(orders: Iterable[dict[str, Any]]) -> Units:
    """Units by (order, our SKU)."""
    units: Units = Counter()
    for order in orders:
        for line in order["lines"]:
            units[order["name"], line["sku"]] += line["current_quantity"]
    return units


def _units_there(order: dict[str, Any]) -> list[tuple[str, int]]:
    """What a canceled order said counts too: nobody here cancels."""
    canceled = order["cancelled_at"] is not None
    column = "quantity" if canceled else "current_quantity"
    return [(line["sku"], line[column]) for line in order["lines"] if line[column]]


def _live() -> Any:
    live = PartnerOrderLine.objects.filter(canceled_at=None)
    return live.select_related("order_line__order", "variant", "partner__connection", "submission")


def _is_sent(part: PartnerOrderLine) -> bool:
    return part.submission is not None and part.submission.status == "submitted"


def _unsent(verdict: Verdict) -> tuple[int, Units]:
    """What a person sees waiting: how many units, and by (shop, our SKU)."""
    units: Units = Counter()
    for part in _live():
        if not _is_sent(part):
            shop = part.partner.connection.account if part.partner else ""
            units[shop, part.order_line.sku] += part.quantity
            state = part.submission or part.partner_order or part.route_reason
            word = getattr(state, "status", "")
            verdict.findings.append(
                f"unsent: {part} of {part.order_line.order}: {state} {word} "
                f"{getattr(part.submission, 'error', '')}"
            )
    return units.total(), units


def _by_sku(
    verdict: Verdict,
    goods: list[Good],
    bought: list[dict[str, Any]],
    ours: list[dict[str, Any]],
    waiting: Units,
) -> tuple[int, int]:
    at = {good.our_sku: good for good in goods}
    wanted: Units = Counter()
    for (_, sku), units in bought_units(bought).items():
        wanted[at[sku].shop, at[sku].sku] += units
    there: Units = Counter()
    for order in ours:
        for sku, units in _units_there(order):
            there[order["shop"], sku] += units
    here = Counter({(shop, at[sku].sku): n for (shop, sku), n in waiting.items()})
    missing, _ = verdict.compare("partner and SKU", wanted, there + here)
    _, surplus = verdict.compare("partner and SKU", wanted, there)
    return missing, surplus


def _by_customer(verdict: Verdict, bought: list[dict[str, Any]]) -> tuple[int, int]:
    """Every line bought is here, and its live parts are exactly its units."""
    captured: Units = Counter()
    for line in OrderLine.objects.select_related("order"):
        captured[line.order.number, line.sku] += line.quantity
    parts: Units = Counter()
    for part in _live():
        parts[part.order_line.order.number, part.order_line.sku] += part.quantity
    lost, doubled = verdict.compare("captured", bought_units(bought), captured)
    lost_here, doubled_here = verdict.compare("in a live place", captured, parts)
    return lost + lost_here, doubled + doubled_here


def _by_reference(verdict: Verdict, ours: list[dict[str, Any]]) -> tuple[int, int]:
    """What a partner order sent is there under its reference, and not more than it holds."""
    there: Units = Counter()
    for order in ours:
        for sku, units in _units_there(order):
            there[order["source_identifier"], sku] += units
    sent, held = _held_units()
    missing, _ = verdict.compare("partner order", sent, there)
    _, surplus = verdict.compare("partner order", held, there)
    return missing, surplus


def _held_units() -> tuple[Units, Units]:
    """Units by (reference, the partner's SKU): of what was sent, and of everything in it."""
    sent: Units = Counter()
    held: Units = Counter()
    for part in _live().exclude(partner_order=None).select_related("partner_order"):
        listing = part.variant.listings.get(connection=part.partner.connection)
        key = part.partner_order.reference, listing.sku
        held[key] += part.quantity
        if _is_sent(part):
            sent[key] += part.quantity
    return sent, held


def _twice(verdict: Verdict, ours: list[dict[str, Any]]) -> int:
    """Orders at partners beyond the first of each reference, and references we do not know."""
    seen = Counter(order["source_identifier"] for order in ours)
    known = set(PartnerOrder.objects.values_list("reference", flat=True))
    twice = [f"{name}: {n} orders" for name, n in seen.items() if n > 1]
    strangers = [f"{name}: not ours" for name in seen if name not in known]
    verdict.findings += twice + strangers
    return sum(seen.values()) - len(seen) + len(strangers)


def _seconds_to_sent() -> list[float]:
    """From the capture of a customer's order to each of its placements being settled."""
    spans = {}
    for part in _live():
        if _is_sent(part) and part.submission.settled_at:
            order = part.order_line.order
            span = (part.submission.settled_at - order.created_at).total_seconds()
            spans[order.pk, part.submission_id] = span
    return sorted(spans.values())


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of them lies; 0 of none."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
