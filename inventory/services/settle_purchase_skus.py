"""Lines of purchase orders whose SKU no variant has: found again later, and listed for staff."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from catalog.models import UnmatchedSku
from catalog.services.match_skus import match_skus
from catalog.services.unmatched import forget_others, note_unmatched
from integrations.models import Connection
from integrations.models.base import locked
from inventory.models import PurchaseOrderLine, PurchaseOrderStatus

SOURCE = UnmatchedSku.Source.PURCHASE
MOST_LISTED = 1000
# Nobody needs to find out what an order of years ago meant.
OVER = (PurchaseOrderStatus.COMPLETED, PurchaseOrderStatus.CANCELED)


def settle_purchase_skus(connection: Connection, named: Collection[str], now: datetime) -> int:
    """Link lines whose SKU means a variant by now, and keep the list of the others.

    `named` are SKUs this run was told of, which are counted once more. Writes nothing where
    nothing moved. Returns how many lines were linked.
    """
    lines = PurchaseOrderLine.objects.filter(purchase_order__connection=connection, variant=None)
    matches = match_skus(connection.pk, lines.values_list("sku", flat=True).distinct())
    linked = _link(connection, matches.variants)
    live = lines.exclude(purchase_order__status__in=OVER).exclude(sku="")
    waiting = sorted(live.order_by("sku").values_list("sku", flat=True).distinct()[:MOST_LISTED])
    listed = UnmatchedSku.objects.filter(connection=connection, source=SOURCE)
    known = set(listed.values_list("sku", flat=True))
    news = [sku for sku in waiting if sku in named or sku not in known]
    if news:
        reasons = {sku: matches.reasons[sku] for sku in news if sku in matches.reasons}
        note_unmatched(connection, SOURCE, reasons, now)
    if known - set(waiting):
        forget_others(connection, SOURCE, waiting)
    return linked


def _link(connection: Connection, variants: Mapping[str, int]) -> int:
    if not variants:
        return 0
    lines = PurchaseOrderLine.objects.filter(
        purchase_order__connection=connection, variant=None, sku__in=variants
    )
    with transaction.atomic():
        found = list(locked(lines).order_by("pk"))
        for line in found:
            line.variant_id = variants[line.sku]
        PurchaseOrderLine.objects.bulk_update(found, ["variant"], batch_size=500)
    return len(found)
