"""The control API of the ERPs: how tests and scripts change and judge them. JSON in and out.

GET  /control/erps                         servers with their figures, rules, and calls by name
POST /control/erps                         account (a host name), company, username, password,
                                           orders (how many purchase orders it has; 0)
GET  /control/erps/{account}/purchase-orders
                                           purchase orders as they stand
GET  /control/erps/{account}/stock?sku=&start=&count=
                                           stock as it stands, 100 SKUs unless said otherwise
POST /control/erps/{account}/rules         any of Rules (models.py): dialect, details_post,
                                           offers_list, most_a_page, token_seconds,
                                           calls_per_window, window_seconds, ...; the count of
                                           calls begins anew
POST /control/erps/{account}/login         username, password: what is accepted from now on;
                                           tokens that were given out stay good
POST /control/erps/{account}/revoke        {} every token is good no more
POST /control/erps/{account}/order         vendor, lines [{sku, quantity, price}], expected_on,
                                           status (its name): a new purchase order
POST /control/erps/{account}/receive       order, lines [{sku, quantity}] (all when left out)
POST /control/erps/{account}/cancel        order
POST /control/erps/{account}/expect        order, expected_on (2026-12-01; none when left out)
POST /control/erps/{account}/status        order, status (name or number)
POST /control/erps/{account}/track         order, carrier, number
POST /control/erps/{account}/work          steps: so many changes of an ordinary day
POST /control/erps/{account}/stock         sku, quantity, and any of Good (models.py): title, cost,
                                           reserved, non_sellable, shown
POST /control/erps/{account}/generate      count: so many SKUs BULK-000001 ... exist from now on
POST /control/erps/{account}/change        share (0 to 1): so many of the generated SKUs have one
                                           unit more from now on

A refusal is status 422 with {"error": "..."}; an unknown server is 404.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any

from integrations.sandbox.messages import Request, Response, json_response

from .changing import (
    Refused,
    cancel,
    create,
    expect,
    order_of,
    receive,
    set_status,
    set_stock,
    track,
)
from .day import work
from .goods import begin_wave, find_good, goods_between, how_many, sku_of
from .models import Erp, PurchaseOrder, Rules, Status
from .seed import create_erp
from .tokens import revoke_all

if TYPE_CHECKING:
    from integrations.sandbox.router import Router
    from integrations.sandbox.world import World

Given = dict[str, Any]
Action = Callable[["World", Erp, Given], Any]
MOST_GENERATED = 999_999
USUAL_COUNT = 100


def add_routes(router: "Router") -> None:
    """The addresses of this file's docstring."""
    one = "/control/erps/{account}"
    router.add("GET", "/control/erps", _erps)
    router.add("POST", "/control/erps", _add_erp)
    router.add("GET", f"{one}/purchase-orders", _orders)
    router.add("GET", f"{one}/stock", _stock)
    for name, action in ACTIONS.items():
        router.add("POST", f"{one}/{name}", partial(_at_erp, action))


def _at_erp(action: Action, world: "World", request: Request, account: str) -> Response:
    given = request.json_object()
    with world.lock:
        erp = world.erp(account)
        try:
            answer = action(world, erp, given)
        except Refused as exc:
            return json_response({"error": str(exc)}, 422)
        except (KeyError, TypeError, ValueError, InvalidOperation) as exc:
            return json_response({"error": f"A value is missing or wrong: {exc!r}"}, 422)
        world.on_change()
        return json_response(answer)


def _erps(world: "World", request: Request) -> Response:
    with world.lock:
        return json_response({"erps": [erp_shown(one) for one in world.state.erps.values()]})


def erp_shown(erp: Erp) -> Given:
    return {
        "account": erp.account,
        "company": erp.company,
        "username": erp.username,
        "purchase_orders": len(erp.orders),
        "skus": how_many(erp),
        "tokens": len(erp.tokens),
        "rules": erp.rules.model_dump(),
        "calls": dict(erp.calls),
    }


def _add_erp(world: "World", request: Request) -> Response:
    given = request.json_object()
    with world.lock:
        try:
            return json_response(erp_shown(create_erp(world, given)), 201)
        except (KeyError, TypeError, ValueError) as exc:
            return json_response({"error": f"The server cannot be made: {exc}"}, 422)


def _orders(world: "World", request: Request, account: str) -> Response:
    with world.lock:
        shown = [_shown(one) for one in world.erp(account).orders.values()]
    return json_response({"purchase_orders": shown})


def _shown(order: PurchaseOrder) -> Given:
    figures = {
        "status": order.status.name.lower(),
        "ordered": order.ordered,
        "received": order.received,
    }
    return order.model_dump(mode="json") | figures


def _stock(world: "World", request: Request, account: str) -> Response:
    asked = request.query
    start, count = asked.get("start", "0"), asked.get("count", str(USUAL_COUNT))
    with world.lock:
        erp = world.erp(account)
        if sku := asked.get("sku"):
            named = find_good(erp, sku)
            found = [named] if named else []
        else:
            found = goods_between(erp, int(start), int(start) + int(count))
        shown = [one.model_dump(mode="json") | {"available": one.available} for one in found]
    return json_response({"stock": shown})


def _rules(world: "World", erp: Erp, given: Given) -> Given:
    unknown = given.keys() - Rules.model_fields.keys()
    if unknown:
        raise Refused(f"There is no rule {', '.join(sorted(unknown))}.")
    erp.rules = Rules.model_validate(erp.rules.model_dump() | given)
    erp.forget_calls()
    return erp.rules.model_dump()


def _login(world: "World", erp: Erp, given: Given) -> Given:
    erp.username = str(given.get("username", erp.username))
    erp.password = str(given.get("password", erp.password))
    return {"username": erp.username}


def _revoke(world: "World", erp: Erp, given: Given) -> Given:
    return {"revoked": revoke_all(world, erp)}


def _order(world: "World", erp: Erp, given: Given) -> Given:
    lines = [
        (str(one["sku"]), int(one["quantity"]), Decimal(str(one.get("price", "5"))))
        for one in given["lines"]
    ]
    status = _status(given.get("status", "ordered"))
    vendor = str(given.get("vendor", "Harbor Supply"))
    expected_at = _day(given.get("expected_on"))
    return _shown(create(world, erp, vendor, lines, expected_at=expected_at, status=status))


def _receive(world: "World", erp: Erp, given: Given) -> Given:
    order = order_of(erp, given["order"])
    units = None
    if "lines" in given:
        wanted = {str(one["sku"]): int(one["quantity"]) for one in given["lines"]}
        units = {line.id: wanted.pop(line.sku, 0) for line in order.lines}
        if wanted:
            raise Refused(f"It has no line {', '.join(wanted)}.")
    receive(world, erp, order, units)
    return _shown(order)


def _cancel(world: "World", erp: Erp, given: Given) -> Given:
    order = order_of(erp, given["order"])
    cancel(world, erp, order)
    return _shown(order)


def _expect(world: "World", erp: Erp, given: Given) -> Given:
    order = order_of(erp, given["order"])
    expect(world, erp, order, _day(given.get("expected_on")))
    return _shown(order)


def _set_status(world: "World", erp: Erp, given: Given) -> Given:
    order = order_of(erp, given["order"])
    set_status(world, erp, order, _status(given["status"]))
    return _shown(order)


def _track(world: "World", erp: Erp, given: Given) -> Given:
    order = order_of(erp, given["order"])
    track(world, erp, order, str(given.get("carrier", "UPS")), str(given["number"]))
    return _shown(order)


def _work(world: "World", erp: Erp, given: Given) -> Given:
    return {"happened": work(world, erp, int(given.get("steps", 5)))}


def _set_stock(world: "World", erp: Erp, given: Given) -> Given:
    more = {name: value for name, value in given.items() if name not in ("sku", "quantity")}
    good = set_stock(world, erp, str(given["sku"]), int(given["quantity"]), **more)
    return good.model_dump(mode="json")


def _generate(world: "World", erp: Erp, given: Given) -> Given:
    count = int(given["count"])
    if not 0 <= count <= MOST_GENERATED:
        raise Refused(f"Between 0 and {MOST_GENERATED:,} SKUs can be generated.")
    erp.generated, erp.generated_at, erp.waves = count, world.now(), []
    world.record("skus_generated", erp.account, erp.company, f"{count:,} SKUs")
    return {"count": count, "first": sku_of(1), "last": sku_of(count)} if count else {"count": 0}


def _change(world: "World", erp: Erp, given: Given) -> Given:
    share = float(given["share"])
    if not 0 <= share <= 1:
        raise Refused("The share is a number from 0 to 1.")
    changed = begin_wave(erp, share, world.now())
    world.record("skus_changed", erp.account, erp.company, f"{changed:,} SKUs changed")
    return {"changed": changed}


def _status(word: object) -> Status:
    name = str(word).upper().replace("CANCELED", "CANCELLED")
    return Status[name] if name in Status.__members__ else Status(int(name))


def _day(text: object) -> datetime | None:
    """Noon, which is the same day in every time zone people work in."""
    if not text:
        return None
    return datetime.strptime(str(text), "%Y-%m-%d").replace(hour=12, tzinfo=UTC)


ACTIONS: dict[str, Action] = {
    "rules": _rules,
    "login": _login,
    "revoke": _revoke,
    "order": _order,
    "receive": _receive,
    "cancel": _cancel,
    "expect": _expect,
    "status": _set_status,
    "track": _track,
    "work": _work,
    "stock": _set_stock,
    "generate": _generate,
    "change": _change,
}
