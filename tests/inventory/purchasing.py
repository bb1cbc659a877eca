"""An ERP that plays its part in memory, and purchase orders as it says them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.models import Connection, ExternalRef
from integrations.providers.base import PullsPurchaseOrders
from integrations.services.runs import Run
from integrations.types import PurchaseOrderQuery, RemotePurchaseOrder, RemotePurchaseOrderLine
from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.services.import_purchase_orders import import_purchase_orders
from tests.catalog.builders import make_connection, make_run

ANY = PurchaseOrderQuery()


@dataclass
class Erp(PullsPurchaseOrders):
    """Answers with the orders it was given; an exception among them is raised."""

    orders: list[Any] = field(default_factory=list)
    asked: list[PurchaseOrderQuery] = field(default_factory=list)

    def pull_purchase_orders(self, query: PurchaseOrderQuery) -> Iterator[RemotePurchaseOrder]:
        self.asked.append(query)
        for one in self.orders:
            if isinstance(one, Exception):
                raise one
            yield one


def make_erp() -> Connection:
    """A connection of an ERP; the provider beside it is given to each run."""
    return make_connection("erp", provider="sellercloud")


def line(number: int = 1, sku: str = "MUG", ordered: Any = 10, **facts: Any) -> Any:
    return RemotePurchaseOrderLine(f"L{number}", sku, ordered, **facts)


def order(number: int = 1, *lines: Any, **facts: Any) -> RemotePurchaseOrder:
    """An order of 10 mugs; what they said is made from the facts."""
    values = {
        "external_id": str(number),
        "number": f"PO-{number}",
        "status": "ordered",
        "status_raw": "1",
        "lines": lines or (line(),),
        "supplier": "Potters",
        "total": Decimal("42.5"),
        "currency": "USD",
    } | facts
    values.setdefault("raw", {"ID": number, "said": repr(sorted(values.items()))})
    return RemotePurchaseOrder(**values)


def sync(
    connection: Connection, *orders: Any, watermark: dict[str, Any] | None = None, **params: Any
) -> Run:
    """One run; the ERP says these orders."""
    run = make_run(connection, "purchase_orders", Erp(list(orders)), **params)
    run.watermark.update(watermark or {})
    import_purchase_orders(run)
    run.flush()
    return run


def stored() -> dict[str, tuple[Any, ...]]:
    """What is kept of each order: status, supplier, total, and (SKU, ordered, received)."""
    found = {}
    for row in PurchaseOrder.objects.prefetch_related("lines"):
        lines = sorted((one.sku, one.ordered, one.received) for one in row.lines.all())
        found[row.number] = (row.status, row.supplier, row.total, lines)
    return found


def rows() -> tuple[int, int, int]:
    """How many orders, lines and refs there are."""
    return tuple(m.objects.count() for m in (PurchaseOrder, PurchaseOrderLine, ExternalRef))
