"""How old the numbers of partners are, and which of them are behind: for pages and the API."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from integrations.models import Connection, SyncRun
from inventory.models import Location, StockLevel

Status = SyncRun.Status
# How a run ends that asked; one that was skipped or canceled says nothing of its system.
BAD = (Status.FAILED, Status.INTERRUPTED, Status.HELD)
ASKED = (*BAD, Status.COMPLETED, Status.PARTIAL)


def said_at(level: StockLevel) -> datetime | None:
    """When the number was last known to be true: the last complete snapshot that confirmed it."""
    if level.location.connection_id is None or level.missing_since or level.rejected_since:
        return level.as_of
    return max(filter(None, (level.location.as_of, level.as_of)), default=None)


def is_stale(location: Location, now: datetime) -> bool:
    """Older than its connection allows. What lies on our own shelf does not age."""
    if location.connection is None:
        return False
    return location.as_of is None or location.as_of < _oldest_allowed(location.connection, now)


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
    if said is None or said < _oldest_allowed(connection, now):
        return f"{connection}: its numbers are older than {connection.stale_after_h} hours."
    return ""


def _oldest_allowed(connection: Connection, now: datetime) -> datetime:
    return now - timedelta(hours=connection.stale_after_h)


def _failed_since(connections: Iterable[int]) -> dict[int, datetime]:
    """When the newest run for all SKUs began, for each connection where it brought no numbers."""
    runs = SyncRun.objects.filter(connection=OuterRef("pk"), flow="stock", status__in=ASKED)
    runs = runs.exclude(params__has_any_keys=["skus", "dry_run"])
    newest = Subquery(runs.order_by("-pk").values("pk")[:1])
    last = Connection.objects.filter(pk__in=connections).annotate(newest=newest).values("newest")
    rows = SyncRun.objects.filter(pk__in=last, status__in=BAD)
    began = rows.values_list("connection", "started_at", "created_at")
    return {connection: started or made for connection, started, made in began}
