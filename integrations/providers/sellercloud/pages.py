"""Numbered pages: as many at once as is polite, and to the end, whatever the server caps."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.answers import Response
from integrations.errors import BadResponse
from integrations.http import Client
from integrations.outcomes import Options
from integrations.said import Said, units

ASKED_SIZE = 100  # they give 50 at most, and may give more one day
AT_ONCE = 4
MOST_PAGES = 100_000
Row = Mapping[str, Any]
KeyOf = Callable[[Row], str]


@dataclass
class Reader:
    """One list. Ends where the total is reached or a page is empty, never at a short page.

    A total changes while we read, and some are wrong: more rows than it says, and we read on to
    the empty page. Raises BadResponse if a page comes again: it would never end.
    """

    http: Client
    path: str
    params: Mapping[str, Any]
    options: Callable[[], Options]
    on_page: Callable[[int | None], object]
    key_of: KeyOf
    total: int | None = None
    size: int = 0
    _got: int = 0
    _pages: int = 0
    _ended: bool = False
    _shrank: bool = False
    _firsts: set[str] = field(default_factory=set)
    _last_keys: frozenset[str] = frozenset()

    def first(self, absent: tuple[int, ...] = ()) -> list[Row] | None:
        """The first page; None for a status in `absent`: there is no such list."""
        answer = self.http.read("GET", self.path, accept=absent, **self._options(1))
        return None if answer.status in absent else self._take(answer)

    def rest(self) -> Iterator[list[Row]]:
        """All pages after the first, whose length is the size they really use."""
        if self._ended:
            return
        last = 1 if self.total is None else -(-self.total // self.size)
        calls = (("GET", self.path, self._options(page)) for page in range(2, last + 1))
        for answer in self.http.read_many(calls, at_once=AT_ONCE):
            yield self._take(answer)
            if self._ended:
                return
        while not self._is_whole():  # one by one: the total is missing, too low, or has grown
            answer = self.http.read("GET", self.path, accept=(), **self._options(self._pages + 1))
            yield self._take(answer)

    def _is_whole(self) -> bool:
        """All is read. More than there is may have been read only where the total shrank."""
        if self._ended or self.total is None:
            return self._ended
        return self._got == self.total or (self._shrank and self._got > self.total)

    def _options(self, page: int) -> Options:
        numbers = {"pageNumber": page, "pageSize": ASKED_SIZE}
        return {**self.options(), "params": {**self.params, **numbers}}

    def _take(self, answer: Response) -> list[Row]:
        rows, total = read_page(answer)
        self._shrank |= self.total is not None and total is not None and total < self.total
        self._ended = not rows
        self.total, self._pages = total, self._pages + 1
        self.size, self._got = self.size or len(rows), self._got + len(rows)
        if self._pages > MOST_PAGES:
            raise BadResponse(f"The list of {self.http.host} does not end.")
        self.on_page(total)
        return self._new(rows)

    def _new(self, rows: list[Row]) -> list[Row]:
        """Without what the page before held too: rows move while we read."""
        keys = [self.key_of(row) for row in rows]
        if keys and keys[0] in self._firsts:
            raise BadResponse(
                f"{self.http.host} gave the same page twice, so the list cannot be trusted. "
                "Run it again; if it stays, tell SellerCloud."
            )
        self._firsts.update(keys[:1])
        fresh = [row for key, row in zip(keys, rows, strict=True) if key not in self._last_keys]
        self._last_keys = frozenset(keys)
        return fresh


def read_page(answer: Response) -> tuple[list[Row], int | None]:
    """The rows and the number of all rows; None if it is not said. Raises BadResponse."""
    if answer.status == 404:
        raise BadResponse(f"{answer.host} has no such list (HTTP 404). Check the API address.")
    value = answer.json()
    rows, total = value, None
    if isinstance(value, Mapping):
        said = Said(value)
        rows, total = said.get("Items", "Results"), units(said.get("TotalResults", "TotalCount"))
        if rows is None and "items" in {str(name).lower() for name in value}:
            rows = []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise answer.unreadable("a list of another shape than promised")
    return rows, total
