"""Stock sync of 10,000 SKUs, unchanged, 2 % and 100 % changed: ours, the usual ways, the limit.

Run by `make bench`; DATABASE_URL chooses the server, a scratch database is made there.

Ours is the whole stock run after the network: matching, checking, comparing, the brake, levels and
ledger. Every method must leave exactly the asked numbers, or the benchmark stops.
"""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 50)
os.environ.setdefault("CREDENTIAL_KEYS", "bench:" + "A" * 43 + "=")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from catalog.models import Listing, Partner, Product, Variant  # noqa: E402
from integrations.models import Connection, FlowSchedule, SyncRun  # noqa: E402
from integrations.providers.base import PullsStock  # noqa: E402
from integrations.services.runs import Run  # noqa: E402
from integrations.types import RemoteItem, StockItem  # noqa: E402
from inventory.models import Location, StockChange, StockLevel  # noqa: E402
from inventory.services.apply_stock import sync_stock  # noqa: E402
from inventory.services.compare_stock import compare  # noqa: E402
from inventory.services.read_stock import Answer, Asked  # noqa: E402
from inventory.services.write_levels import Numbers as Said  # noqa: E402
from inventory.services.write_levels import Stamp, chunks, update_levels  # noqa: E402

SKUS, ROUNDS, SAMPLE = 10_000, 5, 300
SHARES = (0.0, 0.02, 1.0)
Numbers = dict[int, int]


class Shop(PullsStock):
    """The provider's answer, ready in memory."""

    def __init__(self, items: list[StockItem]) -> None:
        self.items = items

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        return iter(self.items)


def make_rows() -> tuple[Connection, Location]:
    shop = Connection.objects.create(
        provider="shopify-partner", slug="bench", name="Bench", account="bench.myshopify.com",
        status=Connection.Status.ACTIVE,
    )  # fmt: skip
    Partner.objects.create(name="Bench", code="bench", connection=shop)
    product, now = Product.objects.create(title="Bench", handle="bench"), timezone.now()
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=f"B{n}", sku_key=f"b{n}") for n in range(SKUS)
    )
    Listing.objects.bulk_create(
        Listing(
            connection=shop, external_id=f"V{v.pk}", external_product_id="P", sku=v.sku,
            external_item_id=f"I{v.pk}", title="B", currency="USD", variant=v, seen_at=now,
        )
        for v in variants
    )  # fmt: skip
    place = Location.objects.create(connection=shop, external_id="L", name="Bench")
    StockLevel.objects.bulk_create(
        StockLevel(location=place, variant=v, available=50, on_hand=50, as_of=now) for v in variants
    )
    return shop, place


def current() -> Numbers:
    return dict(StockLevel.objects.values_list("variant_id", "available"))


def changed(numbers: Numbers, share: float) -> Numbers:
    """The same with this share of the SKUs one unit up, spread over the table."""
    if not share:
        return dict(numbers)
    step = round(1 / share)
    return {pk: n + (place % step == 0) for place, (pk, n) in enumerate(numbers.items())}


def ours(shop: Connection, place: Location, wanted: Numbers) -> Callable[[], object]:
    items = [
        StockItem(f"B{pk}", n, item_id=f"I{pk}", location_id="L", on_hand=n)
        for pk, n in wanted.items()
    ]
    SyncRun.objects.all().delete()
    schedule, _ = FlowSchedule.objects.get_or_create(connection=shop, flow="stock")
    schedule.drop_lease()
    schedule.take_lease(timezone.now(), 600)
    record = SyncRun.objects.create(
        connection=shop, flow="stock", trigger="command", status="running"
    )
    run = Run(record, shop, schedule, Shop(items), timezone.now() + timedelta(seconds=1), {})
    return lambda: sync_stock(run)


def compare_and_write(shop: Connection, place: Location, wanted: Numbers) -> Callable[[], object]:
    """The part of our run that deals with levels, which is what the limit does too."""
    asked = Asked(skus=dict.fromkeys(wanted, ""))
    said = {("L", pk): Said(n, n) for pk, n in wanted.items()}
    answer = Answer(numbers=said, locations={"L": "Bench"}, variants=set(wanted))
    stamp = Stamp(None, timezone.now())

    def work() -> None:
        changes = compare(answer, asked, {"L": place}).changed
        for some in chunks(sorted(changes)):
            update_levels(some, stamp)

    return work


def bulk_upsert(shop: Connection, place: Location, wanted: Numbers) -> Callable[[], object]:
    def write() -> None:
        now = timezone.now()
        rows = [
            StockLevel(location=place, variant_id=pk, available=n, on_hand=n, as_of=now)
            for pk, n in wanted.items()
        ]
        StockLevel.objects.bulk_create(
            rows,
            batch_size=5000,
            update_conflicts=True,
            unique_fields=["location", "variant"],
            update_fields=["available", "on_hand", "as_of"],
        )

    return write


def limit(shop: Connection, place: Location, wanted: Numbers) -> Callable[[], object]:
    """What the database itself needs, levels and ledger, without looking anything up in Python."""
    if connection.vendor == "postgresql":
        return lambda: copy_and_join(place, wanted)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    levels = StockLevel.objects.values_list("pk", "variant_id", "available")
    rows = [(wanted[v], wanted[v], now, pk, v, n) for pk, v, n in levels if wanted[v] != n]
    return lambda: execute_many(rows, now)


def copy_and_join(place: Location, wanted: Numbers) -> None:
    now = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("CREATE TEMP TABLE said (variant_id bigint, n int) ON COMMIT DROP")
        with cursor.copy("COPY said FROM STDIN") as copy:
            for row in wanted.items():
                copy.write_row(row)
        cursor.execute(
            """
            WITH ch AS (
                SELECT l.id, l.variant_id, l.available, l.on_hand, s.n
                FROM said s JOIN inventory_stocklevel l
                  ON l.variant_id = s.variant_id AND l.location_id = %s
                WHERE (l.available, l.on_hand) IS DISTINCT FROM (s.n, s.n)
            ), done AS (
                UPDATE inventory_stocklevel l SET available = ch.n, on_hand = ch.n, as_of = %s
                FROM ch WHERE l.id = ch.id
            )
            INSERT INTO inventory_stockchange (level_id, variant_id, reason, before, after,
                                               on_hand_before, on_hand_after, note, at)
            SELECT id, variant_id, 'pull', available, n, on_hand, n, '', %s FROM ch
            """,
            [place.pk, now, now],
        )


def execute_many(rows: list[tuple[object, ...]], now: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE inventory_stocklevel SET available=%s, on_hand=%s, as_of=%s WHERE id=%s",
            [row[:4] for row in rows],
        )
        cursor.executemany(
            "INSERT INTO inventory_stockchange (level_id, variant_id, reason, before, after, "
            "on_hand_before, on_hand_after, note, at) "
            "VALUES (%s, %s, 'pull', %s, %s, %s, %s, '', %s)",
            [(pk, v, old, new, old, new, now) for new, _, _, pk, v, old in rows],
        )


def one_by_one(place: Location, wanted: Numbers) -> float:
    """Seconds for all SKUs, from a sample: update_or_create per SKU, no ledger."""
    sample = list(wanted.items())[:: SKUS // SAMPLE][:SAMPLE]
    start = time.perf_counter()
    for pk, n in sample:
        StockLevel.objects.update_or_create(
            location=place,
            variant_id=pk,
            defaults={"available": n, "on_hand": n, "as_of": timezone.now()},
        )
    return (time.perf_counter() - start) * SKUS / len(sample)


Method = Callable[[Connection, Location, Numbers], Callable[[], object]]


def measure(method: Method, shop: Connection, place: Location, share: float) -> float:
    """The median of some rounds, in seconds; the numbers are checked after each."""
    times = []
    for _ in range(ROUNDS):
        wanted = changed(current(), share)
        do = method(shop, place, wanted)
        start = time.perf_counter()
        do()
        times.append(time.perf_counter() - start)
        assert current() == wanted, method.__name__
    return statistics.median(times)


def main() -> None:
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        compare_methods(*make_rows())
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def compare_methods(shop: Connection, place: Location) -> None:
    rows: list[tuple[str, str, list[float]]] = [
        ("database limit", "yes", [measure(limit, shop, place, s) for s in SHARES]),
        ("Crossdock stock run", "yes", [measure(ours, shop, place, s) for s in SHARES]),
        ("  its levels alone", "yes", [measure(compare_and_write, shop, place, s) for s in SHARES]),
        ("bulk_create upsert", "no", [measure(bulk_upsert, shop, place, s) for s in SHARES]),
        ("update_or_create *", "no", [one_by_one(place, changed(current(), s)) for s in SHARES]),
    ]
    version = ".".join(str(part) for part in connection.get_database_version())
    print(f"\nStock sync, {SKUS:,} SKUs, {connection.vendor} {version}, Python", end=" ")
    print(f"{platform.python_version()}, median of {ROUNDS} rounds, seconds (times our run)")
    print(f"{'method':22}{'ledger':>8}" + "".join(f"{f'{s:.0%} changed':>20}" for s in SHARES))
    reference = rows[1][2]
    for name, ledger, times in rows:
        cells = [f"{t:.3f} ({t / r:.1f}x)" for t, r in zip(times, reference, strict=True)]
        print(f"{name:22}{ledger:>8}" + "".join(f"{cell:>20}" for cell in cells))
    print(
        f"* extrapolated from {SAMPLE} SKUs. Ledger lines written: {StockChange.objects.count():,}"
    )


if __name__ == "__main__":
    main()
