"""Lists a page at a time, whatever envelope they come in."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integrations.answers import Response
from integrations.errors import BadResponse
from integrations.http import Client
from integrations.said import Said, units

Row = Mapping[str, Any]
SIZE, MOST_PAGES = 100, 10_000
# Two styles are in use, and a bare list; names are read in any case.
LISTS = ("items", "ResourceList", "products", "inventory", "orders", "data", "summaries")
TOTALS = ("total", "totalResults", "total_count", "count")


def rows_of(answer: Response) -> list[Row]:
    """The rows of a page. Raises BadResponse for another shape."""
    value = answer.json()
    if isinstance(value, Mapping):
        value = _listed(Said(value))
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise answer.unreadable("a list of another shape than promised")
    return list(value)


def _listed(said: Said) -> Any:
    embedded = said.get("_embedded")
    if isinstance(embedded, Mapping):
        lists = [one for one in embedded.values() if isinstance(one, list)]
        return lists[0] if len(lists) == 1 else None if lists else []
    return said.get(*LISTS)


def total_of(answer: Response) -> int | None:
    """How many rows there are in all, if they say."""
    value = answer.json()
    return units(Said(value).get(*TOTALS)) if isinstance(value, Mapping) else None


def read_pages(
    http: Client,
    path: str,
    on_page: Callable[[int | None], object],
    params: Mapping[str, Any] | None = None,
) -> Iterator[Row]:
    """All rows: to the total they name, or to an empty page; never to a short one.

    Raises BadResponse where a page comes again, or where they end before their own total.
    """
    seen, first = 0, None
    for number in range(1, MOST_PAGES + 1):
        asked = {**(params or {}), "page": number, "pageSize": SIZE}
        answer = http.read("GET", path, accept=(), params=asked)
        rows, total = rows_of(answer), total_of(answer)
        on_page(total)
        if not rows:
            if total is not None and seen < total:
                raise BadResponse(f"{http.host} sent {seen} of {total} rows of {path}.")
            return
        if rows[0] == first:
            raise BadResponse(f"{http.host} sends the same page of {path} again and again.")
        first, seen = rows[0], seen + len(rows)
        yield from rows
        if total is not None and seen >= total:
            return
    raise BadResponse(f"The list {path} of {http.host} has no end.")
