"""A warehouse's back office: its orders, and what people there do with them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.parts import cut
from integrations.sandbox.render import page
from integrations.sandbox.world import World

from . import work
from .models import UNDER_WAY, Order, Warehouse

Form = Callable[[World, Warehouse, Order, dict[str, str]], str]
CARRIERS = ("UPS", "USPS", "FedEx", "DHL")
TABS: dict[str, Callable[[Order], bool]] = {
    "open": lambda order: order.status in UNDER_WAY,
    "shipped": lambda order: order.status in ("shipped", "delivered"),
    "canceled": lambda order: order.status == "canceled",
    "all": lambda order: True,
}


def place_of(world: World, account: str) -> Warehouse | None:
    """The warehouse an address names."""
    return world.state.warehouses.get(account.lower())


def not_found(what: str) -> Response:
    return page("refused.html", status=404, title="Not found", message=f"There is no such {what}.")


def orders(world: World, request: Request, account: str) -> Response:
    """GET /warehouses/{account}/: what is to be done first."""
    tab = request.query.get("show", "open")
    with world.lock:
        place = place_of(world, account)
        if place is None:
            return not_found("warehouse")
        every = list(place.orders.values())
        part = cut([one for one in every if TABS.get(tab, TABS["all"])(one)], request)
        counts = [(name, name.title(), sum(map(test, every))) for name, test in TABS.items()]
        return page(
            "wh_orders.html",
            title=f"Orders of {place.name}",
            said=request.query.get("said", ""),
            place=place,
            section="orders",
            tab=tab,
            tabs=counts,
            part=part,
            orders=[_row(one) for one in part.rows],
        )


def _row(order: Order) -> dict[str, str]:
    return {
        "number": order.number,
        "name": order.name,
        "status": order.status,
        "units": f"{sum(line.shipped for line in order.lines)} of "
        f"{sum(line.quantity for line in order.lines)}",
        "taken": f"{order.taken_at:%Y-%m-%d %H:%M}",
    }


def one_order(
    world: World, request: Request, account: str, number: str, error: str = ""
) -> Response:
    """GET /warehouses/{account}/orders/{number}/: one order with its forms."""
    with world.lock:
        place = place_of(world, account)
        order = place.orders.get(number) if place else None
        if place is None or order is None:
            return not_found("order")
        return page(
            "wh_order.html",
            status=400 if error else 200,
            title=f"Order {number}",
            said=request.query.get("said", ""),
            error=error,
            place=place,
            section="orders",
            order=order,
            row=_row(order),
            lines=_lines(place, order),
            parcels=[_parcel(one) for one in order.parcels],
            address=[value for value in order.address.values() if value],
            about=[(key.replace("_", " "), value) for key, value in order.about.items() if value],
            carriers=CARRIERS,
            can=_can(order),
        )


def _can(order: Order) -> dict[str, bool]:
    live = [one for one in order.parcels if not one.voided_at]
    return {
        "pick": order.status == "new",
        "pack": order.status in ("new", "picking"),
        "ship": order.status in UNDER_WAY and order.open_units > 0,
        "short": order.status in UNDER_WAY and bool(live),
        "deliver": order.status == "shipped" and bool(live),
        "cancel": order.status in UNDER_WAY and not live,
    }


def _lines(place: Warehouse, order: Order) -> list[dict[str, Any]]:
    return [
        {
            "sku": one.sku,
            "title": place.goods[one.sku].title,
            "quantity": one.quantity,
            "shipped": one.shipped,
            "left": one.quantity - one.shipped,
        }
        for one in order.lines
    ]


def _parcel(parcel: Any) -> dict[str, Any]:
    state = "voided" if parcel.voided_at else "delivered" if parcel.delivered_at else "on its way"
    inside = ", ".join(f"{count} x {sku}" for sku, count in parcel.lines.items())
    return {
        "id": parcel.id,
        "what": f"{parcel.carrier} {parcel.number}",
        "inside": inside,
        "state": state,
        "can_void": state == "on its way",
    }


def _at_order(form: Form) -> Callable[..., Response]:
    """POST: do it, and back to the order with a sentence; or the page with what is wrong."""

    def handle(world: World, request: Request, account: str, number: str) -> Response:
        with world.lock:
            place = place_of(world, account)
            order = place.orders.get(number) if place else None
            if place is None or order is None:
                return not_found("order")
            try:
                sentence = form(world, place, order, request.form)
            except (work.Refused, ValueError) as exc:
                return one_order(world, request, account, number, error=str(exc))
            world.on_change()
        path = f"/warehouses/{quote(place.account)}/orders/{quote(number)}/"
        return redirect(f"{path}?said={quote(sentence)}")

    return handle


def _pick(world: World, place: Warehouse, order: Order, form: dict[str, str]) -> str:
    work.pick(world, place, order)
    return "It is being picked."


def _pack(world: World, place: Warehouse, order: Order, form: dict[str, str]) -> str:
    work.pack(world, place, order)
    return "It is packed."


def _ship(world: World, place: Warehouse, order: Order, form: dict[str, str]) -> str:
    units = {line.sku: int(form.get(f"units-{line.sku}") or 0) for line in order.lines}
    carrier, number = form.get("carrier", ""), form.get("number", "").strip()
    parcel = work.ship(world, place, order, carrier, number, units)
    return f"Parcel {parcel.number} is on its way."


def _short(world: World, place: Warehouse, order: Order, form: dict[str, str]) -> str:
    work.close_short(world, place, order)
    return "Closed: the rest is not sent."


def _deliver(world: World, place: Warehouse, order: Order, form: dict[str, str]) -> str:
    work.deliver(world, place, order)
    return "It is at the door."


def _cancel(world: World, place: Warehouse, order: Order, form: dict[str, str]) -> str:
    work.cancel(world, place, order, form.get("reason", ""))
    return "It is canceled."


def _void(world: World, place: Warehouse, order: Order, form: dict[str, str]) -> str:
    work.void(world, place, order, int(form.get("parcel") or 0))
    return "The label is void, the goods are back on the shelf."


ACTIONS: dict[str, Form] = {
    "pick": _pick,
    "pack": _pack,
    "ship": _ship,
    "short": _short,
    "deliver": _deliver,
    "cancel": _cancel,
    "void": _void,
}
FORMS = {name: _at_order(form) for name, form in ACTIONS.items()}


def stock_list(world: World, request: Request, account: str, error: str = "") -> Response:
    """GET /warehouses/{account}/stock/: what is on the shelves, editable."""
    with world.lock:
        place = place_of(world, account)
        if place is None:
            return not_found("warehouse")
        return page(
            "wh_stock.html",
            status=400 if error else 200,
            title=f"Stock of {place.name}",
            said=request.query.get("said", ""),
            error=error,
            place=place,
            section="stock",
            goods=sorted(place.goods.values(), key=lambda good: good.sku),
        )


def save_stock(world: World, request: Request, account: str) -> Response:
    """POST /warehouses/{account}/stock/: somebody counted."""
    with world.lock:
        place = place_of(world, account)
        if place is None:
            return not_found("warehouse")
        counted = {
            name.removeprefix("stock-"): value
            for name, value in request.form.items()
            if name.startswith("stock-")
        }
        if any(not value.isdecimal() for value in counted.values()):
            return stock_list(world, request, account, error="Units are whole numbers.")
        for sku, value in counted.items():
            work.count(world, place, sku, int(value))
        world.on_change()
    return redirect(f"/warehouses/{quote(place.account)}/stock/?said=Stock%20saved.")
