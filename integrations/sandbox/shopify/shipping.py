"""Shipping orders in full or in part, and correcting tracking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Store
from .order_payloads import fulfillment_body, order_body
from .orders import Fulfillment, FulfillmentLine, Order
from .refusals import Refusal
from .selling import touch
from .stock import commit_again, give_back
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World

CARRIERS = {
    "UPS": "https://www.ups.com/track?tracknum={}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction_input?qtc_tLabels1={}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "DHL Express": "https://www.dhl.com/en/express/tracking.html?AWB={}",
}


@dataclass(frozen=True)
class Tracking:
    """Carrier and numbers; links to known carriers are made when none are given."""

    company: str | None = None
    numbers: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()

    def links(self) -> list[str]:
        if self.urls:
            return list(self.urls)
        pattern = CARRIERS.get(self.company or "")
        return [pattern.format(number) for number in self.numbers] if pattern else []


def ship(
    world: "World",
    store: Store,
    order: Order,
    quantities: Mapping[int, int] | None,
    tracking: Tracking,
    source: str,
    too_many: bool = False,
) -> Fulfillment:
    """Ship these units by line id; None means all that is open. Raises Refusal.

    With `too_many` more than ordered may leave, as it happens where people pack.
    """
    parts = _parts(order, quantities, too_many)
    fulfillment = _parcel(world, store, order, parts, tracking)
    _take_out(world, store, order, fulfillment)
    order.fulfillments.append(fulfillment)
    is_whole = order.fulfillment_status == "FULFILLED"
    if is_whole:
        order.closed_at = world.now() if order.outstanding <= 0 else None
    _record(world, store, order, fulfillment, "fulfillment_created", source)
    body = fulfillment_body(store, order, fulfillment)
    announce(world, store, "FULFILLMENTS_CREATE", body, fulfillment.name)
    touch(world, store, order)
    if is_whole:
        announce(world, store, "ORDERS_FULFILLED", order_body(store, order), order.name)
    return fulfillment


def _parcel(
    world: "World", store: Store, order: Order, parts: Mapping[int, int], tracking: Tracking
) -> Fulfillment:
    now = world.now()
    return Fulfillment(
        id=world.new_id(),
        name=f"{order.name}-F{len(order.fulfillments) + 1}",
        location_id=store.locations[0].id,
        company=tracking.company,
        numbers=list(tracking.numbers),
        urls=tracking.links(),
        lines=[
            FulfillmentLine(id=world.new_id(), line_id=line_id, quantity=quantity)
            for line_id, quantity in parts.items()
        ],
        created_at=now,
        updated_at=now,
    )


def _parts(
    order: Order, quantities: Mapping[int, int] | None, too_many: bool = False
) -> dict[int, int]:
    if order.cancelled_at is not None:
        raise Refusal("The order has been cancelled.", field=["fulfillment"])
    if order.on_hold:
        raise Refusal("The fulfillment order is on hold.", field=["fulfillment"])
    if quantities is None:
        quantities = {line.id: line.open_quantity for line in order.lines}
    parts = {line_id: quantity for line_id, quantity in quantities.items() if quantity}
    if not parts:
        raise Refusal("There is nothing left to ship.", field=["fulfillment"])
    for line_id, quantity in parts.items():
        line = order.line(line_id)
        if line is None or quantity < 0 or (quantity > line.open_quantity and not too_many):
            raise Refusal("Invalid fulfillment order line item quantity requested.")
    return parts


def _take_out(world: "World", store: Store, order: Order, fulfillment: Fulfillment) -> None:
    for part in fulfillment.lines:
        line = order.line(part.line_id)
        if line is None:
            continue
        line.fulfilled += part.quantity
        variant = store.variant(line.variant_id) if line.variant_id is not None else None
        part.committed = min(line.claimed, part.quantity)
        if variant is not None:
            give_back(world, store, variant, part.committed, sellable=False)
        line.claimed -= part.committed


def retrack(
    world: "World",
    store: Store,
    order: Order,
    fulfillment: Fulfillment,
    tracking: Tracking,
    source: str,
) -> None:
    """Replace carrier and numbers of a parcel and announce it."""
    fulfillment.company = tracking.company or fulfillment.company
    fulfillment.numbers = list(tracking.numbers)
    fulfillment.urls = Tracking(fulfillment.company, tracking.numbers, tracking.urls).links()
    fulfillment.updated_at = world.now()
    _record(world, store, order, fulfillment, "tracking_updated", source)
    body = fulfillment_body(store, order, fulfillment)
    announce(world, store, "FULFILLMENTS_UPDATE", body, fulfillment.name)
    touch(world, store, order)


def deliver(
    world: "World", store: Store, order: Order, fulfillment: Fulfillment, source: str
) -> None:
    """The carrier reports the parcel delivered. Raises Refusal for a canceled parcel."""
    if fulfillment.status == "CANCELLED":
        raise Refusal("The fulfillment has been cancelled.", field=["id"])
    now = world.now()
    fulfillment.shipment_status = "delivered"
    fulfillment.delivered_at = fulfillment.updated_at = now
    _record(world, store, order, fulfillment, "fulfillment_delivered", source)
    body = fulfillment_body(store, order, fulfillment)
    announce(world, store, "FULFILLMENTS_UPDATE", body, fulfillment.name)
    touch(world, store, order)


def cancel_fulfillment(
    world: "World", store: Store, order: Order, fulfillment: Fulfillment, source: str
) -> None:
    """Take a parcel back; its units are open again. Raises Refusal when already canceled."""
    if fulfillment.status == "CANCELLED":
        raise Refusal("The fulfillment has already been cancelled.", field=["id"])
    for part in fulfillment.lines:
        line = order.line(part.line_id)
        if line is None:
            continue
        line.fulfilled -= part.quantity
        variant = store.variant(line.variant_id) if line.variant_id is not None else None
        if variant is not None:
            commit_again(world, store, variant, part.committed)
            line.claimed += part.committed
    fulfillment.status, fulfillment.updated_at = "CANCELLED", world.now()
    if order.cancelled_at is None:
        order.closed_at = None
    _record(world, store, order, fulfillment, "fulfillment_canceled", source)
    body = fulfillment_body(store, order, fulfillment)
    announce(world, store, "FULFILLMENTS_UPDATE", body, fulfillment.name)
    touch(world, store, order)


def find_fulfillment(store: Store, fulfillment_id: int) -> tuple[Order, Fulfillment] | None:
    """A fulfillment and its order."""
    for order in store.orders.values():
        for one in order.fulfillments:
            if one.id == fulfillment_id:
                return order, one
    return None


def _record(
    world: "World", store: Store, order: Order, fulfillment: Fulfillment, kind: str, source: str
) -> None:
    lines: Sequence[FulfillmentLine] = fulfillment.lines
    numbers = ", ".join(fulfillment.numbers) or "no tracking number"
    world.record(
        kind,
        store.domain,
        order.name,
        f"{fulfillment.name}: {fulfillment.company or 'no carrier'}, {numbers}, by {source}",
        order_id=order.id,
        fulfillment_id=fulfillment.id,
        source=source,
        source_identifier=order.source_identifier,
        company=fulfillment.company,
        numbers=fulfillment.numbers,
        lines=[{"line_id": one.line_id, "quantity": one.quantity} for one in lines],
    )
