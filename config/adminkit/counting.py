"""Counting that stops: how many rows there are, as far as anybody wants to know."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import EmptyPage, Page, Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.functional import cached_property

MOST, FURTHEST_PAGE = 10_000, 1_000_000
# From here on, and in long lists, the keys of a page are read first: rows that are only sorted or
# skipped are not read whole, nor what is joined to them.
DEEP = 1_000


def count_each(sets: Mapping[str, QuerySet[Any]], most: int = MOST) -> dict[str, int]:
    """How many rows each set has, all by one query; `most + 1` stands for any more."""
    found, selects = dict.fromkeys(sets, 0), {}
    values: list[Any] = []
    for key, rows in sets.items():
        try:
            sql, params = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        # Django's own SQL; what people typed is in the parameters.
        selects[key] = f"(SELECT COUNT(*) FROM ({sql}) AS counted)"  # noqa: S608
        values += params
    if not selects:
        return found
    with connections[next(iter(sets.values())).db].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(selects.values())}", values)
        return found | dict(zip(selects, cursor.fetchone(), strict=True))


def count_words(number: int, most: int = MOST) -> str:
    """1,204; or 10,000+ for what was counted no further."""
    return f"{most:,}+" if number > most else f"{number:,}"


class KitPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than `MOST`. Pages behind that exist all the same, one after the other."""

    @cached_property
    def found(self) -> int:
        """The number of rows; `MOST + 1` stands for any more."""
        return count_each({"": self.object_list})[""]  # type: ignore[dict-item]

    @cached_property
    def count(self) -> int:
        """Rows that were counted."""
        return min(self.found, MOST)

    @cached_property
    def is_open_ended(self) -> bool:
        """Whether nobody knows the last page; `page` finds out when it reads it."""
        return self.found > MOST

    @cached_property
    def num_pages(self) -> int:
        """Pages known to exist: an open end has one behind the last counted row."""
        return max(1, ceil(self.count / self.per_page)) + self.is_open_ended

    def validate_number(self, number: Any) -> int:
        """Django's, but an open end has any page until it was looked for."""
        try:
            return super().validate_number(number)
        except EmptyPage:
            if not (self.is_open_ended and 1 <= int(number) <= FURTHEST_PAGE):
                raise
            return int(number)

    def page(self, number: Any) -> Page[Any]:
        """The rows of a page. Raises EmptyPage behind the last."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows: Any = self.object_list
        if start < DEEP and self.found <= MOST:
            return Page(rows[start : start + self.per_page], number, self)
        keys = list(rows.values_list("pk", flat=True)[start : start + self.per_page + 1])
        if not keys:
            raise EmptyPage(self.error_messages["no_results"])
        if number >= self.num_pages:
            self.is_open_ended = len(keys) > self.per_page
            self.num_pages = number + self.is_open_ended
        return Page(rows.filter(pk__in=keys[: self.per_page]), number, self)

    def get_elided_page_range(
        self, number: Any = 1, *, on_each_side: int = 3, on_ends: int = 2
    ) -> Iterator[str | int]:
        """Django's; an open end goes on in dots."""
        yield from super().get_elided_page_range(number, on_each_side=on_each_side, on_ends=on_ends)
        if self.is_open_ended:
            yield str(self.ELLIPSIS)
