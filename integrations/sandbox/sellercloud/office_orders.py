"""The ERP's back office: purchase orders, and what people do to them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.sandbox.messages import Request, Response
from integrations.sandbox.parts import cut
from integrations.sandbox.world import World

from .changing import (
    Refused,
    cancel,
    create,
    expect,
    order_of,
    receive,
    set_status,
    track,
    words,
)
from .models import OPEN, Erp, PurchaseOrder, Status
from .office import erp_or_none, not_found, office_page, said

Form = Callable[[World, Erp, PurchaseOrder, dict[str, str]], str]
TABS: dict[str, Callable[[PurchaseOrder, datetime], bool]] = {
    "open": lambda order, now: order.status in OPEN,
    "late": lambda order, now: is_late(order, now),
    "received": lambda order, now: order.status in (Status.RECEIVED, Status.COMPLETED),
    "canceled": lambda order, now: order.status == Status.CANCELLED,
    "all": lambda order, now: True,
}


def is_late(order: PurchaseOrder, now: datetime) -> bool:
    """Open, though it was expected before today."""
    expected = order.expected_at
    return order.status in OPEN and expected is not None and expected.date() < now.date()


def orders(world: World, request: Request, account: str, error: str = "") -> Response:
    """GET .../purchase-orders/: the open ones first."""
    tab = request.query.get("show", "open")
    with world.lock:
        erp = erp_or_none(world, account)
        if erp is None:
            return not_found("ERP")
        now = world.now()
        every = list(erp.orders.values())
        counts = {name: sum(1 for one in every if test(one, now)) for name, test in TABS.items()}
        part = cut([one for one in every if TABS.get(tab, TABS["all"])(one, now)], request)
        return office_page(
            "erp_orders.html",
            erp,
            request,
            "orders",
            status=400 if error else 200,
            title=f"Purchase orders of {erp.company}",
            error=error,
            tab=tab,
            tabs=[(name, name.title(), str(count)) for name, count in counts.items()],
            orders=[_row(one, now) for one in part.rows],
            part=part,
            skus=list(erp.goods),
            vendors=sorted({one.vendor for one in every}),
        )


def _row(order: PurchaseOrder, now: datetime) -> dict[str, str]:
    return {
        "id": str(order.id),
        "vendor": order.vendor,
        "status": words(order),
        "late": "yes" if is_late(order, now) else "",
        "expected": f"{order.expected_at:%Y-%m-%d}" if order.expected_at else "",
        "received": f"{order.received} of {order.ordered}",
        "total": f"{order.goods_total + order.shipping:.2f}",
        "changed": f"{order.updated_at:%Y-%m-%d %H:%M}",
    }


def add_order(world: World, request: Request, account: str) -> Response:
    """POST .../purchase-orders/: a new one with one line."""
    form = request.form
    with world.lock:
        erp = erp_or_none(world, account)
        if erp is None:
            return not_found("ERP")
        try:
            line = (
                form["sku"].strip(),
                int(form.get("units") or 0),
                Decimal(form.get("price") or "5"),
            )
            made = create(world, erp, form.get("vendor", "").strip() or "Harbor Supply", [line])
        except (Refused, KeyError, ValueError, InvalidOperation) as exc:
            wrong = str(exc) if isinstance(exc, Refused) else "Give a SKU, units and a price."
            return orders(world, request, account, error=wrong)
    return said(_path(erp, made), f"Purchase order {made.id} made.")


def _path(erp: Erp, order: PurchaseOrder) -> str:
    return f"/erp/{erp.account}/purchase-orders/{order.id}/"


def one_order(
    world: World, request: Request, account: str, order: str, error: str = ""
) -> Response:
    """GET .../purchase-orders/{id}/: one of them with its forms."""
    with world.lock:
        erp = erp_or_none(world, account)
        found = erp.orders.get(int(order)) if erp and order.isdecimal() else None
        if erp is None or found is None:
            return not_found("purchase order")
        return office_page(
            "erp_order.html",
            erp,
            request,
            "orders",
            status=422 if error else 200,
            title=f"Purchase order {found.id}",
            error=error,
            order=found,
            number=str(found.id),
            vendor=f"{found.vendor} ({found.vendor_id})",
            row=_row(found, world.now()),
            placed=f"{found.ordered_at:%Y-%m-%d}" if found.ordered_at else "",
            lines=[_line(line) for line in found.lines],
            is_open="yes" if found.status in OPEN else "",
            can_cancel="yes" if found.status in (Status.SAVED, *OPEN) else "",
            statuses=[(one.name, one.name.capitalize()) for one in Status],
            status_now=found.status.name,
        )


def _line(line: Any) -> dict[str, str]:
    return {
        "id": str(line.id),
        "sku": line.sku,
        "title": line.title,
        "ordered": str(line.ordered),
        "received": str(line.received),
        "missing": str(max(0, line.ordered - line.received)),
        "price": f"{line.unit_price:.2f}",
    }


def _form(do: Form) -> Callable[..., Response]:
    """A form of the page: it does one thing and says so, or says why not."""

    def post(world: World, request: Request, account: str, order: str) -> Response:
        with world.lock:
            erp = erp_or_none(world, account)
            if erp is None:
                return not_found("ERP")
            try:
                found = order_of(erp, order)
            except Refused:
                return not_found("purchase order")
            try:
                sentence = do(world, erp, found, request.form)
            except Refused as exc:
                return one_order(world, request, account, order, error=str(exc))
            except (KeyError, ValueError):
                return one_order(world, request, account, order, error="Check what you entered.")
        return said(_path(erp, found), sentence)

    return post


def _receive(world: World, erp: Erp, order: PurchaseOrder, form: dict[str, str]) -> str:
    units = {line.id: int(form.get(f"units-{line.id}") or 0) for line in order.lines}
    return f"{receive(world, erp, order, units)} units received."


def _cancel(world: World, erp: Erp, order: PurchaseOrder, form: dict[str, str]) -> str:
    cancel(world, erp, order)
    return "Canceled."


def _expect(world: World, erp: Erp, order: PurchaseOrder, form: dict[str, str]) -> str:
    day = form.get("expected_on", "")
    at = datetime.strptime(day, "%Y-%m-%d").replace(hour=12, tzinfo=UTC) if day else None
    expect(world, erp, order, at)
    return f"Expected {day}." if day else "No date is known."


def _set_status(world: World, erp: Erp, order: PurchaseOrder, form: dict[str, str]) -> str:
    set_status(world, erp, order, Status[form["status"]])
    return f"It is {words(order)}."


def _track(world: World, erp: Erp, order: PurchaseOrder, form: dict[str, str]) -> str:
    number = form.get("number", "").strip()
    if not number:
        raise Refused("Give a tracking number.")
    track(world, erp, order, form.get("carrier", "").strip() or "UPS", number)
    return f"Parcel {number} noted."


FORMS: dict[str, Callable[..., Response]] = {
    "receive": _form(_receive),
    "cancel": _form(_cancel),
    "expect": _form(_expect),
    "status": _form(_set_status),
    "track": _form(_track),
}
