"""The rows a stock benchmark starts from, and what must be there after each method."""

import platform
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from catalog.models import Product, Variant
from integrations.models import Connection
from inventory.models import Location, StockChange, StockLevel

START = 50


class Scene(NamedTuple):
    """One connection with one location, and the variants with their SKUs by pk."""

    shop: Connection
    place: Location
    skus: dict[int, str]


def build(size: int) -> Scene:
    """`size` variants, a connection and its location; the levels come with `prepare`."""
    _empty("catalog_variant", "catalog_product", "inventory_location", "integrations_connection")
    shop = Connection.objects.create(
        provider="sellercloud", slug="bench", name="Bench", account="bench.example",
        status=Connection.Status.ACTIVE,
    )  # fmt: skip
    product = Product.objects.create(title="Bench", handle="bench")
    variants = Variant.objects.bulk_create(
        (Variant(product=product, sku=f"SKU-{n}", sku_key=f"sku-{n}") for n in range(size)),
        batch_size=5000,
    )
    place = Location.objects.create(connection=shop, external_id="", name="Bench")
    return Scene(shop, place, {v.pk: v.sku for v in variants})


def prepare(here: Scene) -> None:
    """A level of 50 for each, freshly written, analyzed and on disk; no run, no ledger."""
    _empty(*RUNS)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inventory_stocklevel (location_id, variant_id, available, on_hand, "
            "allocated, in_transit, as_of, created_at) "
            "SELECT %s, id, %s, %s, 0, 0, %s, %s FROM catalog_variant ORDER BY id",
            [here.place.pk, START, START, *[_moment(timezone.now() - timedelta(hours=1))] * 2],
        )
    _settle()


def _moment(at: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(at)


RUNS = (
    "inventory_stockchange", "inventory_stocklevel", "integrations_syncchange",
    "integrations_syncrun", "integrations_flowschedule",
)  # fmt: skip


def _empty(*tables: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        for table in (*RUNS, *tables):
            cursor.execute(f"DELETE FROM {table}")


def _settle() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE catalog_variant")
            cursor.execute("VACUUM ANALYZE inventory_stocklevel")
            cursor.execute("CHECKPOINT")


def changed(here: Scene, share: float, by: int) -> dict[str, int]:
    """Wanted units by SKU: this share of them `by` units up, spread over the table."""
    if not share:
        return dict.fromkeys(here.skus.values(), START)
    step = round(1 / share)
    return {sku: START + by * (n % step == 0) for n, sku in enumerate(here.skus.values())}


def expect(here: Scene, wanted: dict[str, int]) -> None:
    """Stops the benchmark if the levels are not exactly what was wanted."""
    levels = StockLevel.objects.filter(location=here.place)
    found = dict(levels.values_list("variant__sku", "available"))
    assert found == wanted, "A method left other numbers than were asked for."
    ledger = StockChange.objects.count()
    moved = sum(units != START for units in wanted.values())
    assert ledger in (0, moved), f"{ledger} ledger lines for {moved} changes."


def introduce(rounds: int) -> None:
    """What was measured on."""
    version = ".".join(str(part) for part in connection.get_database_version())
    print(
        f"Stock sync, {connection.vendor} {version}, Python {platform.python_version()}, "
        f"median of {rounds} rounds"
    )
