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
TOTALS = ("total", "totalResults", "total_count")


def rows_of(answer: Response) -> list[Row]:
    """The rows of a page. Raises BadResponse for another shape."""
    value = answer.json()
    if isinstance(value, Mapping):
        value = _listed(Said(value))
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise answer.unreadable("a list of another shape than promised")
    return list(value)


def _listed(said: Said) -> Any:
    """The list in an envelope; one that says there is nothing has none."""
    embedded = said.get("_embedded")
    if isinstance(embedded, Mapping):
        lists = [one for one in embedded.values() if isinstance(one, list)]
        found = lists[0] if len(lists) == 1 else None
    else:
        found = said.get(*LISTS)
    return [] if found is None and units(said.get(*TOTALS)) == 0 else found


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

    A server that knows no pages sends the whole list again: then it is complete. Raises
    BadResponse where a page comes again among others, or where they end before their own total.
    """
    seen, pages = 0, list[list[Row]]()
    for number in range(1, MOST_PAGES + 1):
        asked = {**(params or {}), "page": number, "pageSize": SIZE}
        answer = http.read("GET", path, accept=(), params=asked)
        rows, total = rows_of(answer), total_of(answer)
        on_page(total)
        if number == 2 and total is None and rows == pages[0]:
            return
        if not rows:
            if total is not None and seen < total:
                raise BadResponse(f"{http.host} sent {seen} of {total} rows of {path}.")
            return
        if any(rows[0] == page[0] for page in pages):
            raise BadResponse(f"{http.host} sends the same page of {path} again and again.")
        pages.append(rows[:1] if number > 1 else rows)
        seen += len(rows)
        yield from rows
        if total is not None and seen >= total:
            return
    raise BadResponse(f"The list {path} of {http.host} has no end.")
