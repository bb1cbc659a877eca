"""GET api/PurchaseOrders and api/PurchaseOrders/{id}."""

from collections.abc import Callable
from datetime import datetime

from integrations.sandbox.messages import Response, json_response

from .calls import Call
from .dates import read, rounded_down
from .models import PurchaseOrder, Status
from .order_payloads import item, single
from .paging import page_of

SPELLINGS = {status.name.lower(): status for status in Status} | {"canceled": Status.CANCELLED}
Test = Callable[[PurchaseOrder], bool]


def list_orders(call: Call) -> Response:
    """The newest first, filtered by what the server knows and does not ignore."""
    try:
        tests = [
            *_statuses(call),
            *_ids(call),
            *_dates(call, "createDate"),
            *_dates(call, "updatedDate"),
        ]
    except ValueError as exc:
        return json_response({"Message": "The request is invalid.", "Details": str(exc)}, 400)
    every = sorted(call.erp.orders.values(), key=lambda order: -order.id)
    found = [order for order in every if all(test(order) for test in tests)]
    return page_of(
        call, len(found), lambda start, stop: [item(call, one) for one in found[start:stop]]
    )


def one_order(call: Call) -> Response:
    number = call.asked.text("id")
    order = call.erp.orders.get(int(number)) if number.isdecimal() else None
    if order is None:
        return json_response({"Message": "Purchase order not found."}, 404)
    return json_response(single(call, order))


def _statuses(call: Call) -> list[Test]:
    """By number or by name; both are documented."""
    given = call.asked.texts("pOStatuses")
    if not given or call.ignores("pOStatuses"):
        return []
    wanted = {_status(word) for word in given}
    return [lambda order: order.status in wanted]


def _ids(call: Call) -> list[Test]:
    """By their own numbers, and by the company's, which is the same for all."""
    tests: list[Test] = []
    if ids := call.asked.texts("pOIds"):
        tests.append(lambda order: str(order.id) in ids)
    companies = call.asked.texts("companyIDList")
    if companies and str(call.erp.company_id) not in companies:
        tests.append(lambda order: False)
    return tests if not call.ignores("ids") else []


def _status(word: str) -> Status:
    if word.lower() in SPELLINGS:
        return SPELLINGS[word.lower()]
    return Status(int(word))


def _dates(call: Call, name: str) -> list[Test]:
    """Both ends are meant to the minute, and both belong to the range."""
    if call.ignores(name):
        return []
    tests: list[Test] = []
    when = _created if name == "createDate" else _updated
    if start := call.asked.text(f"{name}From"):
        tests.append(_from(when, read(start, call.offset)))
    if end := call.asked.text(f"{name}To"):
        tests.append(_until(when, read(end, call.offset)))
    return tests


def _from(when: Callable[[PurchaseOrder], datetime], at: datetime) -> Test:
    return lambda order: when(order) >= at


def _until(when: Callable[[PurchaseOrder], datetime], at: datetime) -> Test:
    return lambda order: rounded_down(when(order)) <= at


def _created(order: PurchaseOrder) -> datetime:
    return order.created_at


def _updated(order: PurchaseOrder) -> datetime:
    return order.updated_at
