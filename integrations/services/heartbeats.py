"""Signs of life: each worker cluster says once a minute, through its own queue, that it works.

A run of a flow keeps the only worker of its queue busy for up to half an hour; its own beats, one
per page, stand in for the job that waits behind it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.conf import settings
from django.db import IntegrityError, transaction

from integrations.jobs import enqueue
from integrations.models import Heartbeat

# Longer than the longest job of the short queue (2 minutes), and than a run may be silent before
# it counts as interrupted (3 minutes): an older sign means the cluster hangs.
SILENT_AFTER: Mapping[str, timedelta] = MappingProxyType(
    dict.fromkeys(("crossdock", "flows"), timedelta(seconds=settings.WORKER_SILENT_S))
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
