"""What an answer of stock would change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from inventory.models import Location
from inventory.services.match_stock import Asked
from inventory.services.stage import NUMBERS, Stage
from inventory.services.write_levels import Numbers


@dataclass
class Difference:
    """What an answer would do to the levels of a connection; the rows themselves are staged.

    `new`, `changed`, `unchanged` are how many; `moves` (before, after) of those that change.
    Of the levels that are there `named` are in the answer with a usable number; `known` were in
    the last one.
    `back` are levels that were missing or rejected and are there again unchanged, `gone` those
    that are no longer in the answer with their variants, `doubted` those it names with a number
    that cannot be used, `silent` variants of which no number was ever given.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    moves: list[tuple[int, int]] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    gone: dict[int, int] = field(default_factory=dict)
    doubted: list[int] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    there: int = 0
    named: int = 0
    known: int = 0
    units: int = 0
    in_stock: int = 0


def differences(stage: Stage) -> Iterator[tuple[str, int, int, Numbers | None, Numbers]]:
    """The staged changes as (our SKU, place, variant, before, after): those to zero first."""
    was = ", ".join(f"d.was_{name}" for name in NUMBERS)
    now = ", ".join(f"d.{name}" for name in NUMBERS)
    rows = stage.all(
        f"""
        SELECT v.sku, d.place, d.variant_id, d.level_id, {was}, {now}
        FROM stock_diff d JOIN catalog_variant v ON v.id = d.variant_id
        WHERE d.state IN ('changed', 'new')
        ORDER BY CASE WHEN d.level_id IS NULL THEN 2
                      WHEN d.was_available > 0 AND d.available <= 0 THEN 0 ELSE 1 END,
                 d.level_id, d.place, d.variant_id
        """
    )
    for sku, place, variant_id, level_id, *numbers in rows:
        before = Numbers(*numbers[:4]) if level_id is not None else None
        yield sku, place, variant_id, before, Numbers(*numbers[4:])


def levels_at(asked: Asked, places: Mapping[str, Location]) -> tuple[str, list[object]]:
    """SQL of the condition on a level `l`: at one of these locations, and of what was asked."""
    ids = [place.pk for place in places.values()]
    mine, params = asked.levels()
    marks = ", ".join(["%s"] * len(ids)) or "NULL"
    return f"l.location_id IN ({marks}) AND {mine}", [*ids, *params]
