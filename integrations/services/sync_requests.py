"""Runs asked for from outside: of which connection, and waited for as long as the caller likes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from integrations import registry
from integrations.models import Connection, SyncRun
from integrations.providers.base import PullsPurchaseOrders
from integrations.services.bootstrap import connection_of, missing_settings
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow

Status = SyncRun.Status
UNDER_WAY = (Status.QUEUED, Status.RUNNING)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 1.0
# A caller that waits holds a thread of the portal: in one process no more than these do.
SEATS = BoundedSemaphore(4)


class CannotChoose(Exception):
    """It is not clear which system is meant; the text is a sentence for the caller."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """A run that was asked for; `missing` are the settings without which it cannot work."""

    run: SyncRun
    is_new: bool
    missing: tuple[str, ...] = ()


def choose_connection(slug: str, capability: type, erp: str = "sellercloud") -> Connection:
    """The connection with this short name; without one, the only one that can do it.

    Of several the ERP, if one is; where there is none, the draft that `erp` would be. Raises
    CannotChoose.
    """
    if slug:
        return _named(slug, capability)
    rows = Connection.objects.exclude(status=Connection.Status.ARCHIVED).order_by("slug")
    able = [row for row in rows if _can(row, capability)]
    connected = [row for row in able if row.status != Connection.Status.DRAFT] or able
    erps = [row for row in connected if _can(row, PullsPurchaseOrders)]
    for found in (connected, erps):
        if len(found) == 1:
            return found[0]
    if connected:
        names = ", ".join(row.slug for row in connected)
        raise CannotChoose(
            "ambiguous_connection",
            f"Several systems can do this: {names}. Say which one in `connection`.",
        )
    return _draft(erp, capability)


def _named(slug: str, capability: type) -> Connection:
    row = Connection.objects.exclude(status=Connection.Status.ARCHIVED).filter(slug=slug).first()
    if row is None:
        raise CannotChoose(
            "unknown_connection",
            f"There is no connection {slug!r}. Its short name is on its page, under Connections.",
        )
    if not _can(row, capability):
        raise CannotChoose("not_capable", f"{row.name} cannot do this.")
    return row


def _can(row: Connection, capability: type) -> bool:
    cls = registry.providers().get(row.provider)
    return cls is not None and issubclass(cls, capability)


def _draft(provider: str, capability: type) -> Connection:
    cls = registry.providers().get(provider)
    if cls is None or not issubclass(cls, capability):
        raise CannotChoose(
            "nothing_connected", "No system that can do this is connected. Connect one first."
        )
    row = connection_of(provider)
    if row.pk is None:
        row.save()
    return row


def ask_for_run(
    connection: Connection, flow: str, user: AbstractBaseUser, params: Mapping[str, Any]
) -> Asked:
    """Ask for a run in this person's name; one that is under way is returned instead.

    Where it will only say that it cannot run, it says so at once: no worker is needed for that.
    """
    missing = tuple(missing_settings(connection))
    # A first connection that has all it needs is checked by its run: that takes a worker.
    callable_ones = (Connection.Status.ACTIVE, Connection.Status.DRAFT)
    inline = bool(missing) or connection.status not in callable_ones
    run, is_new = request_run(
        connection,
        flow,
        trigger=SyncRun.Trigger.API,
        user=user,
        params=params,
        inline=inline,
    )
    if inline and is_new:
        run_flow(run.pk)
    return Asked(run, is_new, missing)


def wait_for_end(
    run: SyncRun, seconds: float, sleep: Callable[[float], object] | None = None
) -> SyncRun:
    """The run as it is once it ended, or after so many seconds. No transaction is open meanwhile.

    Where too many wait already it is returned as it is now.
    """
    until, pause = time.monotonic() + seconds, FIRST_PAUSE_S
    run = _read(run.pk)
    if run.status not in UNDER_WAY or seconds <= 0 or not SEATS.acquire(blocking=False):
        return run
    try:
        while run.status in UNDER_WAY and (left := until - time.monotonic()) > 0:
            (sleep or time.sleep)(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE_S)
            run = _read(run.pk)
    finally:
        SEATS.release()
    return run


def _read(pk: int) -> SyncRun:
    rows = SyncRun.objects.select_related("connection", "user")
    return rows.defer("connection__secrets", "connection__tokens").get(pk=pk)
