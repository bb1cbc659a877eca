"""Ask a partner's system about some orders now: the runs of a poll, for these alone."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser

from integrations import registry
from integrations.models import Connection, SyncRun
from integrations.providers.base import PullsOrderStatus, PullsShipments
from integrations.services.run_requests import request_run
from orders.models import PartnerOrder
from orders.services.polling import UNFINISHED

FLOWS = {"order_status": PullsOrderStatus, "shipments": PullsShipments}


def askable(row: PartnerOrder) -> bool:
    """Whether there is something to ask, and somebody to ask it."""
    return bool(row.external_id and row.status in UNFINISHED and row.connection and _flows(row))


def _flows(row: PartnerOrder) -> list[str]:
    connection = row.connection
    if connection is None or connection.status != Connection.Status.ACTIVE:
        return []
    known = {flow.name for flow in registry.flows_of(connection.provider_class)}
    return [name for name in FLOWS if name in known]


def ask_now(rows: Iterable[PartnerOrder], user: AbstractBaseUser | None) -> list[SyncRun]:
    """A run of each flow that tells of them, for these orders. One that runs is joined."""
    by_connection: dict[int, list[PartnerOrder]] = defaultdict(list)
    for row in rows:
        if askable(row) and row.connection_id:
            by_connection[row.connection_id].append(row)
    return [
        request_run(
            some[0].connection,
            name,
            trigger=SyncRun.Trigger.STAFF if user else SyncRun.Trigger.API,
            user=user,
            params={"orders": [row.pk for row in some]},
        )[0]
        for some in by_connection.values()
        for name in _flows(some[0])
        if some[0].connection is not None
    ]
