"""Parcels: as reported to us, and as told to a channel."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class ShippedLine:
    """Units of one SKU in a parcel. `line_id` is the provider's id of the order line."""

    line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class RemoteShipment:
    """A parcel as the provider reports it.

    `is_whole`: they do not say what is inside, it is all of the order that is still to come.
    """

    external_id: str
    order_id: str
    lines: tuple[ShippedLine, ...]
    carrier: str = ""
    service: str = ""
    tracking_number: str = ""
    url: str = ""
    status: Literal["in_transit", "delivered", "exception", "voided"] = "in_transit"
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    is_whole: bool = False


@dataclass(frozen=True)
class ShipmentToPublish:
    """Tell the channel that these units left: `lines` are (their line id, units)."""

    order_id: str
    lines: tuple[tuple[str, int], ...]
    carrier: str = ""
    tracking_number: str = ""
    url: str = ""
