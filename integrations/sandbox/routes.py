"""Every address of the sandbox."""

from urllib.parse import quote

from . import broken, control, dial_pages, pages
from .messages import Request, Response, redirect
from .render import stylesheet
from .router import Router
from .sellercloud import routes as erp_routes
from .shopify import api, app_pages, backoffice, by_hand_pages, oauth, storefront
from .stripe import routes as stripe_routes
from .warehouses import routes as warehouse_routes
from .world import World

PROVIDERS = ("shopify", "shopify-partner")


def build_router() -> Router:
    """The table of addresses; both Shopify providers reach the same stores."""
    router = Router()
    _add_apis(router)
    _add_pages(router)
    _add_store_pages(router)
    erp_routes.add_routes(router)
    warehouse_routes.add_routes(router)
    stripe_routes.add_routes(router)
    control.add_routes(router)
    return router


def _add_apis(router: Router) -> None:
    for provider in PROVIDERS:
        base = f"/(?P<provider>{provider})/{{shop}}/admin"
        router.add("GET", f"{base}/oauth/authorize", oauth.authorize_page)
        router.add("POST", f"{base}/oauth/authorize", oauth.authorize_answer)
        router.add("POST", f"{base}/oauth/access_token", oauth.access_token)
        router.add("POST", f"{base}/api/{{version}}/graphql.json", api.graphql)
        router.add("GET", f"{base}/orders/{{order}}", _order_link)
    for method in ("GET", "POST"):
        router.add(method, "/elsewhere/(?P<path>.*)", broken.elsewhere)


def _order_link(world: World, request: Request, provider: str, shop: str, order: str) -> Response:
    """Where a link to an order in the store's admin leads."""
    return redirect(f"/stores/{quote(shop)}/admin/orders/{quote(order)}/")


def _css(world: World, request: Request) -> Response:
    return stylesheet()


def _add_pages(router: Router) -> None:
    router.add("GET", "/static/sandbox.css", _css)
    router.add("GET", "/", pages.index)
    router.add("GET", "/ledger/", pages.ledger)
    router.add("GET", "/dials/", dial_pages.dials)
    router.add("POST", "/dials/", dial_pages.change_dials)
    router.add("GET", "/mail/", pages.mailbox)
    router.add("GET", "/mail/{mail}/", pages.one_mail)
    router.add("GET", "/mail/{mail}/html/", pages.mail_html)


def _add_store_pages(router: Router) -> None:
    shop, admin = "/stores/{shop}", "/stores/{shop}/admin"
    router.add("GET", f"{shop}/", storefront.shelf)
    router.add("POST", f"{shop}/orders/", storefront.buy)
    router.add("GET", f"{shop}/orders/{{token}}/", storefront.thanks)
    router.add("GET", f"{admin}/", backoffice.orders)
    router.add("GET", f"{admin}/orders/{{order}}/", backoffice.order)
    router.add("POST", f"{admin}/orders/{{order}}/ship/", backoffice.ship_order)
    router.add("POST", f"{admin}/orders/{{order}}/deliver/", backoffice.deliver_parcel)
    router.add("POST", f"{admin}/orders/{{order}}/cancel/", backoffice.cancel)
    router.add("GET", f"{admin}/products/", backoffice.products)
    router.add("POST", f"{admin}/products/stock/", backoffice.set_stock)
    for name, form in by_hand_pages.FORMS.items():
        router.add("POST", f"{admin}/orders/{{order}}/{name}/", form)
    router.add("GET", f"{admin}/apps/", app_pages.apps)
    router.add("POST", f"{admin}/apps/uninstall/", app_pages.uninstall_app)
    router.add("POST", f"{admin}/apps/secret/", app_pages.change_secret)
    router.add("POST", f"{admin}/apps/privacy/", app_pages.send_topic)
