"""The last runs of many connections or schedules, in two queries however long the history is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from integrations.models import Connection, FlowSchedule, SyncRun

SHOWN = 24
TONES = {
    "queued": "info",
    "running": "info",
    "completed": "ok",
    "partial": "warn",
    "held": "warn",
    "failed": "bad",
    "interrupted": "bad",
    "skipped": "mute",
    "canceled": "mute",
}
Key = tuple[int, str]


def tones_of(runs: Iterable[SyncRun]) -> list[str]:
    """Tones for a strip, oldest first; `runs` come newest first."""
    return [TONES[run.status] for run in runs][::-1]


def runs_of_connections(rows: Sequence[Connection]) -> dict[int, list[SyncRun]]:
    """The last 24 runs of each connection, newest first."""
    mine = SyncRun.objects.filter(connection=OuterRef("pk"))
    found: dict[int, list[SyncRun]] = defaultdict(list)
    for run in _from_floors(
        _floors(Connection.objects.filter(pk__in=[row.pk for row in rows]), mine, "pk")
    ):
        found[run.connection_id].append(run)
    return found


def runs_of_schedules(rows: Sequence[FlowSchedule]) -> dict[Key, list[SyncRun]]:
    """The last 24 runs of each schedule's flow, by (connection, flow), newest first."""
    mine = SyncRun.objects.filter(connection=OuterRef("connection"), flow=OuterRef("flow"))
    schedules = FlowSchedule.objects.filter(pk__in=[row.pk for row in rows])
    found: dict[Key, list[SyncRun]] = defaultdict(list)
    for run in _from_floors(_floors(schedules, mine, "connection", "flow")):
        found[run.connection_id, run.flow].append(run)
    return found


def _floors(rows: QuerySet[Any], runs: QuerySet[SyncRun], *names: str) -> list[Q]:
    """For each row the condition its last runs fulfill: from the 24th newest id on."""
    newest = runs.order_by("-id").values("id")
    rows = rows.order_by().annotate(
        newest=Subquery(newest[:1]), floor=Subquery(newest[SHOWN - 1 : SHOWN])
    )
    conditions = []
    for row in rows.exclude(newest=None).values(*names, "floor"):
        about = {"connection" if name == "pk" else name: row[name] for name in names}
        conditions.append(Q(**about, id__gte=row["floor"] or 0))
    return conditions


def _from_floors(conditions: list[Q]) -> Iterable[SyncRun]:
    if not conditions:
        return []
    wanted = Q()
    for condition in conditions:
        wanted |= condition
    plain = ("params", "total", "heartbeat_at", "slot")
    return SyncRun.objects.filter(wanted).defer(*plain).order_by(F("id").desc())
