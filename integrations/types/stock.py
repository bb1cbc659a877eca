"""Stock at a provider, and what our own store is set to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteItem:
    """One thing whose stock is asked for."""

    sku: str
    external_id: str = ""
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class StockItem:
    """The provider's own numbers for one SKU at one of its locations, in units.

    `available` None means the provider did not say: such a row is rejected, never read as zero.
    """

    sku: str
    available: int | None
    external_id: str = ""
    item_id: str = ""
    location_id: str = ""
    location_name: str = ""
    on_hand: int | None = None
    allocated: int | None = None
    in_transit: int | None = None


@dataclass(frozen=True)
class StockToPublish:
    """Set `item_id` to `quantity` units if the store still shows `change_from` (None: always)."""

    item_id: str
    quantity: int
    change_from: int | None = None


@dataclass(frozen=True)
class StockAnswer:
    """Per item: written, or why not. `current` is the store's number when it was stale."""

    item_id: str
    written: bool
    error: str = ""
    current: int | None = None
