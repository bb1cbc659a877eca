"""The addresses of the Stripe accounts: API, checkout, back office."""

from urllib.parse import quote

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.router import Router
from integrations.sandbox.world import World

from . import api, checkout, office


def add_routes(router: Router) -> None:
    """API and pages."""
    api.add_routes(router)
    shop = "/checkout/{account}"
    router.add("GET", f"{shop}/", checkout.shelf)
    router.add("POST", f"{shop}/pay/", checkout.buy)
    router.add("GET", f"{shop}/{{sale}}/", checkout.thanks)
    router.add("GET", "/payments/{account}/", office.payments)
    for name, form in office.FORMS.items():
        router.add("POST", f"/payments/{{account}}/{{payment}}/{name}/", office.posted(form))
    link = "/stripe/{account}/{same}(?:/test)?/payments/{payment}"
    router.add("GET", link, _payment_link)


def _payment_link(
    world: World, request: Request, account: str, same: str, payment: str
) -> Response:
    """Where a link to a payment in the dashboard leads."""
    return redirect(f"/payments/{quote(account)}/#{quote(payment)}")
