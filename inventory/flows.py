"""What the inventory does in a run."""

from typing import Any

from django.db.models import CharField, F, QuerySet, Value

from integrations.models import SyncChange
from integrations.providers.base import PublishesStock, PullsPurchaseOrders, PullsStock
from integrations.registry import flow
from integrations.services.runs import Run
from inventory.models import StockChange
from inventory.services import apply_stock
from inventory.services import import_purchase_orders as importing
from inventory.services import publish_stock as publishing
from inventory.services.release_stock import release_stock


def ledger_of_run(run_id: int) -> QuerySet[Any]:
    """What a stock run changed, shaped like SyncChange: applied stock is kept in the ledger."""
    rows = StockChange.objects.filter(run=run_id).select_related("variant", "level__location")
    return rows.annotate(
        key=F("variant__sku"),
        field=Value("available", CharField()),
        outcome=Value(SyncChange.Outcome.APPLIED, CharField()),
        message=F("level__location__name"),
    ).order_by("id")


@flow("stock", PullsStock, "Stock", changes=ledger_of_run, release=release_stock)
def stock(run: Run) -> None:
    apply_stock.sync_stock(run)


@flow("publish_stock", PublishesStock, "Publish stock")
def publish_stock(run: Run) -> None:
    publishing.publish_stock(run)


@flow("purchase_orders", PullsPurchaseOrders, "Purchase orders")
def purchase_orders(run: Run) -> None:
    importing.import_purchase_orders(run)
