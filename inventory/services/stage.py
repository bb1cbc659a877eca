"""The scratch tables of one stock run: what was said, and what of it differs from our levels.

They are temporary tables of this database connection. They are filled while the answer is read,
outside any transaction, so a hundred thousand rows are matched and compared where the levels are,
and Python holds a few thousand at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction

BY_ID, BY_SKU = 0, 1
TABLES = {
    "stock_said": "n integer, key text, place bigint, available integer, on_hand integer, "
    "allocated integer, in_transit integer, kind smallint DEFAULT 1, sku text, external_id text, "
    "problem text",
    "stock_diff": "n integer, state text, place bigint, variant_id bigint, level_id bigint, "
    "was_available integer, was_on_hand integer, was_allocated integer, was_in_transit integer, "
    "available integer, on_hand integer, allocated integer, in_transit integer, problem text",
    "stock_found": "n integer, variant_id bigint",
    "stock_named": "n integer, place bigint, variant_id bigint",
}
PLAIN = "n, key, place, available, on_hand, allocated, in_transit"
FULL = f"{PLAIN}, kind, sku, external_id, problem"
NUMBERS = ("available", "on_hand", "allocated", "in_transit")


class Said(NamedTuple):
    """One row of the answer. `key` is what it is matched by first, `kind` says what that is.

    `place` is the pk of a location, or a negative number for one we do not have yet. A `problem`
    says why its number cannot be used.
    """

    n: int
    key: str
    place: int
    available: int | None
    on_hand: int | None
    allocated: int | None
    in_transit: int | None
    kind: int = BY_SKU
    sku: str | None = None
    external_id: str | None = None
    problem: str | None = None


class Stage:
    """The tables, from `with` to its end; one at a time per database connection."""

    def __enter__(self) -> "Stage":
        self.made: set[str] = set()
        self.make("stock_said")
        self.make("stock_diff")
        return self

    def make(self, name: str) -> bool:
        """Make this table, empty, unless it was made before; whether it was made now."""
        if name in self.made:
            return False
        self.run(f"DROP TABLE IF EXISTS {name}")
        self.run(f"CREATE TEMPORARY TABLE {name} ({TABLES[name]})")
        self.made.add(name)
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # After an error of the database they go with the connection, or with the next run.
        with suppress(DatabaseError):
            for name in self.made:
                self.run(f"DROP TABLE IF EXISTS {name}")

    def load(self, rows: Sequence[tuple[Any, ...]], columns: str = FULL) -> None:
        """Rows of what was said; `columns` may be PLAIN: matched by SKU, and nothing odd."""
        if not rows:
            return
        if connection.vendor == "postgresql":
            self._copy(rows, columns)
            return
        places = ", ".join(["%s"] * len(rows[0]))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO stock_said ({columns}) VALUES ({places})", rows)

    def _copy(self, rows: Iterable[tuple[Any, ...]], columns: str) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY stock_said ({columns}) FROM STDIN") as copy,
        ):
            write = copy.write_row
            for row in rows:
                write(row)

    def run(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Execute; how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(sql, list(params))
            return int(cursor.rowcount)

    def all(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds, in memory: for what is few, or narrow."""
        with connection.cursor() as cursor:
            cursor.execute(sql, list(params))
            return list(cursor.fetchall())

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The one row of a query that always has one."""
        return self.all(sql, params)[0]

    def parts(self, columns: str, where: str, size: int = 1000) -> Iterator[list[tuple[Any, ...]]]:
        """Rows of `stock_diff` by their number, so many at a time; it may change meanwhile."""
        last = 0
        sql = f"SELECT d.n, {columns} WHERE {where} AND d.n > %s ORDER BY d.n LIMIT {size}"
        while rows := self.all(sql, [last]):
            last = rows[-1][0]
            yield rows

    def spans(self, column: str, state: str, size: int) -> list[tuple[int, int]]:
        """First and last value of `column` of every `size` rows in this state, in order."""
        found = self.all(f"SELECT {column} FROM stock_diff WHERE state = %s ORDER BY 1", [state])
        values = [value for (value,) in found]
        # Nobody analyzes a temporary table by itself, and a wrong guess is a wrong plan.
        if connection.vendor == "postgresql":
            self.run("ANALYZE stock_diff (level_id, n, state)")
        if len(values) > size:
            self.run(f"CREATE INDEX stock_diff_{column} ON stock_diff ({column})")
        return [
            (values[start], values[min(start + size, len(values)) - 1])
            for start in range(0, len(values), size)
        ]


def differ(one: str, other: str) -> str:
    """SQL: whether the four numbers of two tables differ; nothing equals nothing."""
    if connection.vendor == "postgresql":
        names = [", ".join(f"{table}.{name}" for name in NUMBERS) for table in (one, other)]
        return f"(({names[0]}) IS DISTINCT FROM ({names[1]}))"
    same = " AND ".join(f"{one}.{name} IS {other}.{name}" for name in NUMBERS)
    return f"(NOT ({same}))"


@contextmanager
def planned() -> Iterator[None]:
    """A transaction of its own whose plans suit long joins: planning with JIT costs a quarter of a
    second and gains nothing here, and the hash of a hundred thousand SKUs fits into memory.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '32MB'")
        yield
