"""Parcels: several per order, the same one named twice, voided ones, days without a clock."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from integrations.providers.veracore.orders import LINES, QUANTITY, SKU, number_of
from integrations.said import Said, as_text, moment, units
from integrations.types import RemoteShipment, ShippedLine

Row = Mapping[str, Any]
Status = Literal["in_transit", "delivered", "exception", "voided"]
TRACKING = ("TrackingNumber", "TrackingId", "TrackingNo")
IDS = ("ShipmentId", "PackageId", "Id")
FURTHEST_FIRST: tuple[Status, ...] = ("delivered", "exception", "voided")
DELIVERED = ("DeliveredDate", "DeliveredAt")
NO_DAY = re.compile(r"(?:0001|1900)-01-01|0?1/0?1/(?:0001|1900)")
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
    """Its id stays the first it had. A label thrown away is not counted beside the one made anew.

    Where every label of it was, it is the parcel that was voided.
    """
    rows = sorted(rows, key=_age)
    told = [row for row in rows if not _is_voided(Said(row))] or rows
    lines, tracking, status = _lines(told), _first(told, *TRACKING), _status(told)
    arrived = _moment(told, *DELIVERED, "DeliveryDate")  # the last may be a promise
    return RemoteShipment(
        external_id=_first(rows, *IDS) or f"{order}:{tracking or 1}",
        order_id=order,
        lines=lines,
        carrier=_first(told, "Carrier", "FreightCarrier"),
        service=_first(told, "Service", "FreightService"),
        tracking_number=tracking,
        url=_url(told),
        status=status,
        shipped_at=_moment(told, "ShipDate", "DateShipped", "ShippedAt"),
        delivered_at=arrived if status == "delivered" else None,
        is_whole=not lines,
    )


def _age(row: Row) -> tuple[int, str]:
    """Their ids in the order they were given: 9 comes before 10."""
    found = Said(row).text(*IDS)
    return len(found), found


def _first(rows: Iterable[Row], *names: str) -> str:
    return next((text for row in rows if (text := Said(row).text(*names))), "")


def _lines(rows: Iterable[Row]) -> tuple[ShippedLine, ...]:
    """Units by SKU; empty where they do not say what is inside: then it is all of the order.

    The same lines under the same id are told twice; others name different lines of it.
    """
    found: dict[str, int] = defaultdict(int)
    seen: list[tuple[str, list[Row]]] = []
    for row in rows:
        said = Said(row)
        told = said.text(*IDS), said.rows(*LINES)
        for line in [] if told in seen else told[1]:
            sku, count = Said(line).text(*SKU), units(Said(line).get("QuantityShipped", *QUANTITY))
            if sku and count:
                found[sku] += count
        seen.append(told)
    return tuple(ShippedLine(sku, sku, count) for sku, count in found.items())


def _status(rows: Iterable[Row]) -> Status:
    """The furthest of what is told of it."""
    states = {_status_of(Said(row)) for row in rows}
    return next((state for state in FURTHEST_FIRST if state in states), "in_transit")


def _status_of(said: Said) -> Status:
    word = _word(said)
    if _is_voided(said):
        return "voided"
    if word in ("exception", "returned", "undeliverable"):
        return "exception"
    is_there = word == "delivered" or moment(said.get(*DELIVERED), ZONE) is not None
    return "delivered" if is_there else "in_transit"


def _is_voided(said: Said) -> bool:
    """By a flag, a day or a word. .NET writes the first day of its calendar for no day."""
    flag, at = said.get("Voided", "IsVoided"), said.text("DateVoided", "VoidedDate")
    is_marked = flag is True or as_text(flag).lower() in ("true", "yes", "y", "1")
    return is_marked or bool(at and not NO_DAY.match(at)) or _word(said) in ("voided", "void")


def _word(said: Said) -> str:
    return said.text("Status", "ShipmentStatus").lower()


def _url(rows: Iterable[Row]) -> str:
    url = _first(rows, "TrackingUrl", "TrackingLink")
    return url if url.startswith(("https://", "http://")) else ""


def _moment(rows: Iterable[Row], *names: str) -> datetime | None:
    found = (moment(Said(row).get(*names), ZONE) for row in rows)
    return next((at for at in found if at), None)
