"""Signs of life: each worker cluster says once a minute, through its own queue, that it works."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import IntegrityError, transaction

from integrations.jobs import enqueue
from integrations.models import Heartbeat

# The longest job of the queue plus three minutes: an older sign means the cluster hangs.
SILENT_AFTER: Mapping[str, timedelta] = MappingProxyType(
    {"crossdock": timedelta(minutes=5), "flows": timedelta(minutes=33)}
)


def beat(cluster: str, now: datetime) -> None:
    """Write down that this cluster works; called by a job that went through its queue."""
    if Heartbeat.objects.filter(cluster=cluster).update(at=now):
        return
    try:
        with transaction.atomic():
            Heartbeat.objects.create(cluster=cluster, at=now)
    except IntegrityError:  # another worker of the same cluster was first
        Heartbeat.objects.filter(cluster=cluster).update(at=now)


def last_beats() -> dict[str, datetime]:
    """When each cluster last gave a sign of life."""
    return dict(Heartbeat.objects.values_list("cluster", "at"))


def ask_for_beats() -> None:
    """Let each cluster say at its start that it works; its schedule may take a minute."""
    enqueue("integrations.tasks.heartbeat_crossdock")
    enqueue("integrations.tasks.heartbeat_flows", queue="flows")
