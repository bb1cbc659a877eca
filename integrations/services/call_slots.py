"""Calls one after the other, where an account allows so many a second: all processes together."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from integrations.errors import Throttled
from integrations.handover import ask
from integrations.models import Connection
from integrations.models.base import locked
from integrations.services.budget import same_host

LONGEST_S = 8.0


class CallSlots:
    """Each call takes the next free moment of its host, and waits for it.

    The moment is kept in the database, so workers, commands and the portal share it. May be used
    in helper threads.
    """

    def __init__(
        self,
        connection_id: int,
        gap_s: float,
        name: str,
        now: Callable[[], datetime] = timezone.now,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """`gap_s`: seconds between two calls. `connection_id` is whose row holds the moment."""
        self._connection_id, self._gap, self._name = connection_id, timedelta(seconds=gap_s), name
        self._now, self._sleep = now, sleep

    def take(self) -> None:
        """One call is about to be made. Raises Throttled where its turn is far away."""
        at = ask(self._reserve)
        wait = (at - self._now()).total_seconds()
        if wait > 0:
            self._sleep(wait)

    def _reserve(self) -> datetime:
        row = Connection.objects.filter(pk=self._connection_id)
        with transaction.atomic():
            taken = locked(row).values_list("next_call_at", flat=True).get()
            now = self._now()  # only here: whoever waited for the row must not take a past moment
            at = max(now, taken or now)
            wait = (at - now).total_seconds()
            if wait > LONGEST_S:
                raise Throttled(f"Too many calls to {self._name} wait for their turn.", wait)
            row.update(next_call_at=at + self._gap)
        return at


def slots_of(connection: Connection) -> CallSlots | None:
    """The slots of a connection's host; None where calls may follow each other at once."""
    try:
        cls = connection.provider_class
        gap = cls.least_gap(cls.Settings(**connection.settings))
    except (LookupError, ValidationError):
        return None
    if not gap:
        return None
    return CallSlots(min(same_host(connection)), gap, connection.account or connection.name)
