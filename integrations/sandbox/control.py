"""The control API: how tests and scripts drive and judge the sandbox. JSON in and out.

GET  /control/ledger?store=&kind=&after=&limit=
                                           what took effect, oldest first
GET  /control/stores                       stores with products, stock and installed apps
GET  /control/orders?shop=                 orders as they stand, with lines and parcels
GET  /control/mail?to=                     received mail, newest first
GET  /control/deliveries                   webhooks still on their way
GET  /control/modes                        what a dial can do, with the settings it takes
GET  /control/dials                        failure dials with what they have done
POST /control/dials                        one dial: shop, operation, mode, every, times,
                                           probability, and the settings of its mode
POST /control/dials/clear                  {} for all, {"id": 3} for one
POST /control/reset                        {"seed": true} everything as at the first start
POST /control/apps                         client_id, secret, title, own_scopes, compliance_uri
POST /control/apps/rotate                  client_id, secret: a new secret (made up if left out);
                                           the old one stays good until revoked
POST /control/apps/revoke                  client_id: the old secret is good no more
POST /control/stores                       domain, name, currency, own, products (see seed_data)
POST /control/stores/{shop}/install        scopes, client_id, expiring -> tokens, as after OAuth
POST /control/stores/{shop}/uninstall      client_id
POST /control/stores/{shop}/orders         a customer's order: lines [{sku | variant_id | title,
                                           quantity, price, gift_card, requires_shipping}],
                                           email, first_name, last_name, phone, shipping_address,
                                           discount_code, discount, shipping_title,
                                           shipping_price, financial_status, note, tags, test,
                                           announce (false: no webhook), inventory
POST /control/stores/{shop}/ship           order ("#1001" or id), company, number(s),
                                           lines [{sku | line_id, quantity}] (all when left out),
                                           too_many (true: also more than ordered)
POST /control/stores/{shop}/track          order, parcel (newest when left out), company, number(s)
POST /control/stores/{shop}/void           order, parcel: the shipment is canceled
POST /control/stores/{shop}/deliver        order: its parcels arrive
POST /control/stores/{shop}/cancel         order, reason, restock
POST /control/stores/{shop}/edit           order, lines [{sku | line_id, quantity}] (new totals),
                                           add [{sku, quantity}], as the merchant's editor does
POST /control/stores/{shop}/start          order: in progress; unstart takes it back
POST /control/stores/{shop}/hold           order: on hold; release takes it back
POST /control/stores/{shop}/archive        order: closed; unarchive takes it back
POST /control/stores/{shop}/open_editor    order: being edited by someone else; close_editor ends it
POST /control/stores/{shop}/refund         order, lines [{sku | line_id, quantity}] (all when left
                                           out), amount (what the units cost), restock
POST /control/stores/{shop}/privacy        topic (customers/data_request, customers/redact,
                                           shop/redact), email, client_id, uri
POST /control/stores/{shop}/stock          sku, quantity

The addresses of the ERPs are listed in sellercloud/control.py, those of the Stripe accounts in
stripe/control.py. A refusal is status 422 with
{"error": "..."}; an unknown store is 404.
"""

import sys
from collections.abc import Mapping
from decimal import InvalidOperation
from functools import partial
from itertools import islice
from typing import Any

from pydantic import ValidationError

from .dial_words import GROUPS, sentence
from .faults import Dial
from .ledger import as_json, select
from .messages import BadRequest, Request, Response, json_response
from .router import Router
from .sellercloud import control as erp_control
from .sellercloud.seed import seed_erps
from .shopify.control import ACTIONS
from .shopify.finding import StoreAction, app_of
from .shopify.installs import revoke_secret, rotate_secret
from .shopify.models import App
from .shopify.refusals import Refusal
from .shopify.seed import create_store, seed_world
from .shopify.shown import order_shown, store_shown
from .state import State
from .stripe import control as stripe_control
from .stripe.seed import seed_stripes
from .warehouses import control as warehouse_control
from .warehouses.seed import seed_warehouses
from .world import World


def add_routes(router: Router) -> None:
    """The addresses of this file's docstring."""
    router.add("GET", "/control/ledger", _ledger)
    router.add("GET", "/control/stores", _stores)
    router.add("GET", "/control/orders", _orders)
    router.add("GET", "/control/mail", _mail)
    router.add("GET", "/control/deliveries", _deliveries)
    router.add("GET", "/control/modes", _modes)
    router.add("GET", "/control/dials", _dials)
    router.add("POST", "/control/dials", _add_dial)
    router.add("POST", "/control/dials/clear", _clear_dials)
    router.add("POST", "/control/reset", _reset)
    erp_control.add_routes(router)
    warehouse_control.add_routes(router)
    stripe_control.add_routes(router)
    router.add("POST", "/control/apps", _add_app)
    router.add("POST", "/control/apps/rotate", _rotate)
    router.add("POST", "/control/apps/revoke", _revoke)
    router.add("POST", "/control/stores", _add_store)
    for name, action in ACTIONS.items():
        router.add("POST", f"/control/stores/{{shop}}/{name}", partial(_at_store, action))


def _at_store(action: StoreAction, world: World, request: Request, shop: str) -> Response:
    given = request.json_object()
    with world.lock:
        try:
            return json_response(action(world, world.store(shop), given))
        except Refusal as exc:
            return json_response({"error": exc.message, "code": exc.code}, 422)
        except (KeyError, TypeError, ValueError, InvalidOperation) as exc:
            return json_response({"error": f"A value is missing or wrong: {exc!r}"}, 422)


def _ledger(world: World, request: Request) -> Response:
    asked = request.query
    after, limit = asked.get("after", "0"), asked.get("limit", str(sys.maxsize))
    if not after.isdecimal() or not limit.isdecimal():
        raise BadRequest("after and limit must be numbers.")
    with world.lock:
        news = world.state.ledger[int(after) :]
    found = list(islice(select(news, asked.get("store", ""), asked.get("kind", "")), int(limit)))
    return Response(200, b'{"entries": %b}' % as_json(found), "application/json; charset=utf-8")


def _stores(world: World, request: Request) -> Response:
    with world.lock:
        return json_response({"stores": [store_shown(s) for s in world.state.stores.values()]})


def _orders(world: World, request: Request) -> Response:
    shop = request.query.get("shop", "")
    with world.lock:
        stores = [world.store(shop)] if shop else list(world.state.stores.values())
        shown = [order_shown(store, one) for store in stores for one in store.orders.values()]
    return json_response({"orders": shown})


def _mail(world: World, request: Request) -> Response:
    to = request.query.get("to", "").lower()
    with world.lock:
        found = [
            one.model_dump(mode="json")
            for one in reversed(world.state.mails)
            if not to or any(to in address.lower() for address in one.recipients)
        ]
    return json_response({"mail": found})


def _deliveries(world: World, request: Request) -> Response:
    with world.lock:
        waiting = [one.model_dump(mode="json") for one in world.state.deliveries.values()]
    return json_response({"deliveries": waiting})


def _modes(world: World, request: Request) -> Response:
    shown = [
        {
            "mode": mode.value,
            "group": group.key,
            "says": sentence(Dial(mode=mode), world.config.hold_seconds),
            "settings": list(words.settings),
        }
        for group in GROUPS
        for mode, words in group.modes.items()
    ]
    return json_response({"modes": shown})


def _dials(world: World, request: Request) -> Response:
    with world.lock:
        return json_response({"dials": [one.model_dump(mode="json") for one in world.state.dials]})


def _add_dial(world: World, request: Request) -> Response:
    try:
        dial = add_dial(world, request.json_object())
    except ValidationError as exc:
        return json_response({"error": str(exc)}, 422)
    return json_response(dial.model_dump(mode="json"), 201)


def add_dial(world: World, given: Mapping[str, Any]) -> Dial:
    """Turn a dial on. Raises pydantic's ValidationError."""
    dial = Dial.model_validate(dict(given) | {"seen": 0, "fired": 0})
    with world.lock:
        dial.id = 1 + max((one.id for one in world.state.dials), default=0)
        world.state.dials.append(dial)
        world.on_change()
    return dial


def clear_dials(world: World, dial_id: int | None) -> None:
    """Turn one dial off, or all of them."""
    with world.lock:
        kept = [one for one in world.state.dials if dial_id is not None and one.id != dial_id]
        world.state.dials = kept
        world.on_change()


def _clear_dials(world: World, request: Request) -> Response:
    dial_id = request.json_object().get("id")
    clear_dials(world, int(dial_id) if dial_id is not None else None)
    return _dials(world, request)


def _reset(world: World, request: Request) -> Response:
    seeded = bool(request.json_object().get("seed", True))
    with world.lock:
        apps = world.state.apps
        world.state = State(next_id=world.state.next_id)
        world.buckets.clear()
        seed_world(world, stores=seeded)
        seed_erps(world, wanted=seeded)
        seed_warehouses(world, wanted=seeded)
        seed_stripes(world, wanted=seeded)
        world.state.apps = apps | world.state.apps
        world.on_change()
    return json_response({"stores": list(world.state.stores)})


def _add_app(world: World, request: Request) -> Response:
    try:
        app = App.model_validate(request.json_object())
    except ValidationError as exc:
        return json_response({"error": str(exc)}, 422)
    with world.lock:
        world.state.apps[app.client_id] = app
        world.on_change()
    return json_response({"client_id": app.client_id}, 201)


def _rotate(world: World, request: Request) -> Response:
    given = request.json_object()
    with world.lock:
        try:
            app = app_of(world, given)
        except Refusal as exc:
            return json_response({"error": exc.message}, 422)
        rotate_secret(world, app, str(given.get("secret", "")))
        return json_response(app.model_dump(include={"client_id", "secret", "previous_secret"}))


def _revoke(world: World, request: Request) -> Response:
    with world.lock:
        try:
            app = app_of(world, request.json_object())
        except Refusal as exc:
            return json_response({"error": exc.message}, 422)
        revoke_secret(world, app)
        return json_response({"client_id": app.client_id})


def _add_store(world: World, request: Request) -> Response:
    given = request.json_object()
    with world.lock:
        try:
            return json_response(store_shown(create_store(world, given)), 201)
        except Refusal as exc:
            return json_response({"error": exc.message}, 422)
