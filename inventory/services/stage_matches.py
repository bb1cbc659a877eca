"""Which staged row speaks of which level, and what of it differs."""

import logging

from catalog.models import UnmatchedSku
from catalog.services.unmatched import ignored_skus
from integrations.services.runs import Run
from inventory.services.match_stock import Asked, find_stragglers
from inventory.services.read_stock import Answer
from inventory.services.stage import NUMBERS, Stage, differ, planned

log = logging.getLogger(__name__)

MOST_NOTES = 100
MOST_STRANGERS = 1000
NOW = ", ".join(f"l.{name}" for name in NUMBERS)
THEN = ", ".join(f"s.{name}" for name in NUMBERS)


def match_rows(stage: Stage, asked: Asked, kind: int, *, is_only: bool) -> None:
    known, params = asked.known(kind)
    join = f"LEFT JOIN ({known}) k ON k.key = s.key"
    if is_only:  # without the condition the planner knows how many rows there are
        _compare_rows(stage, join, "1 = 1", params)
    else:
        _compare_rows(stage, join, "s.kind = %s", [*params, kind])


def _compare_rows(stage: Stage, join: str, where: str, params: list[object]) -> None:
    """Stage what differs of these rows; `k.variant_id` is their variant. Equal ones stay out."""
    sql = f"""
        INSERT INTO stock_diff
        SELECT s.n,
               CASE WHEN k.variant_id IS NULL THEN 'stranger'
                    WHEN s.problem IS NOT NULL THEN 'unusable'
                    WHEN l.id IS NULL THEN 'new'
                    WHEN {differ("s", "l")} THEN 'changed'
                    ELSE 'back' END,
               s.place, k.variant_id, l.id, {NOW}, {THEN}, s.problem
        FROM stock_said s {join}
        LEFT JOIN inventory_stocklevel l
               ON l.location_id = s.place AND l.variant_id = k.variant_id
        WHERE {where} AND (k.variant_id IS NULL OR l.id IS NULL OR s.problem IS NOT NULL
              OR l.missing_since IS NOT NULL OR l.rejected_since IS NOT NULL
              OR {differ("s", "l")})
        """
    with planned():
        stage.run(sql, params)


def find_the_rest(run: Run, stage: Stage, asked: Asked, answer: Answer) -> None:
    """Rows whose first key says nothing: by their other keys, or they are strangers."""
    if stage.all("SELECT 1 FROM stock_diff WHERE state = 'stranger' LIMIT 1"):
        answer.ignored = ignored_skus(run.connection, UnmatchedSku.Source.STOCK)
    for rows, found, reasons in find_stragglers(stage, asked):
        for pair in found.items():
            stage.make("stock_found")
            stage.run("INSERT INTO stock_found (n, variant_id) VALUES (%s, %s)", pair)
        for row in rows:
            if row.n in reasons:
                _leave_out(run, answer, row.sku or "".join(row.ids[:1]), reasons[row.n])
    if answer.unmatched:
        log.info("%s: no variant for %d SKUs", run.connection.slug, answer.unmatched)
    if "stock_found" in stage.made:
        answer.may_collide = True
        stage.run("DELETE FROM stock_diff WHERE n IN (SELECT n FROM stock_found)")
        _compare_rows(stage, "JOIN stock_found k ON k.n = s.n", "1 = 1", [])


def _leave_out(run: Run, answer: Answer, key: str, reason: str) -> None:
    """A stranger; of those nobody ignores the first are named and listed."""
    answer.unmatched += 1
    run.count(skipped=1)
    if key in answer.ignored:
        return
    if len(answer.strangers) < MOST_STRANGERS:
        answer.strangers[key] = reason
    if len(answer.strangers) <= MOST_NOTES:
        run.note(key, "skipped", reason)


def name_rows(stage: Stage, asked: Asked, answer: Answer) -> None:
    """Which row speaks of which level, for all of them: only where something is odd."""
    if not stage.make("stock_named"):
        return
    stage.make("stock_found")
    for kind in answer.kinds:
        known, params = asked.known(kind)
        stage.run(
            "INSERT INTO stock_named SELECT s.n, s.place, k.variant_id FROM stock_said s "
            f"JOIN ({known}) k ON k.key = s.key WHERE s.kind = %s",
            [*params, kind],
        )
    stage.run(
        "INSERT INTO stock_named SELECT s.n, s.place, f.variant_id "
        "FROM stock_said s JOIN stock_found f ON f.n = s.n"
    )


def take_the_lower(run: Run, stage: Stage, asked: Asked, answer: Answer) -> None:
    """Of rows that speak of the same level the lowest usable number counts."""
    name_rows(stage, asked, answer)
    rows = stage.all(
        """
        SELECT v.sku, m.place, m.variant_id, s.n, s.available, s.problem
        FROM stock_named m JOIN stock_said s ON s.n = m.n
        JOIN catalog_variant v ON v.id = m.variant_id
        JOIN (SELECT place, variant_id FROM stock_named GROUP BY place, variant_id
              HAVING COUNT(*) > 1) twice
          ON twice.place = m.place AND twice.variant_id = m.variant_id
        ORDER BY m.variant_id, m.place, s.n
        """
    )
    kept: dict[tuple[int, int], tuple[int, int]] = {}
    for sku, place, variant_id, number, units, problem in rows:
        if problem is not None:
            continue
        spot = (place, variant_id)
        before = kept.get(spot)
        if before is None:
            kept[spot] = (units, number)
            continue
        run.count(skipped=1)
        run.note(
            sku,
            "skipped",
            f"Twice in the answer, {before[0]} and {units}; the lower number counts.",
        )
        kept[spot] = min(before, (units, number))
    usable = [(n, place, v) for _, place, v, n, _, problem in rows if problem is None]
    losers = [n for n, place, v in usable if kept[(place, v)][1] != n]
    answer.dropped = len(losers)
    _drop(stage, losers)


def _drop(stage: Stage, rows: list[int]) -> None:
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        marks = ", ".join(["%s"] * len(some))
        for table in ("stock_said", "stock_diff", "stock_named"):
            stage.run(f"DELETE FROM {table} WHERE n IN ({marks})", some)
