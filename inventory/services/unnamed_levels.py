"""Levels an answer does not speak of: gone, doubted, emptied, or never counted."""

from collections.abc import Mapping

from inventory.models import Location
from inventory.services.match_stock import Asked
from inventory.services.read_stock import Answer
from inventory.services.stage import NUMBERS, Stage
from inventory.services.stage_matches import NOW, name_rows
from inventory.services.stock_difference import Difference, levels_at


def find_unnamed(
    stage: Stage, asked: Asked, answer: Answer, found: Difference, places: Mapping[str, Location]
) -> None:
    """Levels no usable row speaks of: gone, doubted, or emptied because it is elsewhere now."""
    if found.named < found.there:
        where, params = levels_at(asked, places)
        name_rows(stage, asked, answer)
        _stage_emptied(stage, found, where, params)
        _find_gone(stage, found, where, params)
    if asked.has_catalog:
        found.silent = _silent(stage, asked, answer, places)


NAMED = "SELECT 1 FROM stock_named m WHERE m.variant_id = l.variant_id"


def _stage_emptied(stage: Stage, found: Difference, where: str, params: list[object]) -> None:
    """The answer names the variant, but not at this location: there is none of it there."""
    emptied = f"{where} AND EXISTS ({NAMED}) AND NOT EXISTS ({NAMED} AND m.place = l.location_id)"
    zeros = ", ".join(["0"] * len(NUMBERS))
    is_empty = " AND ".join(f"l.{name} = 0" for name in NUMBERS)
    marked = "(l.missing_since IS NOT NULL OR l.rejected_since IS NOT NULL)"
    stage.run(
        f"""
        INSERT INTO stock_diff
        SELECT NULL, CASE WHEN {is_empty} THEN 'back' ELSE 'changed' END, l.location_id,
               l.variant_id, l.id, {NOW}, {zeros}, NULL
        FROM inventory_stocklevel l WHERE {emptied} AND NOT ({is_empty} AND NOT {marked})
        """,
        params,
    )
    still = f"SELECT COUNT(*) FROM inventory_stocklevel l WHERE {emptied} AND {is_empty}"
    found.unchanged += stage.one(still, params)[0]


def _find_gone(stage: Stage, found: Difference, where: str, params: list[object]) -> None:
    gone = (
        "SELECT l.id, l.variant_id FROM inventory_stocklevel l "
        f"WHERE {where} AND l.missing_since IS NULL AND NOT EXISTS ({NAMED})"
    )
    found.gone = dict(stage.all(gone, params))
    # Named with a bad number, and with no good one beside it.
    usable = (
        "SELECT 1 FROM stock_named m JOIN stock_said s ON s.n = m.n WHERE s.problem IS NULL "
        "AND m.place = d.place AND m.variant_id = d.variant_id"
    )
    doubted = (
        "SELECT DISTINCT d.level_id FROM stock_diff d WHERE d.state = 'unusable' "
        f"AND d.level_id IS NOT NULL AND NOT EXISTS ({usable}) ORDER BY 1"
    )
    found.doubted = [pk for (pk,) in stage.all(doubted)]


def _silent(
    stage: Stage, asked: Asked, answer: Answer, places: Mapping[str, Location]
) -> list[int]:
    """Imported variants that have no level here, and of which nothing was said now either."""
    ids = [place.pk for place in places.values()]
    marks = ", ".join(["%s"] * len(ids)) or "NULL"
    mine, params = asked.only("li.variant_id")
    bare = stage.all(
        "SELECT DISTINCT li.variant_id FROM catalog_listing li WHERE li.connection_id = %s "
        f"AND li.variant_id IS NOT NULL AND {mine} AND NOT EXISTS (SELECT 1 FROM "
        "inventory_stocklevel l WHERE l.variant_id = li.variant_id "
        f"AND l.location_id IN ({marks})) ORDER BY 1",
        [asked.connection.pk, *params, *ids],
    )
    if not bare:
        return []
    named = {
        pk
        for (pk,) in stage.all(
            "SELECT variant_id FROM stock_diff WHERE state IN ('new', 'unusable')"
        )
    }
    return [pk for (pk,) in bare if pk not in named]
