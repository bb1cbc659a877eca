"""The handle of a run: what a flow is given to count, note and show that it is alive."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from integrations.models import Connection, FlowSchedule, SyncChange, SyncRun
from integrations.models.runs import CANCELING
from integrations.services.cancel_run import is_canceling

Status = SyncRun.Status

LEASE_S = int(settings.RUN_LEASE_S)
BATCH = 500
SHOW_S = 1.0  # pages are shown no more often than that: each time costs three small writes
COUNTS = ("processed", "created", "updated", "unchanged", "skipped", "failed")
SHOWN = (*COUNTS, "pages", "total")


class LeaseLost(Exception):
    """Another worker took this flow over: stop, and write nothing more."""


class Canceled(Exception):
    """A person asked the run to stop: what it wrote stays, and it writes nothing more."""


class Held(Exception):
    """The run looks wrong and waits for a person; its differences are in SyncChange."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass
class Run:
    """What a flow is given: the provider to talk to and the record to write to."""

    record: SyncRun
    connection: Connection
    schedule: FlowSchedule
    provider: Any
    started_at: datetime
    watermark: dict[str, Any]
    progress: Callable[[SyncRun], object] = lambda record: None
    alive: Callable[[datetime], object] = lambda now: None
    _changes: list[SyncChange] = field(default_factory=list)
    _shown_at: float = field(default_factory=time.monotonic)

    @property
    def params(self) -> Mapping[str, Any]:
        """What was asked for: `skus`, `orders`, `references`, `since`, `dry_run`."""
        params: Mapping[str, Any] = self.record.params
        return params

    def count(self, **counts: int) -> None:
        """Add to processed, created, updated, unchanged, skipped, failed; or set `total`.

        Writes nothing: beats and the end of the run do. In long loops count some rows at a time.
        """
        record = self.record
        for name, number in counts.items():
            setattr(record, name, number if name == "total" else getattr(record, name) + number)
        self.progress(record)

    def turn_page(self, total: int | None = None) -> None:
        """A page was read, `total` the rows of the whole answer if they say: `Access.on_page`.

        Raises like `beat`, which it calls at most every second.
        """
        self.record.pages += 1
        if total is not None:
            self.record.total = total
        self.progress(self.record)
        if time.monotonic() - self._shown_at >= SHOW_S:
            self.beat()

    def note(
        self,
        key: str,
        outcome: str,
        message: str = "",
        change: tuple[str, Any, Any] = ("", "", ""),
        data: dict[str, Any] | None = None,
    ) -> None:
        """One row for the run page. `change` is (field, before, after); `data` is for releasing."""
        name, before, after = change
        self._changes.append(
            SyncChange(
                run=self.record,
                key=key[:200],
                field=name,
                before="" if before is None else str(before),
                after="" if after is None else str(after),
                outcome=outcome,
                message=message,
                data=data,
            )
        )
        if len(self._changes) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the noted rows. Raises LeaseLost, with nothing written, if it was taken over."""
        changes, self._changes = self._changes, []
        if changes and not _holds(self.schedule):
            raise LeaseLost
        SyncChange.objects.bulk_create(changes)

    def beat(self) -> None:
        """Still alive, and this far: call between pages, with no transaction open.

        Raises LeaseLost if the flow was taken over, and Canceled if a person asked it to stop.
        """
        now, self._shown_at = timezone.now(), time.monotonic()
        if not self.schedule.extend_lease(now, LEASE_S):
            raise LeaseLost
        self.alive(now)
        shown = {name: getattr(self.record, name) for name in SHOWN}
        goes_on = Q(status=Status.RUNNING) & ~Q(reason=CANCELING)
        if self.record.update_where(goes_on, heartbeat_at=now, **shown):
            return
        if is_canceling(self.record):
            raise Canceled


def _holds(schedule: FlowSchedule) -> bool:
    """Whether this run's worker still is the one that may write."""
    return FlowSchedule.objects.filter(schedule.mine(), pk=schedule.pk).exists()
