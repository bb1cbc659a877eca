"""Marks that merchants set on orders: in progress, on hold, archived, open in the editor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Store
from .orders import Order
from .refusals import Refusal
from .selling import record_order, touch

if TYPE_CHECKING:
    from integrations.sandbox.world import World


def mark_order(world: "World", store: Store, order: Order, what: str, source: str) -> None:
    """Set one of MARKS, record it and announce orders/updated. Raises Refusal."""
    if what not in MARKS:
        raise Refusal(f"{what} is none of {', '.join(MARKS)}.")
    mark = MARKS[what]
    if order.cancelled_at is not None:
        raise Refusal("The order has been cancelled.")
    mark.do(world, order)
    summary = f"{order.name} {mark.says} by {source}"
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


def _is_unshipped(order: Order) -> bool:
    return order.fulfillment_status != "FULFILLED"


@dataclass(frozen=True)
class Mark:
    """One mark: what it does, how the ledger and the button name it, when it makes sense."""

    do: Callable[["World", Order], None]
    says: str
    button: str
    fits: Callable[[Order], bool]


MARKS: dict[str, Mark] = {
    "start": Mark(
        _start,
        "marked as in progress",
        "Mark as in progress",
        lambda order: _is_unshipped(order) and not order.in_progress,
    ),
    "unstart": Mark(
        _unstart, "marked as open again", "Mark as open", lambda order: order.in_progress
    ),
    "hold": Mark(
        _hold,
        "put on hold",
        "Put on hold",
        lambda order: _is_unshipped(order) and not order.on_hold,
    ),
    "release": Mark(_release, "released from hold", "Release hold", lambda order: order.on_hold),
    "archive": Mark(_archive, "archived", "Archive", lambda order: order.closed_at is None),
    "unarchive": Mark(
        _unarchive,
        "taken out of the archive",
        "Take out of the archive",
        lambda order: order.closed_at is not None,
    ),
    "open_editor": Mark(
        _open_editor,
        "opened for editing",
        "Keep open in the editor",
        lambda order: not order.being_edited,
    ),
    "close_editor": Mark(
        _close_editor,
        "no longer open for editing",
        "Close the editor",
        lambda order: order.being_edited,
    ),
}
