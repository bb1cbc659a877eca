"""What the database itself needs: the same data in, levels and ledger out, no Python between."""

from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.stock.scene import Scene
from inventory.models import StockLevel


def database_limit(here: Scene, wanted: dict[str, int]) -> Callable[[], object]:
    """COPY and changed-only statements; on SQLite compare in Python and executemany by id."""
    if connection.vendor == "postgresql":
        rows = [(sku, n, n, 0, 0) for sku, n in wanted.items()]
        return lambda: copy_and_join(here, rows)
    return lambda: compare_and_executemany(here, wanted)


def copy_and_join(here: Scene, rows: list[tuple[object, ...]]) -> None:
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            "CREATE TEMP TABLE said (sku text, available int, on_hand int, allocated int, "
            "in_transit int) ON COMMIT DROP"
        )
        with cursor.copy("COPY said FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            """
            CREATE TEMP TABLE ch ON COMMIT DROP AS
            SELECT l.id, l.variant_id, l.available AS was, l.on_hand AS was_on_hand,
                   s.available, s.on_hand, s.allocated, s.in_transit
            FROM said s JOIN catalog_variant v ON v.sku = s.sku
            JOIN inventory_stocklevel l ON l.variant_id = v.id AND l.location_id = %s
            WHERE (l.available, l.on_hand, l.allocated, l.in_transit)
                  IS DISTINCT FROM (s.available, s.on_hand, s.allocated, s.in_transit)
            """,
            [here.place.pk],
        )
        cursor.execute(
            "UPDATE inventory_stocklevel l SET available = ch.available, on_hand = ch.on_hand, "
            "allocated = ch.allocated, in_transit = ch.in_transit, as_of = %s "
            "FROM ch WHERE l.id = ch.id",
            [now],
        )
        cursor.execute(
            "INSERT INTO inventory_stockchange (level_id, variant_id, reason, before, after, "
            "on_hand_before, on_hand_after, note, at) "
            "SELECT id, variant_id, 'pull', was, available, was_on_hand, on_hand, '', %s FROM ch",
            [now],
        )


def compare_and_executemany(here: Scene, wanted: dict[str, int]) -> None:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    levels = StockLevel.objects.filter(location=here.place)
    columns = ("pk", "variant_id", "variant__sku", "available", "on_hand")
    rows = [
        (pk, variant, wanted[sku], available, on_hand)
        for pk, variant, sku, available, on_hand in levels.values_list(*columns)
        if (available, on_hand) != (wanted[sku], wanted[sku])
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE inventory_stocklevel SET available=%s, on_hand=%s, as_of=%s WHERE id=%s",
            [(units, units, now, pk) for pk, _, units, _, _ in rows],
        )
        cursor.executemany(
            "INSERT INTO inventory_stockchange (level_id, variant_id, reason, before, after, "
            "on_hand_before, on_hand_after, note, at) "
            "VALUES (%s, %s, 'pull', %s, %s, %s, %s, '', %s)",
            [(pk, v, was, units, was_on, units, now) for pk, v, units, was, was_on in rows],
        )
