"""Set-based writes of what a stage holds: levels and their ledger, a few thousand a transaction.

Rows are locked in the order of their ids, so that two runs cannot deadlock, and what stood there is
read under that lock, so that the ledger tells the truth.
"""

from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from inventory.models import ChangeReason
from inventory.services.stage import NUMBERS, Stage, planned
from inventory.services.write_levels import Stamp

LEDGER = (
    "INSERT INTO inventory_stockchange (level_id, variant_id, run_id, user_id, reason, before, "
    "after, on_hand_before, on_hand_after, note, at)"
)
SET = ", ".join(f"{name} = d.{name}" for name in NUMBERS)
CLEAN = "missing_since = NULL, rejected_since = NULL"


def place_new_locations(stage: Stage, pks: dict[int, int]) -> None:
    """Rows of locations that were just made: the number they had in the stage, and their pk."""
    for number, pk in pks.items():
        stage.run("UPDATE stock_diff SET place = %s WHERE place = %s", [pk, number])


def insert_staged(stage: Stage, span: tuple[int, int], stamp: Stamp) -> None:
    """Levels seen for the first time, rows `span` of the answer, in one transaction."""
    some = "d.state = 'new' AND d.n BETWEEN %s AND %s"
    numbers = ", ".join(f"d.{name}" for name in NUMBERS)
    with planned():
        stage.run(
            f"INSERT INTO inventory_stocklevel (location_id, variant_id, {', '.join(NUMBERS)}, "
            f"as_of, created_at) SELECT d.place, d.variant_id, {numbers}, %s, %s "
            f"FROM stock_diff d WHERE {some} ORDER BY d.place, d.variant_id",
            [_moment(stamp.at), _moment(timezone.now()), *span],
        )
        stage.run(
            f"{LEDGER} SELECT l.id, l.variant_id, %s, NULL, %s, NULL, l.available, NULL, "
            "l.on_hand, '', %s FROM stock_diff d JOIN inventory_stocklevel l "
            "ON l.location_id = d.place AND l.variant_id = d.variant_id "
            f"WHERE {some} ORDER BY l.id",
            [stamp.run_id, ChangeReason.IMPORT, _moment(stamp.written_at), *span],
        )


def update_staged(stage: Stage, span: tuple[int, int], stamp: Stamp) -> None:
    """New numbers for the levels with ids in `span`, in one transaction."""
    some = "d.state = 'changed' AND d.level_id BETWEEN %s AND %s"
    at, written = _moment(stamp.at), [stamp.run_id, stamp.reason, _moment(stamp.written_at)]
    with planned():
        if connection.vendor == "postgresql":
            stage.run(_in_one_statement(some), [*span, at, *span, *written, *span])
            return
        stage.run(f"{LEDGER} {_lines('inventory_stocklevel', some)}", [*written, *span])
        stage.run(
            f"UPDATE inventory_stocklevel SET {SET}, as_of = %s, {CLEAN} FROM stock_diff d "
            f"WHERE inventory_stocklevel.id = d.level_id AND {some}",
            [at, *span],
        )


def _in_one_statement(some: str) -> str:
    return f"""
        WITH stood AS (
            SELECT l.id, l.variant_id, l.available, l.on_hand
            FROM inventory_stocklevel l JOIN stock_diff d ON d.level_id = l.id
            WHERE {some} ORDER BY l.id FOR NO KEY UPDATE OF l
        ), done AS (
            UPDATE inventory_stocklevel l SET {SET}, as_of = %s, {CLEAN}
            FROM stock_diff d JOIN stood ON stood.id = d.level_id
            WHERE l.id = d.level_id AND {some}
        )
        {LEDGER} {_lines("stood", some)}
    """


def _lines(levels: str, some: str) -> str:
    """The ledger rows of some changes, from the levels as they stood."""
    return (
        "SELECT l.id, l.variant_id, %s, NULL, %s, l.available, d.available, l.on_hand, d.on_hand, "
        f"'', %s FROM stock_diff d JOIN {levels} l ON l.id = d.level_id WHERE {some} ORDER BY l.id"
    )


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
