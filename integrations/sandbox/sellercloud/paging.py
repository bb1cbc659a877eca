"""Numbered pages, and how a dial makes them lie."""

import math
from collections.abc import Callable
from typing import Any

from integrations.sandbox.faults import Mode
from integrations.sandbox.messages import Response, json_response

from .calls import Call

Rows = list[dict[str, Any]]
Read = Callable[[int, int], Rows]
USUAL_SIZE = 10
TOO_MUCH = 25


def page_of(call: Call, total: int, read: Read) -> Response:
    """One page of so many rows; `read` gives those from the first number up to the second.

    However many are asked for, no more come than the server's own most.
    """
    size = min(call.asked.number("pageSize", USUAL_SIZE), call.erp.rules.most_a_page)
    page = call.asked.number("pageNumber", 1)
    start, total = _spot(call, page, size, total)
    rows = read(start, min(start + size, total)) if start < total else []
    keys = ("Items", "TotalResults")
    if call.erp.rules.dialect == "described":
        keys = ("items", "totalResults")
    return json_response({keys[0]: rows, **_total(call, keys[1], page, size, total)})


def _spot(call: Call, page: int, size: int, total: int) -> tuple[int, int]:
    """Where the page begins, and how many rows the list has; as a dial wants it."""
    mode = call.dial.mode if call.dial is not None else None
    if mode in (Mode.PAGE_REPEATS, Mode.ENDLESS_PAGES):
        return 0, total
    if mode == Mode.ENDS_EARLY and call.dial is not None:
        total = math.floor(total * (1 - call.dial.share))
    if mode == Mode.CURSOR_LOOP and total:
        return ((page - 1) % -(-total // size)) * size, total
    return (page - 1) * size, total


def _total(call: Call, key: str, page: int, size: int, total: int) -> dict[str, Any]:
    mode = call.dial.mode if call.dial is not None else None
    if mode == Mode.ENDLESS_PAGES:
        return {key: (page + 1) * size}
    if mode == Mode.CURSOR_LOOP:
        return {key: total * 2}
    if mode == Mode.ONE_MORE_PAGE:
        return {key: total + size}
    if mode == Mode.WRONG_TOTAL and call.dial is not None:
        wrong: dict[str, Any] = {
            "more": total + TOO_MUCH,
            "less": total // 2,
            "zero": 0,
            "text": f"{total} items",
        }
        return {key: wrong[call.dial.total_is]} if call.dial.total_is in wrong else {}
    return {key: total}
