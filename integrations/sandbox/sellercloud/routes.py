"""The addresses of the ERPs: their API with and without /rest, and their back office."""

from urllib.parse import quote

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.router import Router
from integrations.sandbox.world import World

from . import office, office_orders, purchase_orders, stock, tokens
from .calls import guarded

# Paths in any case, as ASP.NET takes them; the published base address ends in /rest.
BASE = "/sellercloud/{account}(?i:(?:/rest)?/api"


def add_routes(router: Router) -> None:
    """API and pages."""
    sign_in = guarded("token", tokens.sign_in, signed_in=False)
    router.add("POST", f"{BASE}/token)", sign_in)
    listed = guarded("PurchaseOrders", purchase_orders.list_orders)
    router.add("GET", f"{BASE}/purchaseorders)", listed)
    one = guarded("PurchaseOrder", purchase_orders.one_order)
    router.add("GET", f"{BASE}/purchaseorders/{{id}})", one)
    router.add("GET", f"{BASE}/inventory)", guarded("Inventory", stock.bulk))
    details = f"{BASE}/inventory/details)"
    router.add("GET", details, guarded("InventoryDetails", stock.details))
    router.add("POST", details, guarded("InventoryDetails", stock.posted_details))
    places = guarded("InventoryWarehouses", stock.warehouses)
    router.add("GET", f"{BASE}/inventory/warehouses)", places)
    router.add("GET", "/sellercloud/{account}(?:/rest)?/purchase-orders/{order}/?", _order_link)
    _add_pages(router)


def _order_link(world: World, request: Request, account: str, order: str) -> Response:
    """Where a link to a purchase order in the ERP leads."""
    return redirect(f"/erp/{quote(account)}/purchase-orders/{quote(order)}/")


def _add_pages(router: Router) -> None:
    erp = "/erp/{account}"
    router.add("GET", f"{erp}/", office_orders.orders)
    router.add("GET", f"{erp}/purchase-orders/", office_orders.orders)
    router.add("POST", f"{erp}/purchase-orders/", office_orders.add_order)
    router.add("GET", f"{erp}/purchase-orders/{{order}}/", office_orders.one_order)
    for name, form in office_orders.FORMS.items():
        router.add("POST", f"{erp}/purchase-orders/{{order}}/{name}/", form)
    router.add("POST", f"{erp}/day/", office.have_a_day)
    router.add("GET", f"{erp}/stock/", office.stock_list)
    router.add("POST", f"{erp}/stock/", office.save_stock)
    router.add("GET", f"{erp}/server/", office.server)
    router.add("POST", f"{erp}/server/", office.change_server)
