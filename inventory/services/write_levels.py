"""Set-based writes of stock levels, each with its line in the ledger.

Only what differs comes here. PostgreSQL gets arrays (unnest), SQLite executemany by id; rows are
locked in the order of their ids, so that two runs cannot deadlock. Django's `bulk_update` is 10 to
40 times slower than either when many rows change.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from inventory.models import ChangeReason, Location, StockChange, StockLevel

T = TypeVar("T")
CHUNK = 5000


class Numbers(NamedTuple):
    """What a provider says of one variant at one location, in units."""

    available: int
    on_hand: int | None = None
    allocated: int | None = None
    in_transit: int | None = None


class NewLevel(NamedTuple):
    location_id: int
    variant_id: int
    numbers: Numbers


class Change(NamedTuple):
    """One existing level that differs."""

    level_id: int
    location_id: int
    variant_id: int
    before: Numbers
    after: Numbers


class Stamp(NamedTuple):
    """Which run writes, when that run began (the numbers are as old as that), and why.

    `user_id` released it and `released_at` is when, where a person did.
    """

    run_id: int | None
    at: datetime
    reason: str = ChangeReason.PULL
    user_id: int | None = None
    released_at: datetime | None = None

    @property
    def written_at(self) -> datetime:
        """The moment the ledger names."""
        return self.released_at or self.at


def chunks(rows: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def insert_levels(rows: Sequence[NewLevel], stamp: Stamp) -> None:
    """Levels seen for the first time, in one transaction."""
    with transaction.atomic():
        levels = StockLevel.objects.bulk_create(
            [
                StockLevel(
                    location_id=row.location_id,
                    variant_id=row.variant_id,
                    as_of=stamp.at,
                    **row.numbers._asdict(),
                )
                for row in rows
            ]
        )
        StockChange.objects.bulk_create(
            StockChange(
                level=level,
                variant_id=level.variant_id,
                run_id=stamp.run_id,
                user_id=stamp.user_id,
                reason=stamp.reason if stamp.user_id else ChangeReason.IMPORT,
                after=level.available,
                on_hand_after=level.on_hand,
                at=stamp.written_at,
            )
            for level in levels
        )


def update_levels(changes: Sequence[Change], stamp: Stamp) -> None:
    """New numbers for existing levels, with the ledger, in one transaction."""
    in_order = sorted(changes)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            _update_with_arrays(in_order, stamp)
        else:
            _update_one_by_one(in_order, stamp)


def update_standing(changes: Sequence[Change], stamp: Stamp) -> set[int]:
    """`update_levels` for those that still hold their `before`; returns the ids it wrote.

    Compared under the lock the update needs, so nothing can move in between.
    """
    with transaction.atomic():
        levels = _locked([change.level_id for change in changes])
        now = {pk: Numbers(*rest) for pk, *rest in levels.values_list("pk", *Numbers._fields)}
        standing = [change for change in changes if now.get(change.level_id) == change.before]
        if standing:
            update_levels(standing, stamp)
    return {change.level_id for change in standing}


def mark_missing(level_ids: Sequence[int], since: datetime) -> None:
    """A complete snapshot did not name them; the numbers stay, and stay as old as they were."""
    _mark(level_ids, missing_since=since)


def mark_rejected(level_ids: Sequence[int], since: datetime) -> None:
    """A complete snapshot named them with a number nobody can use; the last ones stay."""
    _mark(level_ids, rejected_since=since)


def mark_confirmed(level_ids: Sequence[int], as_of: datetime) -> None:
    """They are in the answer again with the numbers they had."""
    with transaction.atomic():
        list(_locked(level_ids).values_list("pk"))
        levels = StockLevel.objects.filter(pk__in=level_ids)
        levels.update(missing_since=None, rejected_since=None, as_of=as_of)


def _mark(level_ids: Sequence[int], **since: datetime) -> None:
    place = Location.objects.filter(pk=OuterRef("location")).values("as_of")[:1]
    last = Greatest("as_of", Coalesce(Subquery(place), "as_of"))
    with transaction.atomic():
        list(_locked(level_ids).values_list("pk"))
        levels = StockLevel.objects.filter(pk__in=level_ids)
        # Only the first time: afterwards the location's snapshots speak of it no more.
        levels.filter(missing_since=None, rejected_since=None).update(as_of=last)
        levels.update(**since)


def _locked(level_ids: Sequence[int]) -> QuerySet[StockLevel]:
    rows = StockLevel.objects.filter(pk__in=level_ids).order_by("pk")
    return rows.select_for_update(no_key=True)


def _update_with_arrays(changes: Sequence[Change], stamp: Stamp) -> None:
    # `before` is read under the lock, so the ledger tells what really stood there. Planning with
    # JIT costs a quarter of a second and gains nothing here.
    sql = """
        WITH wanted AS (
            SELECT * FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[])
                AS t (id, available, on_hand, allocated, in_transit)
        ), stood AS (
            SELECT l.id, l.variant_id, l.available, l.on_hand
            FROM inventory_stocklevel l JOIN wanted ON wanted.id = l.id
            ORDER BY l.id FOR NO KEY UPDATE OF l
        ), done AS (
            UPDATE inventory_stocklevel l
            SET available = wanted.available, on_hand = wanted.on_hand,
                allocated = wanted.allocated, in_transit = wanted.in_transit,
                as_of = %s, missing_since = NULL, rejected_since = NULL
            FROM wanted JOIN stood ON stood.id = wanted.id WHERE l.id = wanted.id
        )
        INSERT INTO inventory_stockchange (level_id, variant_id, run_id, user_id, reason, before,
                                           after, on_hand_before, on_hand_after, note, at)
        SELECT stood.id, stood.variant_id, %s, %s, %s, stood.available, wanted.available,
               stood.on_hand, wanted.on_hand, '', %s
        FROM wanted JOIN stood ON stood.id = wanted.id ORDER BY stood.id
    """
    columns = [list(c) for c in zip(*((c.level_id, *c.after) for c in changes), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        written = [stamp.run_id, stamp.user_id, stamp.reason, stamp.written_at]
        cursor.execute(sql, [*columns, stamp.at, *written])


def _update_one_by_one(changes: Sequence[Change], stamp: Stamp) -> None:
    at = connection.ops.adapt_datetimefield_value(stamp.at)
    written_at = connection.ops.adapt_datetimefield_value(stamp.written_at)
    update = (
        "UPDATE inventory_stocklevel SET available = %s, on_hand = %s, allocated = %s, "
        "in_transit = %s, as_of = %s, missing_since = NULL, rejected_since = NULL WHERE id = %s"
    )
    insert = (
        "INSERT INTO inventory_stockchange (level_id, variant_id, run_id, user_id, reason, before, "
        "after, on_hand_before, on_hand_after, note, at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s)"
    )
    with connection.cursor() as cursor:
        cursor.executemany(update, [(*c.after, at, c.level_id) for c in changes])
        cursor.executemany(
            insert,
            [
                (
                    c.level_id, c.variant_id, stamp.run_id, stamp.user_id, stamp.reason,
                    c.before.available, c.after.available, c.before.on_hand, c.after.on_hand,
                    written_at,
                )
                for c in changes
            ],
        )  # fmt: skip
