"""The page of one purchase order: what is expected next, its lines, and what last changed."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest

from catalog.admin.links import page_of
from config.adminkit.parts import json_block
from integrations.admin.run_changes import as_number
from integrations.admin.runs import started_by
from integrations.errors import ProviderError
from integrations.models import Connection, ExternalRef, SyncChange
from integrations.providers.base import PullsPurchaseOrders
from integrations.services.connections import provider_for
from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.models.purchase_orders import OPEN_STATUSES

MOST_CHANGES = 50


def order_facts(order: PurchaseOrder, request: HttpRequest) -> dict[str, Any]:
    """Context of the page."""
    ref = ref_of(order)
    lines = list(order.lines.select_related("variant__product").order_by("pk"))
    changes = last_changes(order, ref)
    return {
        "ref": ref,
        "raw": json_block(ref.raw) if ref else "",
        "lines": [(line, page_of(line.variant, request)) for line in lines],
        "next_line": next_line(order, lines),
        "to_come": to_come(order, lines),
        "changes": [cells_of(row) for row in changes],
        "change_run": changes[0].run if changes else None,
        "change_by": started_by(changes[0].run) if changes else "",
        "change_url": page_of(changes[0].run, request) if changes else "",
        "connection_url": page_of(order.connection, request),
        "erp": erp_label(order),
        "erp_url": erp_url(order, ref),
    }


def ref_of(order: PurchaseOrder) -> ExternalRef | None:
    """Their id and last words."""
    kind = ContentType.objects.get_for_model(PurchaseOrder)
    return ExternalRef.objects.filter(content_type=kind, object_id=order.pk).first()


def next_line(order: PurchaseOrder, lines: list[PurchaseOrderLine]) -> dict[str, Any] | None:
    """Units of the next day something is expected, of an order that is open."""
    due = [
        (line.expected_on or order.expected_on, line.outstanding)
        for line in lines
        if line.outstanding
    ]
    if order.status not in OPEN_STATUSES or not due:
        return None
    on = min((day for day, _ in due if day), default=None)
    return {"on": on, "units": sum(units for day, units in due if day == on)}


def to_come(order: PurchaseOrder, lines: list[PurchaseOrderLine]) -> int:
    """Units of all lines an open order still owes; a draft or an ended one owes none."""
    return sum(line.outstanding for line in lines) if order.status in OPEN_STATUSES else 0


def last_changes(order: PurchaseOrder, ref: ExternalRef | None) -> list[SyncChange]:
    """What the newest run that changed it wrote, field by field; nothing for one of our own."""
    if ref is None:
        return []
    rows = SyncChange.objects.filter(
        run__connection=order.connection_id,
        run__flow="purchase_orders",
        key=order.number,
        outcome=SyncChange.Outcome.APPLIED,
        data__order=ref.external_id,
    )
    newest = rows.order_by("-pk").values_list("run", flat=True).first()
    if newest is None:
        return []
    return list(rows.filter(run=newest).select_related("run__user").order_by("pk")[:MOST_CHANGES])


def cells_of(row: SyncChange) -> tuple[str, str, object, object]:
    """Field, what it is about (the SKU of a line), before and after."""
    field = row.field.partition(":")[0].replace("_", " ")  # behind the colon: which line
    return field, row.message, as_number(row.before), as_number(row.after)


def erp_label(order: PurchaseOrder) -> str:
    """Who manages it."""
    return str(order.connection.provider_class.label) if order.connection else ""


def erp_url(order: PurchaseOrder, ref: ExternalRef | None) -> str:
    """Where staff open it there; empty if there is no such page."""
    if ref is None or order.connection is None:
        return ""
    try:
        provider = provider_for(order.connection)
    except (ProviderError, LookupError, ValueError):  # its settings may be incomplete
        return ""
    if not isinstance(provider, PullsPurchaseOrders):
        return ""
    return _played(order.connection, ref) or provider.purchase_order_url(ref.external_id)


def _played(connection: Connection, ref: ExternalRef) -> str:
    """While the sandbox plays the system, its page is there, whatever address staff have set."""
    if not settings.SANDBOX_URL:
        return ""
    path = f"{connection.account}/purchase-orders/{quote(ref.external_id, safe='')}"
    return f"{settings.SANDBOX_URL}/{connection.provider}/{path}"
