"""Order edits: begin, change quantities, commit. Nothing is saved before commit."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .models import EditSession, Store
from .order_payloads import edit_body
from .orders import Line, Order
from .refusals import Refusal
from .selling import WantedLine, make_line, record_order, touch
from .stock import claim, give_back
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World


def edit_obstacles(order: Order) -> list[str]:
    """Why the order cannot be edited; empty when it can."""
    if order.cancelled_at is not None:
        return ["The order is canceled."]
    if order.closed_at is not None:
        return ["The order is archived."]
    if order.fulfillment_status == "FULFILLED":
        return ["The order is already fulfilled."]
    if order.being_edited:
        return ["The order is being edited by someone else."]
    return []


def begin_edit(world: "World", store: Store, order: Order) -> EditSession:
    """Open a session. Raises Refusal for an order that cannot be edited."""
    obstacles = edit_obstacles(order)
    if obstacles:
        raise Refusal(obstacles[0], field=["id"])
    session = EditSession(id=world.new_id(), order_id=order.id, edits_before=order.edits)
    store.edits[session.id] = session
    return session


def add_variant(
    world: "World", store: Store, session: EditSession, variant_id: int, quantity: int, twice: bool
) -> int:
    """Stage a new line and return its id. Raises Refusal, also for a variant already there."""
    if quantity < 1:
        raise Refusal("Quantity must be greater than 0", field=["quantity"])
    if store.variant(variant_id) is None:
        raise Refusal("Variant not found", field=["variantId"])
    order = store.orders[session.order_id]
    there = {line.variant_id for line in order.lines if line.current_quantity}
    there |= {staged for staged, _ in session.added.values()}
    if variant_id in there and not twice:
        raise Refusal("The variant is already in the order.", field=["variantId"])
    line_id = world.new_id()
    session.added[line_id] = (variant_id, quantity)
    return line_id


def set_quantity(store: Store, session: EditSession, line_id: int, quantity: int) -> None:
    """Stage a line's new total. Raises Refusal for a shipped line, and below what was shipped."""
    if quantity < 0:
        raise Refusal("Quantity must be 0 or more", field=["quantity"])
    if line_id in session.added:
        session.added[line_id] = (session.added[line_id][0], quantity)
        return
    line = store.orders[session.order_id].line(line_id)
    if line is None:
        raise Refusal("Line item not found", field=["lineItemId"])
    _check_line(line, quantity)
    session.quantities[line_id] = quantity


def _check_line(line: Line, quantity: int) -> None:
    if line.fulfilled and not line.open_quantity and quantity != line.current_quantity:
        raise Refusal("The line item is fulfilled and can't be edited", field=["lineItemId"])
    if quantity < line.fulfilled:
        raise Refusal("Quantity can't be lower than what is fulfilled", field=["quantity"])


def commit_edit(world: "World", store: Store, session: EditSession, source: str) -> Order:
    """Save the staged changes, announce orders/edited and orders/updated.

    Raises Refusal, and saves nothing, when the order has moved on since the edit began.
    """
    order = store.orders[session.order_id]
    _check_commit(order, session)
    deltas: dict[int, int] = {}
    for line_id, quantity in session.quantities.items():
        line = order.line(line_id)
        if line is not None and quantity != line.current_quantity:
            deltas[line_id] = quantity - line.current_quantity
            _change(world, store, line, quantity)
    for line_id, (variant_id, quantity) in session.added.items():
        if quantity:
            order.lines.append(_new_line(world, store, line_id, variant_id, quantity))
            deltas[line_id] = quantity
    del store.edits[session.id]
    if deltas:
        order.edits += 1
        if order.received and order.outstanding > 0:
            order.financial_status = "PARTIALLY_PAID"
        summary = f"{order.name} edited by {source}"
        record_order(world, store, order, "order_edited", summary, source)
        touch(world, store, order)
        body = edit_body(order, session.id, deltas)
        announce(world, store, "ORDERS_EDITED", body, order.name)
    return order


def _check_commit(order: Order, session: EditSession) -> None:
    obstacles = edit_obstacles(order)
    if obstacles:
        raise Refusal(obstacles[0], field=["id"])
    if order.edits != session.edits_before:
        raise Refusal("The order has been edited since this edit began.", field=["id"])
    for line_id, quantity in session.quantities.items():
        line = order.line(line_id)
        if line is not None:
            _check_line(line, quantity)


def edit_by_hand(
    world: "World",
    store: Store,
    order: Order,
    quantities: Mapping[int, int],
    added: Sequence[tuple[int, int]],
    source: str,
) -> Order:
    """What the editor of the back office does: new totals by line id, new lines by variant id.

    Raises Refusal; then nothing changed.
    """
    session = begin_edit(world, store, order)
    try:
        for line_id, quantity in quantities.items():
            set_quantity(store, session, line_id, quantity)
        for variant_id, quantity in added:
            add_variant(world, store, session, variant_id, quantity, twice=True)
        return commit_edit(world, store, session, source)
    finally:
        store.edits.pop(session.id, None)


def _change(world: "World", store: Store, line: Line, quantity: int) -> None:
    variant = store.variant(line.variant_id) if line.variant_id is not None else None
    more = quantity - line.current_quantity
    line.current_quantity = quantity
    line.quantity = max(line.quantity, quantity)
    if variant is None:
        return
    if more > 0:
        line.claimed += claim(world, store, variant, more)
    else:
        back = min(line.claimed, -more)
        give_back(world, store, variant, back, sellable=True)
        line.claimed -= back


def _new_line(world: "World", store: Store, line_id: int, variant_id: int, quantity: int) -> Line:
    line = make_line(world, store, WantedLine(quantity=quantity, variant_id=variant_id))
    line.id = line_id
    variant = store.variant(variant_id)
    if variant is not None:
        line.claimed = claim(world, store, variant, quantity)
    return line
