"""The store's own back office: see, ship and cancel orders, set stock."""

from typing import Any
from urllib.parse import quote

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.parts import cut
from integrations.sandbox.render import page
from integrations.sandbox.world import World

from .editing import edit_obstacles
from .marking import MARKS
from .models import Store, money
from .orders import Order
from .people import likely_tracking_number
from .refusals import Refusal
from .selling import cancel_order
from .shipping import CARRIERS, Tracking, deliver, ship
from .stock import Target, set_quantities
from .storefront import order_shown, state_words

SOURCE = "back office"
TABS = {
    "open": ("UNFULFILLED", "PARTIALLY_FULFILLED"),
    "shipped": ("FULFILLED",),
}


def orders(world: World, request: Request, shop: str) -> Response:
    """GET .../admin/: orders, the open ones first."""
    tab = request.query.get("show", "open")
    with world.lock:
        store = world.store(shop)
        found = [one for one in store.orders.values() if _is_in(one, tab)]
        part = cut(found, request)
        return page(
            "admin_orders.html",
            title=f"Orders of {store.name}",
            store=store,
            tab=tab,
            section="orders",
            said=request.query.get("said", ""),
            orders=[_row(one) for one in part.rows],
            part=part,
        )


def _is_in(order: Order, tab: str) -> bool:
    if tab == "canceled":
        return order.cancelled_at is not None
    if tab in TABS:
        return order.cancelled_at is None and order.fulfillment_status in TABS[tab]
    return True


def _row(order: Order) -> dict[str, str]:
    address = order.shipping_address
    open_order = order.cancelled_at is None and any(line.open_quantity for line in order.lines)
    return {
        "id": str(order.id),
        "name": order.name,
        "placed": f"{order.created_at:%Y-%m-%d %H:%M}",
        "to": (address.company or address.name if address else "") or order.email or "",
        "reference": order.po_number or order.source_identifier or "",
        "units": str(sum(line.current_quantity for line in order.lines)),
        "total": f"{money(order.current_total)} {order.currency}",
        "state": state_words(order),
        "can_ship": "yes" if open_order else "",
    }


def find_by_number(store: Store, number: str) -> Order | None:
    """The order whose id is in the address."""
    return store.orders.get(int(number)) if number.isdecimal() else None


def order(world: World, request: Request, shop: str, order: str) -> Response:
    """GET .../admin/orders/{id}/: one order with its ship form."""
    return order_page(world, request, shop, order)


def order_page(
    world: World, request: Request, shop: str, order: str, error: str = "", status: int = 200
) -> Response:
    """One order with the forms that fit its state; `error` is shown above them."""
    with world.lock:
        store = world.store(shop)
        found = find_by_number(store, order)
        if found is None:
            message = "There is no such order."
            return page("refused.html", status=404, title="Not found", message=message)
        return page(
            "admin_order.html",
            status=status,
            title=f"Order {found.name}",
            store=store,
            section="orders",
            said=request.query.get("said", ""),
            error=error,
            can_ship=_row(found)["can_ship"],
            can_cancel=found.cancelled_at is None and not any(x.fulfilled for x in found.lines),
            carriers=list(CARRIERS),
            number=likely_tracking_number("UPS", found.id + len(found.fulfillments)),
            attributes=found.attributes,
            **_by_hand(store, found),
            **order_shown(found),
        )


def _by_hand(store: Store, order: Order) -> dict[str, Any]:
    """What the forms for changes by hand need."""
    live = order.cancelled_at is None
    return {
        "obstacle": next(iter(edit_obstacles(order)), ""),
        "marks": [(key, one.button) for key, one in MARKS.items() if live and one.fits(order)],
        "archived": "yes" if live and order.closed_at is not None else "",
        "being_edited": "yes" if order.being_edited else "",
        "received": money(order.received) if live and order.received > 0 else "",
        "refunded": f"{money(order.refunded)} {order.currency}" if order.refunds else "",
        "variants": [
            {"id": str(one.id), "name": f"{store.products[one.product_id].title}, {one.sku}"}
            for one in store.variants()
        ],
    }


def ship_order(world: World, request: Request, shop: str, order: str) -> Response:
    """POST .../ship/: make a parcel of the given quantities."""
    form = request.form
    with world.lock:
        store = world.store(shop)
        found = find_by_number(store, order)
        try:
            if found is not None:
                made = ship(world, store, found, units_of(form, "qty-"), _tracking(form), SOURCE)
                return said_on(store, found, f"{made.name} shipped.")
        except Refusal as exc:
            return order_page(world, request, shop, order, error=exc.message, status=422)
    return redirect(f"/stores/{shop}/admin/")


def units_of(form: dict[str, str], prefix: str) -> dict[int, int]:
    """Units by line id, of inputs named like `qty-1234`."""
    return {
        int(name.removeprefix(prefix)): int(value)
        for name, value in form.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal() and value.isdecimal()
    }


def _tracking(form: dict[str, str]) -> Tracking:
    number = form.get("number", "").strip()
    return Tracking(form.get("company") or None, (number,) if number else ())


def said_on(store: Store, order: Order, sentence: str) -> Response:
    """Back to the order's page, with a sentence on what was done."""
    return redirect(f"/stores/{store.domain}/admin/orders/{order.id}/?said={quote(sentence)}")


def deliver_parcel(world: World, request: Request, shop: str, order: str) -> Response:
    """POST .../deliver/: the carrier reports one parcel delivered."""
    with world.lock:
        store = world.store(shop)
        found = find_by_number(store, order)
        number = request.form.get("parcel", "")
        for parcel in found.fulfillments if found is not None else []:
            if found is not None and str(parcel.id) == number and parcel.status == "SUCCESS":
                deliver(world, store, found, parcel, SOURCE)
                return said_on(store, found, f"{parcel.name} delivered.")
    return redirect(f"/stores/{shop}/admin/")


def cancel(world: World, request: Request, shop: str, order: str) -> Response:
    """POST .../cancel/: cancel the whole order and restock."""
    with world.lock:
        store = world.store(shop)
        found = find_by_number(store, order)
        try:
            if found is not None:
                cancel_order(world, store, found, "OTHER", restock=True, source=SOURCE)
                return said_on(store, found, f"Order {found.name} canceled.")
        except Refusal as exc:
            return order_page(world, request, shop, order, error=exc.message, status=422)
    return redirect(f"/stores/{shop}/admin/")


def products(world: World, request: Request, shop: str) -> Response:
    """GET .../admin/products/: stock of every variant, editable."""
    with world.lock:
        store = world.store(shop)
        rows = [_stock_row(store, variant.id) for variant in store.variants()]
        return page(
            "admin_products.html",
            title=f"Products of {store.name}",
            store=store,
            section="products",
            said=request.query.get("said", ""),
            rows=rows,
        )


def _stock_row(store: Store, variant_id: int) -> dict[str, str]:
    variant = store.variant(variant_id)
    if variant is None:
        return {}
    product = store.products[variant.product_id]
    committed = sum(level.committed for level in variant.levels.values())
    return {
        "id": str(variant.id),
        "title": product.title,
        "variant": "" if variant.is_default else variant.title,
        "sku": variant.sku or "",
        "price": f"{money(variant.price)} {store.currency}",
        "available": str(variant.available),
        "committed": str(committed),
        "status": product.status.lower(),
    }


def set_stock(world: World, request: Request, shop: str) -> Response:
    """POST .../admin/products/stock/: write the figures that differ."""
    with world.lock:
        store = world.store(shop)
        targets = _targets(store, request.form)
        if targets:
            set_quantities(world, store, "available", "correction", targets, SOURCE)
        said = quote(f"{len(targets)} stock figures saved.")
        return redirect(f"/stores/{store.domain}/admin/products/?said={said}")


def _targets(store: Store, form: dict[str, str]) -> list[Target]:
    targets = []
    for name, value in form.items():
        number = name.removeprefix("stock-")
        variant = store.variant(int(number)) if number.isdecimal() else None
        if variant is not None and value.isdecimal() and int(value) != variant.available:
            targets.append(Target(variant, store.locations[0].id, int(value)))
    return targets
