"""Which way stock is asked for, and what this server was found to offer."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo

from integrations.answers import Response
from integrations.errors import Rejected
from integrations.outcomes import Options
from integrations.providers.base import Access
from integrations.providers.sellercloud.config import Settings
from integrations.providers.sellercloud.pages import AT_ONCE, Reader
from integrations.providers.sellercloud.stock import (
    DETAILS,
    LIST,
    key_of_row,
    read_details,
    read_rows,
)
from integrations.providers.sellercloud.values import written
from integrations.types import RemoteItem, StockItem

FEW = 50
# Their dates have no zone: no clock on earth is further off.
OVERLAP = timedelta(hours=26)
NO_LIST, BY_GET = "no_stock_list", "details_by_get"
ASK_AGAIN = timedelta(days=7)
ABSENT = (404, 405)
Call = tuple[str, str, Options]


class Stock:
    """One pull. What the server lacks is remembered for a week, so that it is not asked each time.

    `options` makes what every call of the account carries.
    """

    def __init__(
        self, access: Access, config: Settings, zone: tzinfo, options: Callable[[], Options]
    ) -> None:
        self._access, self._config, self._zone, self._options = access, config, zone, options
        self._by_post = config.inventory_details_method == "POST" and not self._lacks(BY_GET)

    def pull(
        self, items: Sequence[RemoteItem] | None, since: datetime | None
    ) -> Iterator[StockItem]:
        """A few SKUs are asked for one by one, everything by the list.

        Between the two, whichever takes fewer calls.
        """
        many = items is None or len(items) > FEW
        reader = self._list(since)
        page = None if not many or self._lacks(NO_LIST) else reader.first(ABSENT)
        if page is not None and not self._is_cheaper(items, reader):
            yield from read_rows(row for part in self._pages(page, reader) for row in part)
            return
        if page is None and many and not self._lacks(NO_LIST):
            self._remember(NO_LIST)
        if items is None:
            raise Rejected(self._no_list())
        yield from self._one_by_one(items)

    def _pages(self, page: list, reader: Reader) -> Iterator[list]:  # type: ignore[type-arg]
        yield page
        yield from reader.rest()

    def _list(self, since: datetime | None) -> Reader:
        params = {}
        if since is not None:
            params["lastUpdatedFrom"] = written(since - OVERLAP, self._zone)
        http, on_page = self._access.http, self._access.on_page
        return Reader(http, LIST, params, self._options, on_page, key_of_row)

    def _is_cheaper(self, items: Sequence[RemoteItem] | None, reader: Reader) -> bool:
        """Whether asking for each of these takes fewer calls than the rest of the list."""
        if items is None or reader.total is None or not reader.size:
            return False
        return len(items) < -(-reader.total // reader.size)

    def _no_list(self) -> str:
        return (
            f"{self._access.account} offers no list of its whole stock (GET {LIST}). "
            "Import or link its SKUs, or ask for chosen ones: those are asked for one by one."
        )

    # --- one by one

    def _one_by_one(self, items: Sequence[RemoteItem]) -> Iterator[StockItem]:
        """In the order given, some at once as soon as it is known which call works."""
        if len(items) > self._config.calls_per_hour:
            raise Rejected(
                f"{len(items):,} SKUs would take as many calls, more than the "
                f"{self._config.calls_per_hour:,} this connection may make in an hour, and "
                f"{self._access.account} offers no list. Ask for fewer SKUs."
            )
        todo = (item for item in items if item.sku.strip())
        yield from self._until_sure(todo)
        waiting: deque[RemoteItem] = deque()
        for answer in self._access.http.read_many(self._calls(todo, waiting), at_once=AT_ONCE):
            yield from self._read(answer, waiting.popleft())

    def _calls(self, todo: Iterator[RemoteItem], waiting: deque[RemoteItem]) -> Iterator[Call]:
        for item in todo:
            waiting.append(item)
            yield self._call(item)

    def _call(self, item: RemoteItem) -> Call:
        """The SKU stands in the body or the query, never in the path: / and % do not pass there."""
        named = {"productID": item.sku}
        if self._by_post:
            return "POST", DETAILS, {**self._options(), "json": named}
        return "GET", DETAILS, {**self._options(), "params": named}

    def _read(self, answer: Response, item: RemoteItem) -> Iterator[StockItem]:
        self._access.on_page(None)
        yield from read_details(answer, item)

    def _until_sure(self, todo: Iterator[RemoteItem]) -> Iterator[StockItem]:
        """404 to a POST means that the SKU is unknown, or the call: the documented GET tells."""
        sure = not self._by_post
        while not sure and (item := next(todo, None)) is not None:
            answer = self._ask(item, ABSENT)
            sure = answer.status not in ABSENT
            if not sure:
                refused = answer.status == 405
                self._by_post = False
                answer = self._ask(item, (404,))
                sure = refused or answer.status != 404
                self._by_post = not sure
                if sure:
                    self._remember(BY_GET)
            yield from self._read(answer, item)

    def _ask(self, item: RemoteItem, accept: tuple[int, ...]) -> Response:
        method, path, options = self._call(item)
        return self._access.http.read(method, path, accept=accept, **options)

    # --- what was found out

    def _lacks(self, name: str) -> bool:
        said = self._access.remembered.get(name)
        try:
            day = date.fromisoformat(str(said))
        except ValueError:
            return False
        return timedelta(0) <= self._access.now().date() - day < ASK_AGAIN

    def _remember(self, name: str) -> None:
        self._access.remember(name, self._access.now().date().isoformat())
