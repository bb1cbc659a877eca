"""Forms of the back office for what people change by hand on one order."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.world import World

from .backoffice import SOURCE, find_by_number, order_page, said_on, units_of
from .editing import edit_by_hand
from .finding import find_parcel
from .marking import MARKS, mark_order
from .models import Store
from .orders import Order
from .refunds import refund_order
from .refusals import Refusal
from .shipping import Tracking, cancel_fulfillment, retrack

Act = Callable[[World, Store, Order, dict[str, str]], str]


def _posted(act: Act) -> Callable[[World, Request, str, str], Response]:
    """A handler that does one thing to an order and says so on its page."""

    def handler(world: World, request: Request, shop: str, order: str) -> Response:
        with world.lock:
            store = world.store(shop)
            found = find_by_number(store, order)
            if found is None:
                return redirect(f"/stores/{shop}/admin/")
            try:
                said = act(world, store, found, request.form)
            except Refusal as exc:
                return order_page(world, request, shop, order, error=exc.message, status=422)
            return said_on(store, found, said)

    return handler


def _edit(world: World, store: Store, order: Order, form: dict[str, str]) -> str:
    wanted = {
        line_id: units
        for line_id, units in units_of(form, "edit-").items()
        if (line := order.line(line_id)) is not None and units != line.current_quantity
    }
    variant, units = form.get("variant", ""), form.get("units", "")
    added = [(int(variant), int(units))] if variant.isdecimal() and units.isdecimal() else []
    if not wanted and not added:
        raise Refusal("Nothing was changed.")
    edit_by_hand(world, store, order, wanted, added, SOURCE)
    return f"Order {order.name} edited."


def _mark(world: World, store: Store, order: Order, form: dict[str, str]) -> str:
    what = form.get("what", "")
    mark_order(world, store, order, what, SOURCE)
    return f"Order {order.name} {MARKS[what].says}."


def _refund(world: World, store: Store, order: Order, form: dict[str, str]) -> str:
    given = form.get("amount", "").strip()
    try:
        amount = Decimal(given) if given else None
    except InvalidOperation as exc:
        raise Refusal("The amount is not a number.") from exc
    if amount is not None and not amount.is_finite():
        raise Refusal("The amount is not a number.")
    units, restock = units_of(form, "back-"), form.get("restock") == "yes"
    made = refund_order(world, store, order, units, amount, restock, SOURCE)
    return f"{made.amount:.2f} {order.currency} refunded."


def _void(world: World, store: Store, order: Order, form: dict[str, str]) -> str:
    parcel = find_parcel(order, form.get("parcel", ""))
    cancel_fulfillment(world, store, order, parcel, SOURCE)
    return f"{parcel.name} canceled: its units are to be shipped again."


def _track(world: World, store: Store, order: Order, form: dict[str, str]) -> str:
    parcel, number = find_parcel(order, form.get("parcel", "")), form.get("number", "").strip()
    if not number:
        raise Refusal("The tracking number is missing.")
    retrack(world, store, order, parcel, Tracking(form.get("company"), (number,)), SOURCE)
    return f"{parcel.name} has the tracking number {number}."


FORMS = {
    "edit": _posted(_edit),
    "mark": _posted(_mark),
    "refund": _posted(_refund),
    "void": _posted(_void),
    "track": _posted(_track),
}
