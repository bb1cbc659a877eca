"""Files of stock counts and of variants: ours, and django-import-export as it comes.

Run by `make bench`; DATABASE_URL chooses the server, a scratch database is made there.

Ours is everything a person causes: reading the file, the preview with a kept row for each of its
rows, the yes, the second look under locks, levels with their ledger (or variants with a line of
history each). The other is a ModelResource with the same columns, one pass and neither preview nor
ledger; its rows cost the same each, so it is measured on fewer of them, and that is said.
"""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 50)
os.environ.setdefault("CREDENTIAL_KEYS", "bench:" + "A" * 43 + "=")

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.utils import timezone  # noqa: E402
from import_export import fields, resources  # noqa: E402
from import_export.widgets import ForeignKeyWidget  # noqa: E402
from tablib import Dataset  # noqa: E402

from catalog.models import Product, Variant  # noqa: E402
from integrations.importing.kinds import find_kind  # noqa: E402
from integrations.models import ImportJob, ImportRow  # noqa: E402
from integrations.services.imports import read_import, start_import, take_file  # noqa: E402
from integrations.services.write_import import write_import  # noqa: E402
from inventory.models import Location, StockChange, StockLevel  # noqa: E402

ROWS, THEIR_ROWS, ROUNDS = 10_000, 1000, 3
Outcome = tuple[float, int]


class LevelResource(resources.ModelResource):  # type: ignore[misc]
    """As its documentation shows it: two keys, each looked up row by row."""

    variant = fields.Field("variant", "sku", ForeignKeyWidget(Variant, "sku"))
    location = fields.Field("location", "location", ForeignKeyWidget(Location, "name"))

    class Meta:
        model = StockLevel
        import_id_fields = ("variant", "location")
        fields = ("variant", "location", "available")
        skip_unchanged = True


class PriceResource(resources.ModelResource):  # type: ignore[misc]
    """By SKU."""

    class Meta:
        model = Variant
        import_id_fields = ("sku",)
        fields = ("sku", "price")
        skip_unchanged = True


def make_rows() -> Location:
    product, now = Product.objects.create(title="Bench", handle="bench"), timezone.now()
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=f"B{n}", sku_key=f"b{n}", price=10) for n in range(ROWS)
    )
    place, _ = Location.objects.get_or_create(connection=None, defaults={"name": "Bench"})
    StockLevel.objects.bulk_create(
        StockLevel(location=place, variant=one, available=50, on_hand=50, as_of=now)
        for one in variants
    )
    return place


def stock_file(place: Location, units: int, rows: int, column: str = "quantity") -> str:
    lines = (f"B{n},{place.name},{units}" for n in range(rows))
    return "\n".join([f"sku,location,{column}", *lines, ""])


def price_file(price: int, rows: int) -> str:
    return "\n".join(["sku,price", *(f"B{n},{price}" for n in range(rows)), ""])


def ours(kind: str, text: str, user: User) -> None:
    found = find_kind(kind)
    assert found is not None
    job = take_file(found, text.encode(), "bench.csv", user)
    if job.status == ImportJob.Status.READING:
        read_import(job.pk)
    job.refresh_from_db()
    start_import(job)
    assert write_import(job.pk, slice_s=3600) == ImportJob.Status.COMPLETED


def theirs(resource: type[resources.ModelResource], text: str) -> None:
    result = resource().import_data(Dataset().load(text, format="csv"), raise_errors=True)
    assert not result.has_errors()


def measure(work: Callable[[], None]) -> Outcome:
    """Seconds, and statements the server was sent."""
    sent = 0

    def count(execute: Callable[..., object], *args: object) -> object:
        nonlocal sent
        sent += 1
        return execute(*args)

    began = time.perf_counter()
    with connection.execute_wrapper(count):
        work()
    return time.perf_counter() - began, sent


def check(rows: QuerySet[Variant] | QuerySet[StockLevel], number: int) -> None:
    if (found := rows.count()) != number:
        raise SystemExit(f"{found} rows have the new number, not {number}.")


def medians(outcomes: list[Outcome]) -> Outcome:
    seconds, sent = zip(*outcomes, strict=True)
    return statistics.median(seconds), int(statistics.median(sent))


def rounds_of_stock(place: Location, user: User) -> tuple[Outcome, Outcome]:
    mine, other = [], []
    for n in range(ROUNDS):
        up, again = 60 + 2 * n, 61 + 2 * n
        text = stock_file(place, up, ROWS)
        mine.append(measure(lambda text=text: ours("stock", text, user)))  # type: ignore[misc]
        check(StockLevel.objects.filter(available=up), ROWS)
        text = stock_file(place, again, THEIR_ROWS, "available")
        other.append(measure(lambda text=text: theirs(LevelResource, text)))  # type: ignore[misc]
        check(StockLevel.objects.filter(available=again), THEIR_ROWS)
        StockLevel.objects.update(available=50, on_hand=50)
        ImportRow.objects.all().delete()
        StockChange.objects.all().delete()
    return medians(mine), medians(other)


def rounds_of_prices(user: User) -> tuple[Outcome, Outcome]:
    mine, other = [], []
    for n in range(ROUNDS):
        up, again = 20 + 2 * n, 21 + 2 * n
        text = price_file(up, ROWS)
        mine.append(measure(lambda text=text: ours("variants", text, user)))  # type: ignore[misc]
        check(Variant.objects.filter(price=up), ROWS)
        text = price_file(again, THEIR_ROWS)
        other.append(measure(lambda text=text: theirs(PriceResource, text)))  # type: ignore[misc]
        check(Variant.objects.filter(price=again), THEIR_ROWS)
        Variant.objects.update(price=10)
        ImportRow.objects.all().delete()
    return medians(mine), medians(other)


def show(what: str, mine: Outcome, other: Outcome) -> None:
    scale = ROWS / THEIR_ROWS
    their_seconds, their_sent = other[0] * scale, int(other[1] * scale)
    print(f"\n{what}, {ROWS:,} rows, all changed")
    print(f"  {'':34}{'s':>8}{'statements':>13}")
    print(f"  {'ours, with preview and records':34}{mine[0]:8.2f}{mine[1]:13,}")
    words = f"import-export ({THEIR_ROWS:,} rows x {scale:.0f})"
    print(f"  {words:34}{their_seconds:8.2f}{their_sent:13,}")
    print(f"  ours / import-export: {mine[0] / their_seconds:.2f}")


def main() -> None:
    name = f"{connection.vendor}, Python {platform.python_version()}"
    print(f"Files brought in, {name}, median of {ROUNDS}")
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        place, user = make_rows(), User.objects.create_superuser("bench")
        show("Stock counts", *rounds_of_stock(place, user))
        show("Prices of variants", *rounds_of_prices(user))
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main()
