"""The list of SKUs somebody sent and no variant has, kept while they are seen."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet

from catalog.models import UnmatchedSku
from integrations.models import Connection

BATCH = 500
PERMISSION = "catalog.change_unmatchedsku"


def note_unmatched(
    connection: Connection, source: str, reasons: Mapping[str, str], now: datetime
) -> None:
    """Count each of these SKUs (SKU: why it matches nothing) once more; two statements per 500.

    One that is ignored stays so and is not counted.
    """
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
        some = waiting().filter(connection=connection, source=source)
        some.filter(sku__in=skus[start : start + BATCH]).update(count=F("count") + 1)


def waiting() -> QuerySet[UnmatchedSku]:
    """Those somebody should look at: not ignored."""
    return UnmatchedSku.objects.filter(ignored_at=None)


def ignored_skus(connection: Connection, source: str) -> set[str]:
    """What staff ignore of this connection, as it is written there; one query."""
    rows = UnmatchedSku.objects.filter(connection=connection, source=source)
    return set(rows.exclude(ignored_at=None).values_list("sku", flat=True))


def forget_seen_before(connection: Connection, source: str, moment: datetime) -> int:
    """Whatever was last seen before this moment is settled; returns how many there were.

    What is ignored stays ignored: it may be named again tomorrow.
    """
    old = waiting().filter(connection=connection, source=source, last_at__lt=moment)
    return old.delete()[0]


def forget_unmatched(source: str, skus: Iterable[str]) -> int:
    """These SKUs are settled; returns how many were listed."""
    found = waiting().filter(source=source, sku__in=[sku[:255] for sku in skus])
    return found.delete()[0]


def forget_others(connection: Connection, source: str, skus: Iterable[str]) -> int:
    """Whatever is not one of these is settled; returns how many there were."""
    listed = waiting().filter(connection=connection, source=source)
    return listed.exclude(sku__in=[sku[:255] for sku in skus]).delete()[0]


def ignore_skus(rows: QuerySet[UnmatchedSku], user: User, now: datetime) -> int:
    """Nobody needs to look at these; returns how many were not ignored yet.

    Runs go on leaving them out and counting them as skipped. Raises PermissionDenied.
    """
    _check(user)
    return rows.filter(ignored_at=None).update(ignored_at=now, ignored_by=user)


def take_back_skus(rows: QuerySet[UnmatchedSku], user: User) -> int:
    """List them again; returns how many were ignored. Raises PermissionDenied."""
    _check(user)
    return rows.exclude(ignored_at=None).update(ignored_at=None, ignored_by=None)


def _check(user: User) -> None:
    if not user.has_perm(PERMISSION):
        raise PermissionDenied("You may not ignore SKUs.")
