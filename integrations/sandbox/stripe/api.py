"""The API under /stripe/{account}/v1: what the portal reads."""

from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox import broken
from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.messages import Request, Response, json_response
from integrations.sandbox.router import Router
from integrations.sandbox.world import World

from . import payloads
from .models import Merchant, Sale

MOST, USUAL = 100, 10


@dataclass(frozen=True)
class Call:
    """One call that may go on."""

    merchant: Merchant
    request: Request
    dial: Dial | None

    def page(self, url: str, rows: list[payloads.Payload]) -> Response:
        """A part of a list, from behind `starting_after`. An unknown id is an error there."""
        asked = self.request.query
        limit = asked.get("limit", str(USUAL))
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
            return error("Invalid integer: limit", 400)
        ids = [row["id"] for row in rows]
        after = asked.get("starting_after", "")
        if after and after not in ids:
            return error(f"No such item: '{after}'", 400)
        left = rows[ids.index(after) + 1 :] if after else rows
        part = left[: int(limit)]
        return json_response(payloads.listing(url, part, len(left) > len(part)))


Answer = Callable[[Call, str], Response]


def error(message: str, status: int) -> Response:
    kind = "invalid_request_error"
    return json_response({"error": {"message": message, "type": kind}}, status)


def guarded(name: str, answer: Answer) -> Callable[..., Response]:
    """A handler of this call that refuses, fails and lies as the key and the dials say."""

    def handle(world: World, request: Request, account: str, id: str = "") -> Response:  # noqa: A002
        merchant = world.state.stripes.get(account)
        if merchant is None:
            return error(f"There is no account {account}.", 404)
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if given != merchant.api_key:
            return error("Invalid API Key provided.", 401)
        dial = world.api_fault(account, [name])
        if dial is not None:
            stop = broken.stopped(world, request, dial, _refusal, {})
            if stop is not None:
                return stop
        with world.lock:
            made = answer(Call(merchant, request, dial), id)
        return broken.spoilt(world, dial, made, b"Stripe")

    return handle


def _refusal(world: World, dial: Dial) -> Response | None:
    if dial.mode == Mode.TOO_MANY:
        return error("Too many requests in a short time.", 429)
    if dial.mode == Mode.UNAUTHORIZED:
        return error("Invalid API Key provided.", 401)
    if dial.mode == Mode.FORBIDDEN:
        return error("The provided key does not have the required permissions.", 403)
    return None


def _account(call: Call, _: str) -> Response:
    return json_response(payloads.account(call.merchant))


def _endpoints(call: Call, _: str) -> Response:
    merchant = call.merchant
    rows = [payloads.endpoint(merchant)] if merchant.endpoint_url else []
    return call.page("/v1/webhook_endpoints", rows)


def _sessions(call: Call, _: str) -> Response:
    """The newest first, of one payment where it is asked for."""
    payment = call.request.query.get("payment_intent", "")
    is_deaf = call.dial is not None and call.dial.mode == Mode.FILTER_IGNORED
    sales = reversed(call.merchant.sales.values())
    found = [one for one in sales if is_deaf or not payment or one.payment == payment]
    rows = [payloads.session(call.merchant, one) for one in found]
    return call.page("/v1/checkout/sessions", rows)


def _session(call: Call, sale_id: str) -> Response:
    sale = call.merchant.sales.get(sale_id)
    return json_response(payloads.session(call.merchant, sale)) if sale else _no_session(sale_id)


def _lines(call: Call, sale_id: str) -> Response:
    sale: Sale | None = call.merchant.sales.get(sale_id)
    if sale is None:
        return _no_session(sale_id)
    rows = [payloads.line_item(call.merchant, line) for line in sale.lines]
    if call.request.query.get("expand[]") != "data.price.product":
        for row in rows:
            row["price"]["product"] = row["price"]["product"]["id"]
    return call.page(f"/v1/checkout/sessions/{sale_id}/line_items", rows)


def _no_session(sale_id: str) -> Response:
    return error(f"No such checkout.session: {sale_id}", 404)


def add_routes(router: Router) -> None:
    """The reads of the API."""
    base = "/stripe/{account}/v1"
    sessions = f"{base}/checkout/sessions"
    router.add("GET", f"{base}/account", guarded("Account", _account))
    router.add("GET", f"{base}/webhook_endpoints", guarded("WebhookEndpoints", _endpoints))
    router.add("GET", sessions, guarded("CheckoutSessions", _sessions))
    router.add("GET", f"{sessions}/{{id}}", guarded("CheckoutSession", _session))
    router.add("GET", f"{sessions}/{{id}}/line_items", guarded("LineItems", _lines))
