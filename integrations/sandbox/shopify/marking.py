"""Marks that merchants set on orders: in progress, on hold, archived, open in the editor."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from .models import Store
from .orders import Order
from .refusals import Refusal
from .selling import record_order, touch

if TYPE_CHECKING:
    from integrations.sandbox.world import World

Mark = Callable[["World", Order], None]


def mark_order(world: "World", store: Store, order: Order, what: str, source: str) -> None:
    """Set one of MARKS, record it and announce orders/updated. Raises Refusal."""
    if what not in MARKS:
        raise Refusal(f"{what} is none of {', '.join(MARKS)}.")
    mark, words = MARKS[what]
    if order.cancelled_at is not None:
        raise Refusal("The order has been cancelled.")
    mark(world, order)
    summary = f"{order.name} {words} by {source}"
    record_order(world, store, order, f"order_{what}", summary, source)
    touch(world, store, order)


def _need_unshipped(order: Order) -> None:
    if order.fulfillment_status == "FULFILLED":
        raise Refusal("The order is already fulfilled.")


def _start(world: "World", order: Order) -> None:
    _need_unshipped(order)
    order.in_progress = True


def _unstart(world: "World", order: Order) -> None:
    order.in_progress = False


def _hold(world: "World", order: Order) -> None:
    _need_unshipped(order)
    order.on_hold = True


def _release(world: "World", order: Order) -> None:
    order.on_hold = False


def _archive(world: "World", order: Order) -> None:
    order.closed_at = order.closed_at or world.now()


def _unarchive(world: "World", order: Order) -> None:
    order.closed_at = None


def _open_editor(world: "World", order: Order) -> None:
    order.being_edited = True


def _close_editor(world: "World", order: Order) -> None:
    order.being_edited = False


MARKS: dict[str, tuple[Mark, str]] = {
    "start": (_start, "marked as in progress"),
    "unstart": (_unstart, "marked as open again"),
    "hold": (_hold, "put on hold"),
    "release": (_release, "released from hold"),
    "archive": (_archive, "archived"),
    "unarchive": (_unarchive, "taken out of the archive"),
    "open_editor": (_open_editor, "opened for editing"),
    "close_editor": (_close_editor, "no longer open for editing"),
}
