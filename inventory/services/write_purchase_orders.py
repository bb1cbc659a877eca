"""Set-based writes of purchase orders: only what differs, with what they said beside it.

One statement per table and kind of write, rows in the order of their ids.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from django.contrib.contenttypes.models import ContentType

from integrations.models import Connection, ExternalRef
from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.services.compare_purchase_orders import KIND, LINE_COLUMNS, OrderChange

ORDER_COLUMNS = (
    "number", "status", "status_raw", "status_known", "supplier", "warehouse", "ordered_on",
    "expected_on", "total", "currency", "tracking", "ordered_units", "received_units", "changed_at",
)  # fmt: skip


def write_changes(connection: Connection, changes: Sequence[OrderChange], now: datetime) -> None:
    """Orders, their lines and their refs; inside the caller's transaction."""
    _write_orders(changes, now)
    _write_lines(changes)
    _write_refs(connection, changes, now)


def _write_orders(changes: Sequence[OrderChange], now: datetime) -> None:
    new = [change.order for change in changes if change.is_new]
    moved = [change.order for change in changes if change.is_moved and not change.is_new]
    for order in moved:
        order.changed_at = now
    if new:
        PurchaseOrder.objects.bulk_create(new)
    if moved:
        PurchaseOrder.objects.bulk_create(
            sorted(moved, key=attrgetter("pk")),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=ORDER_COLUMNS,
        )


def _write_lines(changes: Sequence[OrderChange]) -> None:
    gone = sorted(line.pk for change in changes for line in change.gone_lines)
    changed = [line for change in changes for line in change.changed_lines]
    new = []
    for change in changes:
        for line in change.new_lines:
            line.purchase_order = change.order
            new.append(line)
    if gone:
        PurchaseOrderLine.objects.filter(pk__in=gone).delete()
    if changed:
        PurchaseOrderLine.objects.bulk_create(
            sorted(changed, key=attrgetter("pk")),
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*LINE_COLUMNS, "variant"],
        )
    if new:
        PurchaseOrderLine.objects.bulk_create(new)


def _write_refs(connection: Connection, changes: Sequence[OrderChange], now: datetime) -> None:
    kind_of_row = ContentType.objects.get_for_model(PurchaseOrder)
    refs = [
        ExternalRef(
            connection=connection,
            kind=KIND,
            external_id=change.facts.external_id,
            content_type=kind_of_row,
            object_id=change.order.pk,
            raw=change.facts.raw,
            digest=change.facts.digest,
            seen_at=now,
        )
        for change in changes
    ]
    ExternalRef.objects.bulk_create(
        sorted(refs, key=attrgetter("external_id")),
        update_conflicts=True,
        unique_fields=["connection", "kind", "external_id"],
        update_fields=["content_type", "object_id", "raw", "digest", "seen_at"],
    )
