"""Ours, and the usual ways to do the same."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import tablib
from django.utils import timezone
from import_export import fields, resources, widgets

from benchmarks.stock.scene import Scene
from catalog.models import Variant
from integrations.models import FlowSchedule, SyncRun
from integrations.providers.base import PullsStock
from integrations.services.runs import Run
from integrations.types import RemoteItem, StockItem
from inventory.models import StockLevel
from inventory.services.apply_stock import sync_stock

Work = Callable[[], object]


class Erp(PullsStock):
    """The provider's answer, ready in memory."""

    def __init__(self, items: list[StockItem]) -> None:
        self.items = items

    def pull_stock(
        self, items: Sequence[RemoteItem] | None = None, since: datetime | None = None
    ) -> Iterator[StockItem]:
        return iter(self.items)


def stock_run(here: Scene, wanted: dict[str, int]) -> Work:
    items = [StockItem(sku, n, on_hand=n, allocated=0, in_transit=0) for sku, n in wanted.items()]
    schedule = FlowSchedule.objects.create(connection=here.shop, flow="stock")
    schedule.take_lease(timezone.now(), 600)
    record = SyncRun.objects.create(
        connection=here.shop, flow="stock", trigger="command", status="running"
    )
    started = timezone.now() + timedelta(seconds=1)
    run = Run(record, here.shop, schedule, Erp(items), started, {})
    return lambda: sync_stock(run)


def bulk_upsert(here: Scene, wanted: dict[str, int]) -> Work:
    pks = {sku: pk for pk, sku in here.skus.items()}

    def write() -> None:
        now = timezone.now()
        rows = [
            StockLevel(
                location=here.place, variant_id=pks[sku], available=n, on_hand=n, allocated=0,
                in_transit=0, as_of=now,
            )
            for sku, n in wanted.items()
        ]  # fmt: skip
        StockLevel.objects.bulk_create(
            rows,
            batch_size=5000,
            update_conflicts=True,
            unique_fields=["location", "variant"],
            update_fields=["available", "on_hand", "allocated", "in_transit", "as_of"],
        )

    return write


def one_by_one(here: Scene, wanted: dict[str, int]) -> Work:
    def write() -> None:
        for sku, n in wanted.items():
            variant = Variant.objects.get(sku=sku)
            facts: dict[str, Any] = {"available": n, "on_hand": n, "as_of": timezone.now()}
            StockLevel.objects.update_or_create(
                location=here.place, variant=variant, defaults=facts
            )

    return write


class LevelResource(resources.ModelResource):  # type: ignore[misc]
    """As one writes it from the documentation, in bulk mode."""

    sku = fields.Field("variant", "sku", widgets.ForeignKeyWidget(Variant, "sku"))

    class Meta:
        model = StockLevel
        fields = ("location", "sku", "available", "on_hand", "as_of")
        import_id_fields = ("location", "sku")
        use_bulk = True
        skip_unchanged = True
        batch_size = 1000


def import_export(here: Scene, wanted: dict[str, int]) -> Work:
    rows = tablib.Dataset(headers=["location", "sku", "available", "on_hand", "as_of"])
    times = StockLevel.objects.filter(location=here.place).values_list("as_of", flat=True)
    then = f"{times[0]:%Y-%m-%d %H:%M:%S}"
    for sku, n in wanted.items():
        rows.append([here.place.pk, sku, n, n, then])
    return lambda: LevelResource().import_data(rows, raise_errors=True)
