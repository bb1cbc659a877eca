"""Control of the warehouses, for tests and scripts: JSON in, JSON out.

GET  /control/warehouses                     all of them with their rules
POST /control/warehouses                     kind (veracore, extensiv), account, name, client_id,
                                             client_secret, goods [{sku, title, on_hand, price,
                                             brand, thc, batch, certificate_url}]
GET  /control/warehouses/{account}/orders    all orders, in their order
GET  /control/warehouses/{account}/stock     all goods
POST /control/warehouses/{account}/rules     any of Rules (models.py)
POST /control/warehouses/{account}/login     client_id, client_secret: accepted from now on
POST /control/warehouses/{account}/revoke    {} every token is good no more
POST /control/warehouses/{account}/order     number, lines [{sku, quantity, price}]: a stranger's
POST /control/warehouses/{account}/pick      number
POST /control/warehouses/{account}/pack      number
POST /control/warehouses/{account}/ship      number, carrier, tracking, units {sku: n} (else all)
POST /control/warehouses/{account}/short     number: the rest is never sent
POST /control/warehouses/{account}/deliver   number
POST /control/warehouses/{account}/cancel    number, reason
POST /control/warehouses/{account}/void      number, parcel (id)
POST /control/warehouses/{account}/stock     sku, on_hand, and any of Good (models.py)

A refusal is status 422 with {"error": "..."}; an unknown warehouse is 404.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from integrations.sandbox.messages import Request, Response, json_response

from . import work
from .models import Good, Order, Rules, Warehouse
from .seed import create_warehouse

if TYPE_CHECKING:
    from integrations.sandbox.router import Router
    from integrations.sandbox.world import World

Given = dict[str, Any]
Action = Callable[["World", Warehouse, Given], Any]


def add_routes(router: "Router") -> None:
    """The addresses of this file's docstring."""
    one = "/control/warehouses/{account}"
    router.add("GET", "/control/warehouses", _all)
    router.add("POST", "/control/warehouses", _add)
    router.add("GET", f"{one}/orders", partial(_at, _orders))
    router.add("GET", f"{one}/stock", partial(_at, _stock))
    for name, action in ACTIONS.items():
        router.add("POST", f"{one}/{name}", partial(_at, action))


def _at(action: Action, world: "World", request: Request, account: str) -> Response:
    given = request.json_object() if request.method == "POST" else {}
    with world.lock:
        place = world.state.warehouses.get(account.lower())
        if place is None:
            return json_response({"error": f"There is no warehouse {account}."}, 404)
        try:
            answer = action(world, place, given)
        except work.Refused as exc:
            return json_response({"error": str(exc)}, 422)
        except (KeyError, TypeError, ValueError) as exc:
            return json_response({"error": f"A value is missing or wrong: {exc!r}"}, 422)
        if request.method == "POST":
            world.on_change()
        return json_response(answer)


def _all(world: "World", request: Request) -> Response:
    with world.lock:
        found = [_shown(one) for one in world.state.warehouses.values()]
    return json_response({"warehouses": found})


def _shown(place: Warehouse) -> Given:
    return place.model_dump(mode="json", exclude={"client_secret", "tokens", "orders"})


def _add(world: "World", request: Request) -> Response:
    given = request.json_object()
    with world.lock:
        try:
            return json_response(_shown(create_warehouse(world, given)), 201)
        except (KeyError, TypeError, ValueError) as exc:
            return json_response({"error": f"The warehouse cannot be made: {exc}"}, 422)


def _orders(world: "World", place: Warehouse, given: Given) -> Given:
    return {"orders": [one.model_dump(mode="json") for one in place.orders.values()]}


def _stock(world: "World", place: Warehouse, given: Given) -> Given:
    rows = [one.model_dump(mode="json") | {"available": one.available} for one in _goods(place)]
    return {"stock": rows}


def _goods(place: Warehouse) -> list[Good]:
    return list(place.goods.values())


def _order_of(place: Warehouse, given: Given) -> Order:
    order = place.orders.get(str(given["number"]))
    if order is None:
        raise work.Refused(f"There is no order {given['number']}.")
    return order


def _rules(world: "World", place: Warehouse, given: Given) -> Given:
    unknown = given.keys() - Rules.model_fields.keys()
    if unknown:
        raise work.Refused(f"There is no rule {', '.join(sorted(unknown))}.")
    place.rules = Rules.model_validate(place.rules.model_dump() | given)
    return place.rules.model_dump()


def _login(world: "World", place: Warehouse, given: Given) -> Given:
    place.client_id = str(given.get("client_id", place.client_id))
    place.client_secret = str(given.get("client_secret", place.client_secret))
    return {"client_id": place.client_id}


def _revoke(world: "World", place: Warehouse, given: Given) -> Given:
    count, place.tokens = len(place.tokens), []
    return {"revoked": count}


def _order(world: "World", place: Warehouse, given: Given) -> Given:
    lines = [work.line_of(one["sku"], one["quantity"], one.get("price")) for one in given["lines"]]
    about = {"name": "Somebody else", "email": "", "address": {}}
    return work.take(world, place, str(given["number"]), lines, **about).model_dump(mode="json")


def _ship(world: "World", place: Warehouse, given: Given) -> Given:
    named = dict(given["units"]) if "units" in given else None
    units = None if named is None else {str(sku): int(n) for sku, n in named.items()}
    carrier, number = str(given.get("carrier", "UPS")), str(given.get("tracking", ""))
    order = _order_of(place, given)
    return work.ship(world, place, order, carrier, number, units).model_dump(mode="json")


def _simple(act: Callable[..., object], *names: str) -> Action:
    """An action on one order that takes these further values."""

    def run(world: "World", place: Warehouse, given: Given) -> Given:
        order = _order_of(place, given)
        act(world, place, order, *(given[name] for name in names if name in given))
        return order.model_dump(mode="json")

    return run


def _set_stock(world: "World", place: Warehouse, given: Given) -> Given:
    sku, on_hand = str(given["sku"]), int(given["on_hand"])
    more = {name: given[name] for name in given.keys() - {"sku", "on_hand", "id"}}
    known = place.goods.get(sku) or Good(id=0, sku=sku, title=sku, on_hand=0)
    changed = Good.model_validate(known.model_dump() | more)
    counted = work.count(world, place, sku, on_hand)
    place.goods[sku] = changed.model_copy(update={"id": counted.id, "on_hand": on_hand})
    return place.goods[sku].model_dump(mode="json")


ACTIONS: dict[str, Action] = {
    "rules": _rules,
    "login": _login,
    "revoke": _revoke,
    "order": _order,
    "pick": _simple(work.pick),
    "pack": _simple(work.pack),
    "ship": _ship,
    "short": _simple(work.close_short),
    "deliver": _simple(work.deliver),
    "cancel": _simple(work.cancel, "reason"),
    "void": _simple(work.void, "parcel"),
    "stock": _set_stock,
}
