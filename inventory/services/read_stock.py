"""Reading a provider's stock answer: matched to our variants, checked, nothing written."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from catalog.models import Listing, normalize_sku
from catalog.services.pacing import with_beats
from catalog.skus import no_match
from integrations.services.runs import Run
from integrations.types import RemoteItem, StockItem
from inventory.services.write_levels import Numbers

MOST_UNITS = 10_000_000
MOST_NOTES = 100
MOST_STRANGERS = 1000
# A location in their words, and our variant.
Spot = tuple[str, int]


@dataclass
class Asked:
    """The imported listings of a connection: whose stock is asked, and how an answer is matched."""

    items: list[RemoteItem] = field(default_factory=list)
    skus: dict[int, str] = field(default_factory=dict)
    by_id: dict[str, int] = field(default_factory=dict)

    @cached_property
    def by_sku(self) -> dict[str, set[int]]:
        """Variants by the partner's SKU; needed only for answers without ids."""
        found: dict[str, set[int]] = defaultdict(set)
        for item in self.items:
            found[item.sku].add(self.by_id[item.external_id])
        return dict(found)

    @cached_property
    def by_key(self) -> dict[str, set[int]]:
        """The same by normalized SKU."""
        found: dict[str, set[int]] = defaultdict(set)
        for sku, variants in self.by_sku.items():
            found[normalize_sku(sku)] |= variants
        return dict(found)

    def find(self, item: StockItem) -> tuple[int | None, str]:
        """The variant this row is about: by their ids, then by SKU if exactly one has it.

        Without one, a sentence says why.
        """
        for their_id in (item.item_id, item.external_id):
            if their_id and their_id in self.by_id:
                return self.by_id[their_id], ""
        exact = self.by_sku.get(item.sku, set())
        found = exact or self.by_key.get(normalize_sku(item.sku), set())
        if len(found) == 1 and item.sku:
            return next(iter(found)), ""
        if len(found) > 1 and item.sku:
            names = ", ".join(sorted(self.skus[pk] for pk in found)[:3])
            return None, f"More than one product variant matches SKU {item.sku}: {names}."
        return None, no_match(item.sku)


@dataclass
class Answer:
    """What was said of each variant at each location, and what could not be used.

    `strangers` are the SKUs no variant has, with the reason.
    """

    numbers: dict[Spot, Numbers] = field(default_factory=dict)
    locations: dict[str, str] = field(default_factory=dict)
    variants: set[int] = field(default_factory=set)
    unusable: set[Spot] = field(default_factory=set)
    strangers: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    rejected: int = 0
    unmatched: int = 0


def imported_listings(run: Run) -> Asked:
    """What to ask for: every imported listing of the connection, or the SKUs of the request."""
    listings = Listing.objects.filter(connection=run.connection, variant__isnull=False)
    if wanted := run.params.get("skus"):
        listings = listings.filter(variant__sku__in=wanted) | listings.filter(sku__in=wanted)
    asked = Asked()
    columns = ("sku", "external_id", "external_item_id", "variant_id", "variant__sku")
    for sku, external_id, item_id, variant_id, our_sku in listings.values_list(*columns):
        asked.items.append(RemoteItem(sku, external_id, item_id))
        asked.skus[variant_id] = our_sku
        asked.by_id[external_id] = variant_id
        if item_id:
            asked.by_id[item_id] = variant_id
    return asked


def read_stock(run: Run, asked: Asked) -> Answer:
    """Ask the provider and read every row. Raises ProviderError; then nothing may be concluded."""
    answer = Answer()
    for item in with_beats(_pull(run, asked.items), run):
        answer.rows += 1
        run.count(processed=1)
        variant_id, reason = asked.find(item)
        if variant_id is None:
            _leave_out(run, answer, item, reason)
            continue
        answer.variants.add(variant_id)
        problem = unusable(item.available)
        if problem:
            answer.rejected += 1
            answer.unusable.add((item.location_id, variant_id))
            run.count(failed=1)
            run.note(asked.skus[variant_id], "rejected", problem)
            continue
        _take(run, answer, item, variant_id, asked.skus[variant_id])
    return answer


def _pull(run: Run, items: Sequence[RemoteItem]) -> Iterable[StockItem]:
    pulled: Iterable[StockItem] = run.provider.pull_stock(items=items)
    return pulled


def unusable(available: Any) -> str:
    """Why this is not a number of units, or an empty string. A negative number is one."""
    if available is None:
        return "They gave no number; the last one stays."
    if type(available) is not int:  # True is an int to Python, not to us
        return f"{str(available)[:40]!r} is not a whole number; the last one stays."
    if abs(available) > MOST_UNITS:
        return f"{str(available)[:40]} units cannot be right; the last number stays."
    return ""


def _leave_out(run: Run, answer: Answer, item: StockItem, reason: str) -> None:
    run.count(skipped=1)
    key = item.sku or item.external_id or item.item_id
    answer.unmatched += 1
    if len(answer.strangers) < MOST_STRANGERS:
        answer.strangers[key] = reason
    if answer.unmatched <= MOST_NOTES:
        run.note(key, "skipped", reason)


def _take(run: Run, answer: Answer, item: StockItem, variant_id: int, sku: str) -> None:
    assert item.available is not None
    answer.locations.setdefault(item.location_id, item.location_name)
    spot = (item.location_id, variant_id)
    numbers = Numbers(
        item.available,
        _plausible(item.on_hand),
        _plausible(item.allocated),
        _plausible(item.in_transit),
    )
    other = answer.numbers.get(spot)
    if other is not None:
        run.count(skipped=1)
        said = f"{other.available} and {numbers.available}"
        run.note(sku, "skipped", f"Twice in the answer, {said}; the lower number counts.")
        numbers = min(other, numbers, key=lambda n: n.available)
    elif item.available < 0:
        run.note(sku, "applied", f"They say {item.available}; it is kept and counts as 0.")
    answer.numbers[spot] = numbers


def _plausible(units: int | None) -> int | None:
    return units if type(units) is int and abs(units) <= MOST_UNITS else None
