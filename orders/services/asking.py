"""Ask a partner's system about some orders now: the runs of a poll, for these alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations import registry
from integrations.models import Connection, SyncRun
from integrations.models.base import locked
from integrations.services.run_requests import request_run
from orders.models import PartnerOrder
from orders.services.polling import UNFINISHED

Status = SyncRun.Status
# By flow, the column that keeps when it last asked about an order.
FLOWS: Mapping[str, str] = {"order_status": "polled_at", "shipments": "parcels_asked_at"}


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
    """A run of each flow that tells of them, for these orders; one under way takes them along."""
    by_connection: dict[int, list[PartnerOrder]] = defaultdict(list)
    for row in rows:
        if askable(row) and row.connection_id:
            by_connection[row.connection_id].append(row)
    return [
        _ask(some[0].connection, name, [row.pk for row in some], user)
        for some in by_connection.values()
        for name in _flows(some[0])
        if some[0].connection is not None
    ]


def _ask(
    connection: Connection, flow: str, pks: list[int], user: AbstractBaseUser | None
) -> SyncRun:
    trigger = SyncRun.Trigger.STAFF if user else SyncRun.Trigger.API
    params = {"orders": pks}
    run, is_new = request_run(connection, flow, trigger=trigger, user=user, params=params)
    if is_new or _joined(run, pks):
        return run
    # Whichever run comes to them next begins with them.
    PartnerOrder.objects.filter(pk__in=pks).update(**{FLOWS[flow]: None})
    if not run.params:
        return run
    # It is about others alone: another one follows it, or begins now if it is over meanwhile.
    return request_run(connection, flow, trigger=trigger, user=user, params=params, again=True)[0]


def _joined(run: SyncRun, pks: list[int]) -> bool:
    """Whether a run for chosen orders that did not begin yet took these along."""
    with transaction.atomic():
        row = locked(SyncRun.objects.all()).get(pk=run.pk)
        chosen = row.params.get("orders")
        if row.status != Status.QUEUED or not chosen:
            return False
        row.params = {"orders": sorted({*chosen, *pks})}
        row.save(update_fields=["params"])
    return True
