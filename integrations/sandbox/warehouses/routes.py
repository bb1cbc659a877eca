"""The addresses of the warehouses: both interfaces, and the back office they share."""

from integrations.sandbox.router import Router

from . import extensiv_api, office, tokens, veracore_api
from .calls import guarded

VERACORE = "/veracore/{account}"
EXTENSIV = "/extensiv/{account}"


def add_routes(router: Router) -> None:
    """APIs and pages."""
    _add_veracore(router)
    _add_extensiv(router)
    _add_pages(router)


def _add_veracore(router: Router) -> None:
    api = veracore_api
    sign_in = guarded("veracore", "token", tokens.sign_in, signed_in=False)
    router.add("POST", f"{VERACORE}/oauth/token", sign_in)
    for method, path, name, answer in (
        ("POST", "orders", "order.create", api.create),
        ("GET", "orders/{number}", "order.find", api.one_order),
        ("GET", "inventory", "stock.list", api.stock),
        ("GET", "inventory/{sku}", "stock.one", api.stock_of_one),
        ("GET", "shipments", "shipments", api.shipments),
    ):
        router.add(method, f"{VERACORE}/api/{path}", guarded("veracore", name, answer))


def _add_extensiv(router: Router) -> None:
    api = extensiv_api
    sign_in = guarded("extensiv", "token", tokens.sign_in, signed_in=False)
    router.add("POST", f"{EXTENSIV}/oauth/token", sign_in)
    for method, path, name, answer in (
        ("GET", "products", "catalog", api.products),
        ("GET", "inventory", "stock.list", api.stock),
        ("GET", "inventory/{sku}", "stock.one", api.stock_of_one),
        ("POST", "orders", "order.create", api.create),
        ("GET", "orders", "order.find", api.orders),
        ("GET", "orders/{id}", "order.read", api.one_order),
        ("GET", "orders/{id}/status", "order.status", api.status),
        ("PATCH", "orders/{id}", "order.change", api.change),
    ):
        router.add(method, f"{EXTENSIV}/api/v1/{path}", guarded("extensiv", name, answer))


def _add_pages(router: Router) -> None:
    place = "/warehouses/{account}"
    router.add("GET", f"{place}/", office.orders)
    router.add("GET", f"{place}/orders/{{number}}/", office.one_order)
    for name, form in office.FORMS.items():
        router.add("POST", f"{place}/orders/{{number}}/{name}/", form)
    router.add("GET", f"{place}/stock/", office.stock_list)
    router.add("POST", f"{place}/stock/", office.save_stock)
