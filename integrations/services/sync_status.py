"""What ran last, and when each flow last worked: the same few queries for any number of rows."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from integrations.models import Connection, FlowSchedule, SyncRun

SHOWN = 10
# A partial run moved all rows but those it names; a held one that was released is completed.
GOOD = (SyncRun.Status.COMPLETED, SyncRun.Status.PARTIAL)


@dataclass(frozen=True)
class FlowState:
    """A flow of a connection and its last run that worked."""

    flow: str
    last_success: SyncRun | None


@dataclass(frozen=True)
class ConnectionState:
    """A connection with its flows, by name."""

    connection: Connection
    flows: list[FlowState]


def readable_runs() -> QuerySet[SyncRun]:
    """Runs with what is told of them."""
    rows = SyncRun.objects.select_related("connection", "user")
    return rows.defer("connection__secrets", "connection__tokens")


def last_runs(count: int = SHOWN) -> list[SyncRun]:
    """The newest first."""
    return list(readable_runs().order_by("-pk")[:count])


def flow_states() -> list[ConnectionState]:
    """Every connection that is not archived, by short name, with the last success of each flow."""
    good = SyncRun.objects.filter(connection=OuterRef("connection"), flow=OuterRef("flow"))
    newest = good.filter(status__in=GOOD).order_by("-pk").values("pk")[:1]
    schedules = (
        FlowSchedule.objects.exclude(connection__status=Connection.Status.ARCHIVED)
        .select_related("connection")
        .defer("connection__secrets", "connection__tokens")
        .annotate(last_good=Subquery(newest))
        .order_by("connection__slug", "flow")
    )
    rows = list(schedules)
    keys = [row.last_good for row in rows if row.last_good]
    runs = readable_runs().in_bulk(keys)
    flows: dict[int, list[FlowState]] = defaultdict(list)
    for row in rows:
        flows[row.connection_id].append(FlowState(row.flow, runs.get(row.last_good or 0)))
    connections = {row.connection_id: row.connection for row in rows}
    return [ConnectionState(one, flows[pk]) for pk, one in connections.items()]


def last_of(flow: str, slug: str = "") -> tuple[SyncRun | None, SyncRun | None]:
    """The newest run of a flow and the newest that worked, of one connection or of all."""
    rows = readable_runs().filter(flow=flow).order_by("-pk")
    if slug:
        rows = rows.filter(connection__slug=slug)
    return rows.first(), rows.filter(status__in=GOOD).first()
