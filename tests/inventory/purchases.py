"""An ERP that plays its part in memory, and purchase orders to start from."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.models import Connection
from integrations.providers.base import PullsPurchaseOrders
from integrations.services.runs import Run
from integrations.types import PurchaseOrderQuery, RemotePurchaseOrder, RemotePurchaseOrderLine
from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.services.import_purchase_orders import import_purchase_orders
from tests.catalog.builders import make_run


@dataclass
class Erp(PullsPurchaseOrders):
    """Answers with what it was given; an exception in the list is raised."""

    orders: list[Any] = field(default_factory=list)
    asked: list[PurchaseOrderQuery] = field(default_factory=list)

    def pull_purchase_orders(self, query: PurchaseOrderQuery) -> Iterator[RemotePurchaseOrder]:
        self.asked.append(query)
        for one in self.orders:
            if isinstance(one, Exception):
                raise one
            yield one


def line(number: int = 1, **facts: Any) -> RemotePurchaseOrderLine:
    values = {"external_id": f"L{number}", "sku": f"SKU-{number}", "ordered": 10}
    return RemotePurchaseOrderLine(**(values | facts))


def remote(nth: int = 1, **facts: Any) -> RemotePurchaseOrder:
    """An order with one line of ten units; `raw` says the same unless it is given."""
    values = {
        "external_id": f"{nth}", "number": f"PO-{nth}", "status": "ordered",
        "status_raw": "Ordered", "lines": (line(),), "supplier": "Acme", "warehouse": "Main",
        "ordered_on": date(2026, 11, 1), "expected_on": date(2026, 12, 1),
        "total": Decimal("99.50"), "currency": "USD", "raw": {"ID": nth},
    }  # fmt: skip
    return RemotePurchaseOrder(**(values | facts))


def pull(connection: Connection, answer: list[Any], **params: Any) -> Run:
    """One run of purchase orders; `watermark` is what the schedule remembers."""
    watermark = params.pop("watermark", {})
    run = replace(make_run(connection, "purchase_orders", Erp(answer), **params))
    run.watermark.update(watermark)
    import_purchase_orders(run)
    run.flush()
    return run


def stored() -> dict[str, tuple[str, dict[str, tuple[str, int, int]]]]:
    """Status and lines (SKU, ordered, received) by number."""
    found: dict[str, tuple[str, dict[str, tuple[str, int, int]]]] = {
        order.number: (order.status, {}) for order in PurchaseOrder.objects.all()
    }
    for row in PurchaseOrderLine.objects.select_related("purchase_order"):
        lines = found[row.purchase_order.number][1]
        lines[row.external_id] = (row.sku, row.ordered, row.received)
    return found
