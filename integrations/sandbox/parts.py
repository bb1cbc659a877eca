"""Long lists, a page at a time, the newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from .messages import Request

ROWS = 100
Row = TypeVar("Row")


@dataclass(frozen=True)
class Part(Generic[Row]):
    """One page of a list; the links are empty where there is nothing on that side."""

    rows: list[Row]
    newer: str
    older: str
    says: str


def cut(rows: Sequence[Row], request: Request, size: int = ROWS) -> Part[Row]:
    """The page that the request asks for of rows that are given with the oldest first."""
    last = max(1, -(-len(rows) // size))
    asked = request.query.get("page", "1")
    number = min(max(1, int(asked) if asked.isdecimal() else 1), last)
    end = len(rows) - (number - 1) * size
    found = list(reversed(rows[max(0, end - size) : end]))
    return Part(
        rows=found,
        newer=_link(request, number - 1) if number > 1 else "",
        older=_link(request, number + 1) if number < last else "",
        says=f"Page {number} of {last}" if last > 1 else "",
    )


def _link(request: Request, number: int) -> str:
    kept = {name: value for name, value in request.query.items() if name not in ("page", "said")}
    return f"?{urlencode(kept | {'page': str(number)})}"
