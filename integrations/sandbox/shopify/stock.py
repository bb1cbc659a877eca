"""Stock moves; every change is announced as inventory_levels/update."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .gids import gid
from .models import Store
from .payloads import level_body
from .products import Level, Variant
from .refusals import Refusal
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World

HIGHEST = 1_000_000_000
REASONS = frozenset(
    [
        "correction",
        "cycle_count_available",
        "damaged",
        "movement_canceled",
        "movement_created",
        "movement_received",
        "movement_updated",
        "other",
        "promotion",
        "quality_control",
        "received",
        "reservation_created",
        "reservation_deleted",
        "reservation_updated",
        "restock",
        "safety_stock",
        "shrinkage",
    ]
)


@dataclass(frozen=True)
class Target:
    """One wanted figure of a set call; `change_from` None means do not compare."""

    variant: Variant | None
    location_id: int | None
    quantity: int
    change_from: int | None = None


@dataclass(frozen=True)
class Change:
    """What a set call did to one level."""

    variant: Variant
    location_id: int
    name: str
    delta: int
    after: int


def level_of(world: "World", variant: Variant, location_id: int) -> Level:
    """The level at a location, made with zeros when the variant was never stocked there."""
    if location_id not in variant.levels:
        variant.levels[location_id] = Level(updated_at=world.now())
    return variant.levels[location_id]


def announce_level(world: "World", store: Store, variant: Variant, location_id: int) -> None:
    body = level_body(variant, location_id, variant.levels[location_id])
    announce(world, store, "INVENTORY_LEVELS_UPDATE", body, variant.sku or variant.title)


def set_quantities(
    world: "World", store: Store, name: str, reason: str, targets: Sequence[Target], source: str
) -> list[Change]:
    """Set available or on_hand figures, all or none. Raises Refusal with the bad line's index."""
    _check_header(name, reason)
    seen: set[tuple[int, int]] = set()
    for index, target in enumerate(targets):
        _check_target(store, name, target, index, seen)
    changes = [_apply(world, name, target) for target in targets]
    for change in changes:
        if change.delta:
            announce_level(world, store, change.variant, change.location_id)
    _record(world, store, changes, reason, source)
    return changes


def _check_header(name: str, reason: str) -> None:
    if name not in ("available", "on_hand"):
        raise Refusal(
            "The quantity name must be either 'available' or 'on_hand'.",
            "INVALID_NAME",
            ["input", "name"],
        )
    if reason not in REASONS:
        raise Refusal("The specified reason is invalid.", "INVALID_REASON", ["input", "reason"])


def _check_target(
    store: Store, name: str, target: Target, index: int, seen: set[tuple[int, int]]
) -> None:
    path = ["input", "quantities", str(index)]
    variant, location_id = target.variant, target.location_id
    if variant is None:
        message = "The specified inventory item could not be found."
        raise Refusal(message, "INVALID_INVENTORY_ITEM", [*path, "inventoryItemId"])
    if location_id is None or store.location(location_id) is None:
        message = "The specified location could not be found."
        raise Refusal(message, "INVALID_LOCATION", [*path, "locationId"])
    if target.quantity < 0 and name == "on_hand":
        message = "The quantity can't be negative."
        raise Refusal(message, "INVALID_QUANTITY_NEGATIVE", [*path, "quantity"])
    if abs(target.quantity) > HIGHEST:
        code = "INVALID_QUANTITY_TOO_HIGH" if target.quantity > 0 else "INVALID_QUANTITY_TOO_LOW"
        raise Refusal("The quantity is out of range.", code, [*path, "quantity"])
    if (variant.id, location_id) in seen:
        message = "The combination of inventoryItemId and locationId must be unique."
        raise Refusal(message, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", path)
    seen.add((variant.id, location_id))
    level = variant.levels.get(location_id)
    stands_at = (level.quantity(name) if level else 0) or 0
    if target.change_from is not None and target.change_from != stands_at:
        message = "The changeFromQuantity value does not match the current quantity."
        raise Refusal(message, "CHANGE_FROM_QUANTITY_STALE", [*path, "changeFromQuantity"])


def _apply(world: "World", name: str, target: Target) -> Change:
    if target.variant is None or target.location_id is None:
        raise Refusal("The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM")
    level = level_of(world, target.variant, target.location_id)
    before = level.quantity(name) or 0
    delta = target.quantity - before
    level.available += delta
    if delta:
        level.updated_at = world.now()
    return Change(target.variant, target.location_id, name, delta, target.quantity)


def _record(
    world: "World", store: Store, changes: Sequence[Change], reason: str, source: str
) -> None:
    moved = [change for change in changes if change.delta]
    rows = [
        {
            "sku": change.variant.sku,
            "inventory_item_id": gid("InventoryItem", change.variant.item_id),
            "from": change.after - change.delta,
            "to": change.after,
        }
        for change in changes
    ]
    summary = f"{len(moved)} of {len(changes)} quantities changed by {source} ({reason})"
    subject = changes[0].variant.sku or "" if len(changes) == 1 else f"{len(changes)} items"
    world.record("stock_set", store.domain, subject, summary, source=source, changes=rows)


def left_of(store: Store, variant: Variant) -> int | None:
    """Units that may still be sold, None where the variant sells without limit."""
    if not variant.tracked or variant.inventory_policy == "CONTINUE" or not store.locations:
        return None
    level = variant.levels.get(store.locations[0].id)
    return level.available if level else 0


def claim(world: "World", store: Store, variant: Variant, quantity: int) -> int:
    """Commit units for an order at the first location; returns how many."""
    if not variant.tracked or not store.locations:
        return 0
    location_id = store.locations[0].id
    level = level_of(world, variant, location_id)
    level.available -= quantity
    level.committed += quantity
    level.updated_at = world.now()
    announce_level(world, store, variant, location_id)
    return quantity


def give_back(
    world: "World", store: Store, variant: Variant, quantity: int, sellable: bool
) -> None:
    """Uncommit units: to available again, or gone (shipped, or canceled without restocking)."""
    if not quantity or not store.locations:
        return
    location_id = store.locations[0].id
    level = level_of(world, variant, location_id)
    level.committed -= quantity
    if sellable:
        level.available += quantity
        level.updated_at = world.now()
        announce_level(world, store, variant, location_id)


def commit_again(world: "World", store: Store, variant: Variant, quantity: int) -> None:
    """Units of a parcel that did not leave after all: on the shelf, and still promised."""
    if quantity and store.locations:
        level_of(world, variant, store.locations[0].id).committed += quantity


def put_back(world: "World", store: Store, variant: Variant, quantity: int) -> None:
    """Units that a customer sent back are for sale again."""
    if not variant.tracked or not store.locations:
        return
    location_id = store.locations[0].id
    level = level_of(world, variant, location_id)
    level.available += quantity
    level.updated_at = world.now()
    announce_level(world, store, variant, location_id)
