"""Parcels: several per order, the same one named twice, voided ones, days without a clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from integrations.providers.veracore.orders import LINES, QUANTITY, SKU, number_of
from integrations.said import Said, moment, units
from integrations.types import RemoteShipment, ShippedLine

Row = Mapping[str, Any]
Status = Literal["in_transit", "delivered", "exception", "voided"]
TRACKING = ("TrackingNumber", "TrackingId", "TrackingNo")
IDS = ("ShipmentId", "PackageId", "Id")
# Their days carry no zone: the warehouse's hours are Los Angeles' (as our users described them).
ZONE = ZoneInfo("America/Los_Angeles")


def read(rows: Iterable[Row]) -> list[RemoteShipment]:
    """One per parcel. A tracking number that comes twice for an order is one parcel."""
    same: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        same[number_of(row), _key(row)].append(row)
    return [_parcel(order, found) for (order, _), found in same.items() if order]


def _key(row: Row) -> str:
    """What makes it one parcel: its number, or their id while it has none."""
    said = Said(row)
    return said.text(*TRACKING) or f"#{said.text(*IDS)}"


def _parcel(order: str, rows: list[Row]) -> RemoteShipment:
    """Rows that say the same thing of it count once; others name different lines of it."""
    apart = [row for at, row in enumerate(rows) if row not in rows[:at]]
    said = Said(min(apart, key=lambda row: Said(row).text(*IDS)))
    lines = _lines(apart)
    tracking = said.text(*TRACKING)
    return RemoteShipment(
        external_id=said.text(*IDS) or f"{order}:{tracking or 1}",
        order_id=order,
        lines=lines,
        carrier=said.text("Carrier", "FreightCarrier"),
        service=said.text("Service", "FreightService"),
        tracking_number=tracking,
        url=_url(said),
        status=_status(apart),
        shipped_at=_moment(said, "ShipDate", "DateShipped", "ShippedAt"),
        delivered_at=_moment(said, "DeliveredDate", "DeliveryDate"),
        is_whole=not lines,
    )


def _lines(rows: Iterable[Row]) -> tuple[ShippedLine, ...]:
    """Units by SKU; empty where they do not say what is inside: then it is all of the order."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        for line in Said(row).rows(*LINES):
            sku, count = Said(line).text(*SKU), units(Said(line).get("QuantityShipped", *QUANTITY))
            if sku and count:
                found[sku] += count
    return tuple(ShippedLine(sku, sku, count) for sku, count in found.items())


def _status(rows: Iterable[Row]) -> Status:
    """Voided only where all that is said of it is: a label may be made anew under its number."""
    states = [_status_of(Said(row)) for row in rows]
    if all(state == "voided" for state in states):
        return "voided"
    live = [state for state in states if state != "voided"]
    return next((state for state in live if state != "in_transit"), "in_transit")


def _status_of(said: Said) -> Status:
    word = said.text("Status", "ShipmentStatus").lower()
    is_voided = said.get("Voided", "IsVoided") is True or said.text("DateVoided", "VoidedDate")
    if is_voided or word in ("voided", "void"):
        return "voided"
    if word == "delivered":
        return "delivered"
    return "exception" if word in ("exception", "returned", "undeliverable") else "in_transit"


def _url(said: Said) -> str:
    url = said.text("TrackingUrl", "TrackingLink")
    return url if url.startswith(("https://", "http://")) else ""


def _moment(said: Said, *names: str) -> datetime | None:
    return moment(said.get(*names), ZONE)
