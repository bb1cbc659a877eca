"""Stock that lies, where a dial says so."""

from collections.abc import Sequence
from typing import Any

from integrations.sandbox.faults import Mode

from .calls import Call

ODD = {"null": None, "negative": -3, "text": "100+", "fraction": 2.5, "huge": 10**12}


def spoil_stock(call: Call, rows: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Rows of an answer of stock with their available units under `name`."""
    if call.lies(Mode.EMPTY_INVENTORY):
        return []
    assert call.dial is None or call.dial.share >= 0
    some = int(len(rows) * call.dial.share) if call.dial else 0
    if call.lies(Mode.STOCK_SHORT):
        return list(rows[some:])
    if call.lies(Mode.STOCK_ZEROS):
        return [row | {name: 0} if at < some else row for at, row in enumerate(rows)]
    if call.lies(Mode.STOCK_TWICE):
        return [*rows, *rows[:some]]
    if call.lies(Mode.STOCK_ODD) and call.dial:
        values = list(ODD.values()) if call.dial.odd == "mixed" else [ODD[call.dial.odd]]
        odd = [row | {name: values[at % len(values)]} for at, row in enumerate(rows[:some])]
        return [*odd, *rows[some:]]
    return list(rows)
