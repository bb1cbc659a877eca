"""What an ERP says of some purchase orders, against what we have of them: reading alone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from catalog.services.match_skus import Matches, match_skus
from integrations.models import Connection, ExternalRef
from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.services.purchase_facts import Columns, OrderFacts

KIND = ExternalRef.Kind.PURCHASE_ORDER
# Not told as changes: the sums of an order follow from its lines, an unknown status is a remark.
SILENT = ("ordered_units", "received_units", "status_known")
LINE_COLUMNS = ("sku", "title", "ordered", "received", "unit_cost", "expected_on")
# Field of the run page, before, after, and what it is about.
Note = tuple[str, Any, Any, str]


@dataclass
class OrderChange:
    """One order that is new or differs. `order` and the lines hold the new values, unsaved."""

    facts: OrderFacts
    order: PurchaseOrder
    is_new: bool
    is_moved: bool = True
    new_lines: list[PurchaseOrderLine] = field(default_factory=list)
    changed_lines: list[PurchaseOrderLine] = field(default_factory=list)
    gone_lines: list[PurchaseOrderLine] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass
class Difference:
    """`strangers` are the lines whose SKU no variant has: (order number, SKU, reason)."""

    changes: list[OrderChange] = field(default_factory=list)
    strangers: list[tuple[str, str, str]] = field(default_factory=list)


def pick_differing(connection: Connection, said: Sequence[OrderFacts]) -> list[OrderFacts]:
    """The orders that are new, or of which something else is said than last time. One query."""
    known = _known(connection, [facts.external_id for facts in said])
    return [facts for facts in said if not _is_as_before(known, facts) or facts.earlier_status]


def compare(connection: Connection, differ: Sequence[OrderFacts], now: datetime) -> Difference:
    """These orders against what we have of them: five queries, whatever their number.

    Call it in the transaction that writes, with the lease held.
    """
    known = _known(connection, [facts.external_id for facts in differ])
    pks = {facts.external_id: known.get(facts.external_id, ("", 0))[1] for facts in differ}
    ids = [pk for pk in pks.values() if pk]
    orders, lines = _orders(ids), _lines(ids)
    skus = {line["sku"] for facts in differ for line in facts.lines.values()}
    matches = match_skus(connection.pk, skus)
    found = Difference()
    for facts in differ:
        is_as_before = _is_as_before(known, facts)
        if is_as_before and not facts.earlier_status:
            continue  # another run wrote it between the two looks
        pk = pks[facts.external_id]
        change = _change(connection, facts, orders.get(pk), now)
        _compare_lines(change, lines.get(pk, {}), matches)
        if is_as_before and not change.is_moved:
            continue
        found.changes.append(change)
        found.strangers += _strangers(change, matches)
    return found


def _is_as_before(known: Mapping[str, tuple[str, int]], facts: OrderFacts) -> bool:
    """Whether the last word is the one we have; a word before it in the same answer may still
    say another status, where the last one says none we know."""
    return known.get(facts.external_id, ("", 0))[0] == facts.digest


def _known(connection: Connection, external_ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Digest and order by their id. One whose order is gone is not known."""
    refs = ExternalRef.objects.filter(
        Exists(PurchaseOrder.objects.filter(pk=OuterRef("object_id"))),
        connection=connection,
        kind=KIND,
        external_id__in=external_ids,
    )
    rows = refs.values_list("external_id", "digest", "object_id")
    return {external_id: (digest, pk) for external_id, digest, pk in rows}


def _orders(ids: Sequence[int]) -> Mapping[int, PurchaseOrder]:
    return PurchaseOrder.objects.in_bulk(ids) if ids else {}


def _lines(ids: Sequence[int]) -> Mapping[int, dict[str, PurchaseOrderLine]]:
    found: dict[int, dict[str, PurchaseOrderLine]] = defaultdict(dict)
    for line in PurchaseOrderLine.objects.filter(purchase_order__in=ids) if ids else ():
        found[line.purchase_order_id][line.external_id] = line
    return found


def _change(
    connection: Connection, facts: OrderFacts, order: PurchaseOrder | None, now: datetime
) -> OrderChange:
    """The order with its new values. A status we do not know keeps what we have."""
    columns, remarks = dict(facts.columns), list(facts.remarks)
    if columns["status"] is None:
        ours = order.status if order else PurchaseOrder.Status.PENDING
        columns["status"] = facts.earlier_status or ours
        remarks.append(_unknown_status(columns))
    if order is None:
        new = PurchaseOrder(connection=connection, changed_at=now, **columns)
        notes: list[Note] = [("status", None, columns["status"], "New here.")]
        return OrderChange(facts, new, is_new=True, notes=notes, remarks=remarks)
    notes = list(_moved(order, columns))
    is_moved = any(getattr(order, name) != value for name, value in columns.items())
    for name, value in columns.items():
        setattr(order, name, value)
    change = OrderChange(facts, order, is_new=False, is_moved=is_moved, notes=notes)
    change.remarks = remarks
    return change


def _unknown_status(columns: Columns) -> str:
    theirs = columns["status_raw"]
    said = f"Its status {theirs!r} is not one we know" if theirs else "It has no status"
    return f"{said}; here it is {columns['status']}."


def _moved(order: PurchaseOrder, columns: Columns) -> Iterator[Note]:
    for name, after in columns.items():
        before = getattr(order, name)
        if before != after and name not in SILENT:
            yield name, shown(before), shown(after), ""


def _compare_lines(
    change: OrderChange, before: Mapping[str, PurchaseOrderLine], matches: Matches
) -> None:
    gone = dict(before)
    for external_id, columns in change.facts.lines.items():
        line = gone.pop(external_id, None)
        if line is None:
            line = PurchaseOrderLine(external_id=external_id, **columns)
            line.variant_id = matches.variants.get(line.sku)
            change.new_lines.append(line)
            if not change.is_new:
                change.notes.append(("line", None, line, ""))
        elif _take(change, line, columns, matches):
            change.changed_lines.append(line)
    change.gone_lines = list(gone.values())
    change.notes += [("line", line, None, "") for line in change.gone_lines]
    change.is_moved |= bool(change.new_lines or change.changed_lines or gone)


def _take(change: OrderChange, line: PurchaseOrderLine, columns: Columns, matches: Matches) -> bool:
    """The new values for a line we have; whether anything differs.

    A line that has its variant keeps it while the SKU stays: staff may have renamed ours.
    """
    before = {name: getattr(line, name) for name in LINE_COLUMNS} | {"variant": line.variant_id}
    if line.sku != columns["sku"] or line.variant_id is None:
        line.variant_id = matches.variants.get(columns["sku"])
    for name, after in columns.items():
        if before[name] != after:
            note = (f"{name}:{line.external_id}"[:40], shown(before[name]), shown(after))
            change.notes.append((*note, columns["sku"]))
            setattr(line, name, after)
    after_all = {name: getattr(line, name) for name in LINE_COLUMNS} | {"variant": line.variant_id}
    return before != after_all


def _strangers(change: OrderChange, matches: Matches) -> list[tuple[str, str, str]]:
    number = change.facts.number
    return [
        (number, line["sku"], matches.reasons[line["sku"]])
        for line in change.facts.lines.values()
        if line["sku"] in matches.reasons
    ]


def shown(value: Any) -> Any:
    """A value of an order as the run page and the order's history say it; None for nothing."""
    if isinstance(value, Decimal):
        cents = value.quantize(Decimal("0.01"))
        return cents if cents == value else value.normalize()
    if isinstance(value, list):
        return ", ".join(parcel["number"] for parcel in value) or None
    return None if value == "" else value
