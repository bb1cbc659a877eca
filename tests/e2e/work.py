"""The work of a portal that is up: what is left of it, and the help of the minute tick."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from integrations.models import Connection, InboundEvent, SyncRun
from integrations.services import ticks
from integrations.services.heartbeats import ask_for_beats
from integrations.services.run_requests import request_run
from tests.e2e.announcing import OWN
from tests.e2e.server import Portal
from tests.e2e.stack import eventually


def left_over() -> list[str]:
    """What the portal itself says is not done."""
    events = InboundEvent.objects.exclude(status__in=["done", "ignored"])
    return [
        *(f"{e} {e.status} {e.attempts} {e.lease_until} {e.retry_at}: {e.error}" for e in events),
        *(f"{r} {r.flow} {r.status}: {r.error}" for r in SyncRun.objects.exclude(error="")),
    ]


@contextmanager
def beats_every_second() -> Iterator[None]:
    """What the schedule does every minute, more often: a test has no minutes to wait."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(1):
            try:
                ask_for_beats()
            except DatabaseError:
                connection.close()
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def both_work(portal: Portal) -> bool:
    return len(portal.clusters()) == 2


def active_runs() -> list[SyncRun]:
    return list(SyncRun.objects.filter(status__in=["queued", "running"]))


def own_store() -> Connection:
    return Connection.objects.get(slug="crossdock-coffee")


def three_minutes_later() -> None:
    """What the minute tick does with work that was left behind, without the wait."""
    now, ago = timezone.now(), timedelta(minutes=3)
    InboundEvent.objects.filter(status="handling").update(lease_until=now - ago)
    InboundEvent.objects.filter(status="received").update(received_at=now - ago)
    SyncRun.objects.filter(status="queued").update(created_at=now - ago)
    ticks.sweep(now)


def sooner_or_later(look: Callable[[], bool], what: str) -> None:
    """True at last, with no more help than that of the minute tick."""
    tick_at = 0.0

    def tick_and_look() -> bool:
        nonlocal tick_at
        if time.monotonic() > tick_at:
            three_minutes_later()
            tick_at = time.monotonic() + 5
        return look()

    eventually(tick_and_look, what, 90)


def slow_run(portal: Portal, seconds: float) -> SyncRun:
    """A run that waits for its store's answer for so long, begun."""
    portal.control(
        "dials", shop=OWN, operation="orders", mode="timeout_before", times=1, hold_seconds=seconds
    )
    run, is_new = request_run(own_store(), "channel_orders", trigger="staff")
    assert is_new
    eventually(lambda: state(run) == "running", "the run began")
    time.sleep(0.5)  # into the call
    return run


def state(run: SyncRun) -> str:
    return SyncRun.objects.values_list("status", flat=True).get(pk=run.pk)
