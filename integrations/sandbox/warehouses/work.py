"""What is done in a warehouse: take, pick, pack, ship, deliver, cancel; each in the ledger."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .models import UNDER_WAY, Good, Line, Order, Parcel, Warehouse

if TYPE_CHECKING:
    from integrations.sandbox.world import World


class Refused(Exception):
    """It cannot be done; the sentence says why."""


class AlreadyThere(Refused):
    """An order of this number was taken before."""


def take(world: "World", place: Warehouse, number: str, lines: list[Line], **about: Any) -> Order:
    """A new order; its units are reserved. Raises AlreadyThere and Refused."""
    if number in place.orders:
        raise AlreadyThere(f"Order {number} already exists.")
    if not number or not lines:
        raise Refused("An order has a number and at least one line.")
    for line in lines:
        good = place.goods.get(line.sku)
        if good is None:
            raise Refused(f"There is no product {line.sku}.")
        if line.quantity < 1 or (not place.rules.oversells and good.available < line.quantity):
            raise Refused(f"{line.quantity} of {line.sku} cannot be sent.")
    order = Order(id=world.new_id(), number=number, lines=lines, taken_at=world.now(), **about)
    place.orders[number] = order
    for line in lines:
        place.goods[line.sku].reserved += line.quantity
    said = ", ".join(f"{line.quantity} x {line.sku}" for line in lines)
    world.record("order_created", place.account, number, said, order=order.id)
    return order


def pick(world: "World", place: Warehouse, order: Order) -> None:
    """Somebody walks the shelves."""
    _move(world, place, order, ("new",), "picking")


def pack(world: "World", place: Warehouse, order: Order) -> None:
    """It lies in its box."""
    _move(world, place, order, ("new", "picking"), "packed")


def _move(
    world: "World", place: Warehouse, order: Order, before: tuple[str, ...], status: Any
) -> None:
    if order.status not in before:
        raise Refused(f"{order.number} is {order.status}.")
    order.status = status
    world.record(f"order_{status}", place.account, order.number, f"{order.number} is {status}")


def ship(
    world: "World",
    place: Warehouse,
    order: Order,
    carrier: str = "UPS",
    number: str = "",
    units: dict[str, int] | None = None,
) -> Parcel:
    """A parcel with these units (all that is left, where none are named). Raises Refused."""
    if order.status not in UNDER_WAY:
        raise Refused(f"{order.number} is {order.status}.")
    left = {line.sku: line.quantity - line.shipped for line in order.lines}
    wanted = {sku: n for sku, n in (left if units is None else units).items() if n}
    if not wanted or any(n < 0 or n > left.get(sku, 0) for sku, n in wanted.items()):
        raise Refused("Choose units that are still to be shipped.")
    for line in order.lines:
        line.shipped += wanted.get(line.sku, 0)
    for sku, count in wanted.items():
        _leave(place.goods[sku], count)
    made = world.new_id()
    parcel = Parcel(
        id=made,
        carrier=carrier or "UPS",
        number=number or f"1Z{made % 10**9:09}",
        lines=wanted,
        shipped_at=world.now(),
    )
    order.parcels.append(parcel)
    order.status = "packed" if order.open_units else "shipped"
    said = ", ".join(f"{count} x {sku}" for sku, count in wanted.items())
    world.record("parcel_shipped", place.account, order.number, f"{parcel.number}: {said}")
    return parcel


def close_short(world: "World", place: Warehouse, order: Order) -> None:
    """What is not shipped never will be; the order ends with the parcels it has."""
    if order.status not in UNDER_WAY or not order.parcels:
        raise Refused("Ship a part of it first, or cancel it.")
    for line in order.lines:
        place.goods[line.sku].reserved -= line.quantity - line.shipped
        line.quantity = line.shipped
    order.lines = [line for line in order.lines if line.quantity]
    order.status = "shipped"
    world.record("order_short", place.account, order.number, f"{order.number} is closed short")


def _leave(good: Good, count: int) -> None:
    good.on_hand -= count
    good.reserved -= count


def deliver(world: "World", place: Warehouse, order: Order) -> None:
    """Every parcel of it is at the door."""
    live = [one for one in order.parcels if not one.voided_at]
    if not live:
        raise Refused("Nothing of it was shipped.")
    for parcel in live:
        parcel.delivered_at = parcel.delivered_at or world.now()
    if order.status == "shipped":
        order.status = "delivered"
    world.record("order_delivered", place.account, order.number, f"{order.number} is delivered")


def void(world: "World", place: Warehouse, order: Order, parcel_id: int) -> None:
    """The label is thrown away and the units go back to the shelf."""
    parcel = next((one for one in order.parcels if one.id == parcel_id), None)
    if parcel is None or parcel.voided_at or parcel.delivered_at:
        raise Refused("There is no such parcel on its way.")
    parcel.voided_at = world.now()
    for line in order.lines:
        count = parcel.lines.get(line.sku, 0)
        line.shipped -= count
        place.goods[line.sku].on_hand += count
        place.goods[line.sku].reserved += count
    order.status = "packed"
    world.record("parcel_voided", place.account, order.number, f"{parcel.number} is voided")


def cancel(world: "World", place: Warehouse, order: Order, reason: str = "") -> None:
    """Nothing of it will be sent. Raises Refused once something was."""
    if order.status == "canceled":
        return
    if order.status not in UNDER_WAY or any(not one.voided_at for one in order.parcels):
        raise Refused(f"{order.number} is {order.status}: too late to cancel.")
    order.status = "canceled"
    for line in order.lines:
        place.goods[line.sku].reserved -= line.quantity - line.shipped
    said = f"{order.number} is canceled. {reason}".strip()
    world.record("order_canceled", place.account, order.number, said)


def count(world: "World", place: Warehouse, sku: str, on_hand: int) -> Good:
    """Somebody counted the shelf; a SKU that was not there is new. Raises Refused."""
    if on_hand < 0:
        raise Refused(f"There cannot be {on_hand} of {sku} on the shelf.")
    good = place.goods.get(sku) or Good(id=world.new_id(), sku=sku, title=sku, on_hand=0)
    place.goods[sku] = good
    if good.on_hand != on_hand:
        good.on_hand = on_hand
        world.record("stock_set", place.account, sku, f"{on_hand} of {sku} on the shelf")
    return good


def line_of(sku: object, quantity: object, price: object) -> Line:
    """A line as JSON gave it. Raises Refused."""
    try:
        return Line(sku=str(sku), quantity=int(str(quantity)), price=Decimal(str(price or 0)))
    except (ValueError, ArithmeticError):
        raise Refused(f"The line of {sku} has no number of units or no price.") from None
