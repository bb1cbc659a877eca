"""How old the numbers of partners are, and which of them are behind: for pages and the API."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import OuterRef, Subquery

from integrations.models import Connection, SyncRun
from inventory.models import Location, StockLevel

Status = SyncRun.Status
# How a run ends that asked; one that was skipped or canceled says nothing of its system.
BAD = (Status.FAILED, Status.INTERRUPTED, Status.HELD)
ASKED = (*BAD, Status.COMPLETED, Status.PARTIAL)
KEPT_S = 15


def said_at(level: StockLevel) -> datetime | None:
    """When the number was last known to be true: the last complete snapshot that confirmed it."""
    if level.location.connection_id is None or level.missing_since or level.rejected_since:
        return level.as_of
    return max(filter(None, (level.location.as_of, level.as_of)), default=None)


def is_too_old(level: StockLevel, now: datetime) -> bool:
    """Older than its connection allows. What lies on our own shelf does not age."""
    connection = level.location.connection
    return connection is not None and _is_older(said_at(level), connection, now)


def is_behind(level: StockLevel, now: datetime) -> bool:
    """Whether its number may not be so any more, for a row of a list: see `reasons_behind`."""
    connection = level.location.connection
    return connection is not None and bool(
        _reason(level, connection, failed_runs().get(connection.pk), now)
    )


def places_behind(now: datetime) -> list[int]:
    """Locations with numbers that may not be so any more; kept for 15 seconds."""
    found: list[int] | None = cache.get_or_set("inventory:stale", lambda: _find(now), KEPT_S)
    return found or []


def _find(now: datetime) -> list[int]:
    failed = failed_runs()
    places = Location.objects.filter(connection__isnull=False).select_related("connection")
    return [row.pk for row in places if _is_place_behind(row, failed, now)]


def _is_place_behind(place: Location, failed: dict[int, datetime], now: datetime) -> bool:
    assert place.connection is not None
    at = failed.get(place.connection.pk)
    is_before = at is not None and (place.as_of is None or place.as_of <= at)
    return is_before or _is_older(place.as_of, place.connection, now)


def failed_runs() -> dict[int, datetime]:
    """When the newest run for all SKUs began, by connection, where it brought no numbers.

    Kept for 15 seconds.
    """
    every = Connection.objects.exclude(status=Connection.Status.ARCHIVED).values_list("pk")
    found: dict[int, datetime] | None = cache.get_or_set(
        "inventory:failed-runs", lambda: _failed_since(pk for (pk,) in every), KEPT_S
    )
    return found or {}


def reasons_behind(levels: Iterable[StockLevel], now: datetime) -> dict[int, str]:
    """By key of the level, why its number may not be so any more: a sentence for people.

    Levels come with their location and its connection; one query more, however many. What is not
    here is fresh, and what lies on our own shelf always is.
    """
    theirs = [(level, level.location.connection) for level in levels]
    known = {connection.pk for _, connection in theirs if connection is not None}
    failed = _failed_since(known)
    found = {}
    for level, connection in theirs:
        if connection is not None:
            said = _reason(level, connection, failed.get(connection.pk), now)
            if said:
                found[level.pk] = said
    return found


def _reason(
    level: StockLevel, connection: Connection, failed_at: datetime | None, now: datetime
) -> str:
    if level.missing_since:
        return f"{connection}: its last answer left out some of these SKUs."
    if level.rejected_since:
        return f"{connection}: some of its last numbers could not be read."
    said = said_at(level)
    if failed_at and (said is None or said <= failed_at):
        return f"{connection}: the last run of its stock did not succeed."
    if _is_older(said, connection, now):
        return f"{connection}: its numbers are older than {connection.stale_after_h} hours."
    return ""


def _is_older(said: datetime | None, connection: Connection, now: datetime) -> bool:
    return said is None or said < now - timedelta(hours=connection.stale_after_h)


def _failed_since(connections: Iterable[int]) -> dict[int, datetime]:
    """When the newest run for all SKUs began, for each connection where it brought no numbers."""
    runs = SyncRun.objects.filter(connection=OuterRef("pk"), flow="stock", status__in=ASKED)
    runs = runs.exclude(params__has_any_keys=["skus", "dry_run"])
    newest = Subquery(runs.order_by("-pk").values("pk")[:1])
    last = Connection.objects.filter(pk__in=connections).annotate(newest=newest).values("newest")
    rows = SyncRun.objects.filter(pk__in=last, status__in=BAD)
    began = rows.values_list("connection", "started_at", "created_at")
    return {connection: started or made for connection, started, made in began}
