"""The control API of the Stripe accounts: how tests and scripts pay, and judge. JSON in and out.

GET  /control/stripes                      accounts with their payments
POST /control/stripes                      account (acct_...), name, api_key, secret, livemode, url
POST /control/stripes/{account}/endpoint   url, secret: where events go and what signs them; the
                                           secret before is kept as the previous one
POST /control/stripes/{account}/pay        lines [{sku, quantity}], how (card, declined, transfer),
                                           name, email, phone, line1, city, state, postal_code,
                                           country, order_number, shipping (minor units)
POST /control/stripes/{account}/complete   payment: its transfer arrived
POST /control/stripes/{account}/fail       payment: its transfer never came
POST /control/stripes/{account}/refund     payment, amount (minor units; all when left out)
POST /control/stripes/{account}/dispute    payment, reason

A refusal is status 422 with {"error": "..."}; an unknown account is 404.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from integrations.sandbox.messages import Request, Response, json_response

from .models import Buyer, Merchant, Sale
from .paying import SHIPPING, Refused, complete, fail, open_dispute, pay, refund, sell
from .seed import create_merchant

if TYPE_CHECKING:
    from integrations.sandbox.router import Router
    from integrations.sandbox.world import World

Given = dict[str, Any]
Action = Callable[["World", Merchant, Given], Any]


def add_routes(router: "Router") -> None:
    """The addresses of this file's docstring."""
    router.add("GET", "/control/stripes", _merchants)
    router.add("POST", "/control/stripes", _add)
    for name, action in ACTIONS.items():
        router.add("POST", f"/control/stripes/{{account}}/{name}", partial(_at_merchant, action))


def _at_merchant(action: Action, world: "World", request: Request, account: str) -> Response:
    given = request.json_object()
    with world.lock:
        merchant = world.stripe(account)
        try:
            return json_response(action(world, merchant, given))
        except Refused as exc:
            return json_response({"error": str(exc)}, 422)
        except (KeyError, TypeError, ValueError) as exc:
            return json_response({"error": f"A value is missing or wrong: {exc!r}"}, 422)


def _merchants(world: "World", request: Request) -> Response:
    with world.lock:
        return json_response({"stripes": [_shown(one) for one in world.state.stripes.values()]})


def _shown(merchant: Merchant) -> Given:
    sales = [sale_shown(one) for one in merchant.sales.values()]
    kept = {"account", "name", "livemode", "endpoint_url", "enabled_events"}
    return merchant.model_dump(mode="json", include=kept) | {"payments": sales}


def sale_shown(sale: Sale) -> Given:
    """A payment with its totals."""
    return sale.model_dump(mode="json") | {"total": sale.total, "left": sale.left}


def _add(world: "World", request: Request) -> Response:
    given = request.json_object()
    with world.lock:
        try:
            return json_response(_shown(create_merchant(world, given)), 201)
        except (KeyError, TypeError, ValueError) as exc:
            return json_response({"error": f"The account cannot be made: {exc}"}, 422)


def _endpoint(world: "World", merchant: Merchant, given: Given) -> Given:
    merchant.endpoint_url = str(given.get("url", merchant.endpoint_url))
    secret = str(given.get("secret", merchant.secret))
    if secret != merchant.secret:
        merchant.previous_secret, merchant.secret = merchant.secret, secret
    merchant.enabled_events = list(given.get("enabled_events", merchant.enabled_events))
    world.record("endpoint_set", merchant.account, merchant.endpoint_url, "events go there")
    return _shown(merchant)


def _pay(world: "World", merchant: Merchant, given: Given) -> Given:
    wanted = [(str(one["sku"]), int(one.get("quantity", 1))) for one in given["lines"]]
    buyer = Buyer(**{name: given[name] for name in Buyer.model_fields if name in given})
    shipping = int(given.get("shipping", SHIPPING))
    sale = sell(world, merchant, wanted, buyer, str(given.get("order_number", "")), shipping)
    how = given.get("how", "card")
    if how not in ("card", "declined", "transfer"):
        raise Refused(f"Nobody can pay by {how}.")
    pay(world, merchant, sale, how)
    return sale_shown(sale)


def sale_of(merchant: Merchant, payment: str) -> Sale:
    """The sale of a payment. Raises Refused."""
    sale = merchant.by_payment(payment)
    if sale is None:
        raise Refused(f"There is no payment {payment}.")
    return sale


def _complete(world: "World", merchant: Merchant, given: Given) -> Given:
    sale = sale_of(merchant, given["payment"])
    complete(world, merchant, sale)
    return sale_shown(sale)


def _fail(world: "World", merchant: Merchant, given: Given) -> Given:
    sale = sale_of(merchant, given["payment"])
    fail(world, merchant, sale)
    return sale_shown(sale)


def _refund(world: "World", merchant: Merchant, given: Given) -> Given:
    sale = sale_of(merchant, given["payment"])
    amount = given.get("amount")
    refund(world, merchant, sale, None if amount is None else int(amount))
    return sale_shown(sale)


def _dispute(world: "World", merchant: Merchant, given: Given) -> Given:
    sale = sale_of(merchant, given["payment"])
    open_dispute(world, merchant, sale, str(given.get("reason", "fraudulent")))
    return sale_shown(sale)


ACTIONS: dict[str, Action] = {
    "endpoint": _endpoint,
    "pay": _pay,
    "complete": _complete,
    "fail": _fail,
    "refund": _refund,
    "dispute": _dispute,
}
