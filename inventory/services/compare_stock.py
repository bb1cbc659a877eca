"""An answer of stock against the levels as they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inventory.models import Location, StockLevel
from inventory.services.read_stock import Answer, Asked, Spot
from inventory.services.write_levels import Change, Numbers

NOTHING_THERE = Numbers(0, 0, 0, 0)


@dataclass
class Difference:
    """What an answer would do to the levels of a connection.

    `back` are levels that were missing or rejected and are there again unchanged, `gone` those
    that are no longer in the answer, `doubted` those it names with a number that cannot be used,
    `silent` variants of which no number was ever given.
    """

    new: list[tuple[Spot, Numbers]] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    gone: dict[int, int] = field(default_factory=dict)
    doubted: list[int] = field(default_factory=list)
    silent: set[int] = field(default_factory=set)
    unchanged: int = 0
    known: int = 0
    units: int = 0
    in_stock: int = 0


def compare(answer: Answer, asked: Asked, places: Mapping[str, Location]) -> Difference:
    """The answer against the levels as they stand, in memory: one query.

    A SKU that is not in the answer keeps its numbers. One that is, but no longer at a location
    that had it, has none there: the answer names every place where it is.
    """
    found = Difference(silent=set(asked.skus) - answer.variants)
    left = dict(answer.numbers)
    for level, spot, missing_since, rejected_since in _levels_of(asked, places):
        before = level.before
        found.silent.discard(level.variant_id)
        found.units += max(0, before.available)
        found.in_stock += before.available > 0
        found.known += missing_since is None
        if spot in answer.unusable and spot not in left:
            found.doubted.append(level.level_id)
            continue
        if level.variant_id not in answer.variants:
            if missing_since is None:
                found.gone[level.level_id] = level.variant_id
            continue
        after = left.pop(spot, NOTHING_THERE)
        if after != before:
            found.changed.append(level._replace(after=after))
        elif missing_since or rejected_since:
            found.back.append(level.level_id)
        else:
            found.unchanged += 1
    found.new = sorted(left.items())
    return found


def _levels_of(
    asked: Asked, places: Mapping[str, Location]
) -> Iterator[tuple[Change, Spot, datetime | None, datetime | None]]:
    """The levels of what was asked, as changes that change nothing yet."""
    names = {place.pk: external_id for external_id, place in places.items()}
    columns = (
        "pk", "location_id", "variant_id", "missing_since", "rejected_since",
        "available", "on_hand", "allocated", "in_transit",
    )  # fmt: skip
    levels = StockLevel.objects.filter(location__in=names).values_list(*columns)
    for pk, location_id, variant_id, missing, rejected, *now in levels.iterator(chunk_size=5000):
        if variant_id in asked.skus:
            numbers = Numbers(*now)
            level = Change(pk, location_id, variant_id, numbers, numbers)
            yield level, (names[location_id], variant_id), missing, rejected
