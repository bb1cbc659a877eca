"""What we buy, as our ERP has it: purchase orders and stock, yesterday's and this morning's."""

from datetime import timedelta

from integrations.models import ApiCall, Connection, SyncRun
from inventory.models import PurchaseOrder, StockChange, StockLevel

from .ageing import age
from .trade import Trade

ERP = "erp"
NIGHT = timedelta(hours=19)
CHANGES = 6


def erp() -> Connection:
    """The connection the demo makes by itself."""
    return Connection.objects.get(slug=ERP)


def pull_yesterday(trade: Trade) -> None:
    """Purchase orders and stock pulled in the afternoon before; some of the orders are overdue."""
    connection = erp()
    for flow in ("purchase_orders", "stock"):
        trade.run(connection, flow)
    runs = SyncRun.objects.filter(connection=connection)
    age(StockChange.objects.filter(run__in=runs), NIGHT)
    age(StockLevel.objects.filter(location__connection=connection), NIGHT)
    age(ApiCall.objects.filter(connection=connection), NIGHT)
    age(PurchaseOrder.objects.filter(connection=connection), NIGHT)
    age(runs, NIGHT)


def a_morning_at_the_erp(trade: Trade) -> None:
    """Goods came, one order is late, one is new with a SKU nobody here knows: *Unmatched*."""
    here = f"erps/{erp().account}"
    trade.outside.do(f"{here}/work", steps=CHANGES)
    trade.outside.do(f"{here}/stock", sku="CD-CUP-TRAVEL", quantity=48, title="Travel Cup, sand")
    line = {"sku": "CD-CUP-TRAVEL", "quantity": 96, "price": "6.40"}
    trade.outside.do(f"{here}/order", vendor="Hollow Reed Ceramics", lines=[line])
    for flow in ("purchase_orders", "stock"):
        trade.run(erp(), flow)
