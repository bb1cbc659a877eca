"""A purchase order as a provider told it, checked and cleaned into our columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from catalog.services.listing_facts import Refused, clean, within
from integrations.types import RemotePurchaseOrder, RemotePurchaseOrderLine, RemoteTracking
from inventory.models import PurchaseOrderStatus
from inventory.services.as_said import digest_of, storable

STATUSES = frozenset(PurchaseOrderStatus.values)
MOST_UNITS = 10_000_000
MOST_OF_AN_ORDER = 100_000_000
MOST_AMOUNT = Decimal(10) ** 10
STAYS = "The order stays as it was."
Columns = dict[str, Any]


@dataclass(frozen=True)
class OrderFacts:
    """The columns of an order and of its lines (by their id).

    `columns["status"]` is None where we do not know their word; `earlier_status` is what the same
    answer said before. `remarks` are sentences for staff about what was understood in spite of
    how it was said.
    """

    external_id: str
    columns: Columns
    lines: Mapping[str, Columns]
    raw: Mapping[str, Any] = field(repr=False)
    digest: str
    updated_at: datetime | None = None
    remarks: tuple[str, ...] = ()
    earlier_status: str | None = None

    @property
    def number(self) -> str:
        """What staff call the order."""
        return str(self.columns["number"])


def facts_of(remote: RemotePurchaseOrder) -> OrderFacts:
    """Raises Refused with a sentence: then nothing of the order may be used.

    Names and titles are cut to what the column holds; ids, numbers and SKUs never.
    """
    external_id = _id(remote.external_id, 200, "id")
    remarks: list[str] = []
    lines = _lines(remote.lines, remarks)
    columns = {
        "number": within(clean(remote.number), 100, "number") or external_id[:100],
        "status": _status(remote),
        "status_raw": clean(remote.status_raw)[:60],
        "status_known": _status(remote) is not None,
        "supplier": clean(remote.supplier)[:200],
        "warehouse": clean(remote.warehouse)[:120],
        "ordered_on": _day(remote.ordered_on),
        "expected_on": _day(remote.expected_on),
        "total": _amount(remote.total, "total"),
        "currency": _currency(remote.currency, remarks),
        "tracking": [_parcel(one) for one in remote.tracking],
        "ordered_units": _sum(line["ordered"] for line in lines.values()),
        "received_units": _sum(line["received"] for line in lines.values()),
    }
    raw = storable(remote.raw)
    digest = digest_of(columns, lines, raw)
    return OrderFacts(external_id, columns, lines, raw, digest, remote.updated_at, tuple(remarks))


def _id(said: Any, longest: int, what: str) -> str:
    """Ids are never changed: another one would be another thing."""
    if not isinstance(said, str) or not said or within(said, longest, what) != said:
        raise Refused(f"It has no {what} we can keep. {STAYS}")
    return said


def _status(remote: RemotePurchaseOrder) -> str | None:
    return remote.status if remote.status in STATUSES else None


def _day(said: date | None) -> date | None:
    return said.date() if isinstance(said, datetime) else said


def _lines(said: tuple[RemotePurchaseOrderLine, ...], remarks: list[str]) -> dict[str, Columns]:
    """By their id. An id that comes again with other facts is another line: no unit is lost."""
    found: dict[str, Columns] = {}
    for remote in said:
        name, columns = _id(remote.external_id, 90, "id of a line"), _line(remote)
        key, turn = name, 1
        while key in found and found[key] != columns:
            turn += 1
            key = f"{name}#{turn}"
        if key in found:
            remarks.append(f"Its line {name} ({columns['sku']}) comes twice; it counts once.")
        elif turn > 1:
            remarks.append(f"Its line {name} comes again with other facts; both count.")
        found[key] = columns
    return found


def _line(remote: RemotePurchaseOrderLine) -> Columns:
    sku = within(clean(remote.sku), 255, "SKU")
    return {
        "sku": sku,
        "title": clean(remote.title)[:255],
        "ordered": _units(remote.ordered, f"ordered of {sku}"),
        "received": _units(remote.received, f"received of {sku}"),
        "unit_cost": _amount(remote.unit_cost, f"unit cost of {sku}"),
        "expected_on": _day(remote.expected_on),
    }


def _units(said: Any, what: str) -> int:
    if type(said) is not int:  # True is an int to Python, not to us
        raise Refused(f"Units {what}: {_short(said)!r} is not a whole number. {STAYS}")
    if not 0 <= said <= MOST_UNITS:
        raise Refused(f"Units {what}: {_short(said)} cannot be right. {STAYS}")
    return said


def _sum(units: Any) -> int:
    total = sum(units)
    if total > MOST_OF_AN_ORDER:
        raise Refused(f"{total} units in one order cannot be right. {STAYS}")
    return int(total)


def _amount(said: Any, what: str) -> Decimal | None:
    if said is None:
        return None
    if not isinstance(said, Decimal) or not said.is_finite() or not 0 <= said < MOST_AMOUNT:
        raise Refused(f"Its {what}: {_short(said)} is not an amount we can keep. {STAYS}")
    return said.quantize(Decimal("0.0001"))


def _short(said: Any) -> str:
    return "nothing" if said is None else str(said)[:40]


def _currency(said: str, remarks: list[str]) -> str:
    currency = clean(said).upper()
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        remarks.append(f"{currency[:20]!r} is not a currency; its total is kept without one.")
        return ""
    return currency


def _parcel(parcel: RemoteTracking) -> dict[str, str | None]:
    shipped_on = _day(parcel.shipped_on)
    return {
        "number": clean(parcel.number)[:100],
        "carrier": clean(parcel.carrier)[:100],
        "shipped_on": shipped_on.isoformat() if shipped_on else None,
    }
