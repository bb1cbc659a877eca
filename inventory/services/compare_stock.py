"""A staged answer against the levels as they stand: what is left in the stage is what differs."""

from collections.abc import Mapping

from integrations.services.runs import Run
from inventory.models import Location
from inventory.services.match_stock import Asked
from inventory.services.read_stock import Answer
from inventory.services.stage import Stage
from inventory.services.stage_matches import (
    find_the_rest,
    match_rows,
    name_rows,
    take_the_lower,
)
from inventory.services.stock_difference import Difference, levels_at
from inventory.services.unnamed_levels import find_unnamed


def compare(
    run: Run, stage: Stage, asked: Asked, answer: Answer, places: Mapping[str, Location]
) -> Difference:
    """Match and compare, in the database; the run notes what could not be matched or used.

    A SKU that is not in the answer keeps its numbers. One that is, but no longer at a location
    that had it, has none there: the answer names every place where it is.
    """
    for kind in answer.kinds:
        match_rows(stage, asked, kind, is_only=len(answer.kinds) == 1)
    find_the_rest(run, stage, asked, answer)
    if answer.may_collide or (asked.has_aliases and not asked.has_catalog):
        take_the_lower(run, stage, asked, answer)
    found = _sum_up(stage, asked, places)
    _count(stage, answer, found)
    _note_rows(run, stage, asked, answer)
    find_unnamed(stage, asked, answer, found, places)
    moves = "SELECT was_available, available FROM stock_diff WHERE state = 'changed'"
    found.moves = stage.all(moves)
    found.changed = len(found.moves)
    back = "SELECT level_id FROM stock_diff WHERE state = 'back'"
    found.back = [pk for (pk,) in stage.all(back)]
    return found


def _sum_up(stage: Stage, asked: Asked, places: Mapping[str, Location]) -> Difference:
    """The levels as they stand: how many are there and known, and what they hold."""
    found = Difference()
    where, params = levels_at(asked, places)
    found.there, found.known, units, found.in_stock = stage.one(
        "SELECT COUNT(*), COUNT(CASE WHEN l.missing_since IS NULL THEN 1 END), "
        "SUM(CASE WHEN l.available > 0 THEN l.available ELSE 0 END), "
        f"COUNT(CASE WHEN l.available > 0 THEN 1 END) FROM inventory_stocklevel l WHERE {where}",
        params,
    )
    found.units = units or 0
    return found


def _count(stage: Stage, answer: Answer, found: Difference) -> None:
    """How many of each; what is not in the stage's differences is as it was."""
    states = dict(stage.all("SELECT state, COUNT(*) FROM stock_diff GROUP BY state"))
    answer.rejected = states.get("unusable", 0)
    found.new, found.changed = states.get("new", 0), states.get("changed", 0)
    found.unchanged = answer.rows - answer.dropped - sum(states.values()) + states.get("back", 0)
    found.named = found.unchanged + found.changed


def _note_rows(run: Run, stage: Stage, asked: Asked, answer: Answer) -> None:
    """Numbers nobody can use, and numbers below zero, which are kept."""
    if answer.rejected:
        columns = "v.sku, d.problem FROM stock_diff d JOIN catalog_variant v ON v.id = d.variant_id"
        for rows in stage.parts(columns, "d.state = 'unusable'"):
            for _, sku, problem in rows:
                run.count(failed=1)
                run.note(sku, "rejected", problem)
    if answer.has_negatives:
        name_rows(stage, asked, answer)
        below = stage.all(
            "SELECT v.sku, s.available FROM stock_named m JOIN stock_said s ON s.n = m.n "
            "JOIN catalog_variant v ON v.id = m.variant_id WHERE s.available < 0 ORDER BY s.n"
        )
        for sku, units in below:
            run.note(sku, "applied", f"They say {units}; it is kept and counts as 0.")
