"""What people and vendors do to purchase orders and stock; each is noted in the ledger."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from .models import OPEN, Erp, Good, Line, Parcel, PurchaseOrder, Status

if TYPE_CHECKING:
    from integrations.sandbox.world import World

USUAL_DAYS = 21


class Refused(Exception):
    """It cannot be done; the sentence says why."""


def order_of(erp: Erp, number: object) -> PurchaseOrder:
    """By id, as a number or as text. Raises Refused."""
    found = erp.orders.get(int(str(number))) if str(number).isdecimal() else None
    if found is None:
        raise Refused(f"There is no purchase order {number}.")
    return found


def vendor_number(vendor: str) -> int:
    """The same number for the same vendor, on every server."""
    return 200 + sum(vendor.encode()) % 800


def create(
    world: "World",
    erp: Erp,
    vendor: str,
    lines: list[tuple[str, int, Decimal]],
    *,
    expected_at: datetime | None = None,
    status: Status = Status.ORDERED,
) -> PurchaseOrder:
    """A new purchase order of these SKUs, units and prices. Raises Refused."""
    if not lines or any(units < 1 for _, units, _ in lines):
        raise Refused("A purchase order needs at least one line, each with at least one unit.")
    now = world.now()
    order = PurchaseOrder(
        id=erp.next_order,
        title=f"{vendor} {now:%b %d}",
        vendor=vendor,
        vendor_id=vendor_number(vendor),
        status=status,
        created_at=now,
        ordered_at=None if status == Status.SAVED else now,
        updated_at=now,
        expected_at=expected_at or now + timedelta(days=USUAL_DAYS),
        lines=[_line(erp, *one) for one in lines],
    )
    erp.next_order += 1
    erp.orders[order.id] = order
    units = f"{order.ordered} units from {vendor}"
    world.record("purchase_order_created", erp.account, str(order.id), units)
    return order


def _line(erp: Erp, sku: str, units: int, price: Decimal) -> Line:
    erp.next_line += 1
    known = erp.goods.get(sku)
    return Line(
        id=erp.next_line,
        sku=sku,
        title=known.title if known else sku,
        ordered=units,
        unit_price=price,
    )


def receive(
    world: "World", erp: Erp, order: PurchaseOrder, units: dict[int, int] | None = None
) -> int:
    """Take units in, by line id, or all that are missing; how many came. Raises Refused."""
    if order.status not in OPEN:
        raise Refused(f"Nothing can be received: it is {words(order)}.")
    came = 0
    for line in order.lines:
        missing = line.ordered - line.received
        now_here = missing if units is None else units.get(line.id, 0)
        if now_here < 0:
            raise Refused("Units cannot be taken back.")
        line.received += now_here
        came += now_here
        _put_on_shelf(world, erp, line.sku, now_here)
    if order.receiving == 2:
        order.status = Status.RECEIVED
    _touch(world, order)
    said = f"{came} units received"
    world.record("purchase_order_received", erp.account, str(order.id), said)
    return came


def _put_on_shelf(world: "World", erp: Erp, sku: str, units: int) -> None:
    good = erp.goods.get(sku)
    if good is not None and units:
        good.physical += units
        good.changed_at = world.now()


def cancel(world: "World", erp: Erp, order: PurchaseOrder) -> None:
    """Nothing more comes. Raises Refused."""
    if order.status not in (Status.SAVED, *OPEN):
        raise Refused(f"It cannot be canceled: it is {words(order)}.")
    order.status = Status.CANCELLED
    _touch(world, order)
    world.record("purchase_order_canceled", erp.account, str(order.id), "canceled")


def expect(world: "World", erp: Erp, order: PurchaseOrder, at: datetime | None) -> None:
    """Another date, for all of its lines; or none."""
    order.expected_at = at
    for line in order.lines:
        line.expected_at = None
    _touch(world, order)
    when = f"expected {at:%Y-%m-%d}" if at else "no date is known"
    world.record("purchase_order_changed", erp.account, str(order.id), when)


def set_status(world: "World", erp: Erp, order: PurchaseOrder, status: Status) -> None:
    """Any status, also one that makes no sense."""
    order.status = status
    if order.ordered_at is None and status in OPEN:
        order.ordered_at = world.now()
    _touch(world, order)
    world.record("purchase_order_changed", erp.account, str(order.id), f"now {words(order)}")


def track(world: "World", erp: Erp, order: PurchaseOrder, carrier: str, number: str) -> None:
    """One more parcel is on its way."""
    order.parcels = [
        *order.parcels,
        Parcel(number=number, carrier=carrier, shipped_at=world.now()),
    ]
    _touch(world, order)
    said = f"{carrier} {number} is on its way"
    world.record("purchase_order_changed", erp.account, str(order.id), said)


def set_stock(world: "World", erp: Erp, sku: str, physical: int, **more: object) -> Good:
    """The units of a SKU on the shelf; a SKU that is new is made."""
    now = world.now()
    given = {name: value for name, value in more.items() if name in Good.model_fields}
    known = erp.goods.get(sku)
    values = known.model_dump() if known else {"sku": sku, "title": sku}
    good = Good.model_validate(values | given | {"physical": physical, "changed_at": now})
    erp.goods[sku] = good
    world.record("erp_stock_set", erp.account, sku, f"{physical} units of {sku}")
    return good


def words(order: PurchaseOrder) -> str:
    """The status in a word, with how much of it is here where it is a part."""
    status = order.status.name.capitalize().replace("Cancelled", "Canceled")
    return f"{status}, part received" if order.receiving == 1 else status


def _touch(world: "World", order: PurchaseOrder) -> None:
    order.updated_at = world.now()
