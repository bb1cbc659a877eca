"""The list of SKUs somebody sent and no variant has, kept while they are seen."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F

from catalog.models import UnmatchedSku
from integrations.models import Connection

BATCH = 500


def note_unmatched(
    connection: Connection, source: str, reasons: Mapping[str, str], now: datetime
) -> None:
    """Count each of these SKUs (SKU: why it matches nothing) once more; two statements per 500."""
    reasons = {sku[:255]: reason[:300] for sku, reason in reasons.items() if sku}
    rows = [
        UnmatchedSku(
            connection=connection, source=source, sku=sku, reason=why, first_at=now, last_at=now
        )
        for sku, why in sorted(reasons.items())
    ]
    UnmatchedSku.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["connection", "source", "sku"],
        update_fields=["reason", "last_at"],
    )
    skus = sorted(reasons)
    for start in range(0, len(skus), BATCH):
        some = UnmatchedSku.objects.filter(connection=connection, source=source)
        some.filter(sku__in=skus[start : start + BATCH]).update(count=F("count") + 1)


def forget_seen_before(connection: Connection, source: str, moment: datetime) -> int:
    """Whatever was last seen before this moment is settled; returns how many there were."""
    old = UnmatchedSku.objects.filter(connection=connection, source=source, last_at__lt=moment)
    return old.delete()[0]


def forget_unmatched(source: str, skus: Iterable[str]) -> int:
    """These SKUs are settled; returns how many were listed."""
    found = UnmatchedSku.objects.filter(source=source, sku__in=[sku[:255] for sku in skus])
    return found.delete()[0]
