"""The calls an hour an account allows: counted for its host, and kept."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils import timezone
from pydantic import ValidationError

from integrations.answers import clamp_wait
from integrations.errors import OverBudget
from integrations.handover import ask
from integrations.models import ApiCall, Connection

HOUR = timedelta(hours=1)
COUNT_EVERY = timedelta(seconds=30)
FREE_AGAIN = 10  # we go on when a tenth of the budget is free, not with every call that is


class HourlyBudget:
    """What is left of the last hour's calls, shared by the connections of one host.

    The calls of other processes are counted in the database every 30 s; our own in between as they
    are made. May be used in helper threads.
    """

    def __init__(
        self,
        connections: Collection[int],
        limit: int,
        name: str,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self._connections, self._limit, self._name, self._now = connections, limit, name, now
        self._lock = Lock()
        self._made = 0
        self._count_at: datetime | None = None
        self._full_until: datetime | None = None

    def take(self) -> None:
        """One call is about to be made. Raises OverBudget, and then it must not be."""
        now = self._now()
        if self._full_until is not None and now < self._full_until:
            raise self._refusal(self._full_until, now)
        if self._count_at is None or now >= self._count_at or self._made >= self._limit:
            ask(lambda: self._count(now))
        if self._made >= self._limit:
            self._full_until = ask(lambda: free_at(self._connections, self._limit, now))
            raise self._refusal(self._full_until, now)
        with self._lock:
            self._made += 1

    def _count(self, now: datetime) -> None:
        made = calls_since(self._connections, now - HOUR).count()
        with self._lock:
            self._made, self._count_at = made, now + COUNT_EVERY

    def _refusal(self, until: datetime, now: datetime) -> OverBudget:
        sentence = f"Our {self._limit:,} calls an hour to {self._name} are used up."
        return OverBudget(sentence, clamp_wait((until - now).total_seconds()))


def calls_since(connections: Collection[int], since: datetime) -> QuerySet[ApiCall]:
    """The calls of these connections after `since`."""
    return ApiCall.objects.filter(connection__in=connections, at__gt=since)


def free_at(connections: Collection[int], limit: int, now: datetime) -> datetime:
    """When a tenth of the budget is free again: the calls of that share are an hour old then."""
    calls = calls_since(connections, now - HOUR)
    share = max(0, calls.count() - limit) + max(1, limit // FREE_AGAIN)
    last = calls.order_by("at").values_list("at", flat=True)[share - 1 : share]
    return (next(iter(last), None) or now) + HOUR


def budget_of(connection: Connection) -> HourlyBudget | None:
    """The budget of a connection; None where nobody counts its calls."""
    limit = limit_of(connection)
    if limit is None:
        return None
    return HourlyBudget(same_host(connection), limit, connection.account or connection.name)


def limit_of(connection: Connection) -> int | None:
    """How many calls an hour its provider may make with its settings."""
    try:
        cls = connection.provider_class
        return cls.hourly_budget(cls.Settings(**connection.settings))
    except (LookupError, ValidationError):
        return None


def used_of(connection: Connection, now: datetime) -> int:
    """How many calls its host got from us in the last hour."""
    return calls_since(same_host(connection), now - HOUR).count()


def said_budget(connection: Connection) -> str:
    """1,204 of 10,000 calls in the last hour; empty where nobody counts."""
    limit = limit_of(connection)
    if limit is None:
        return ""
    return f"{used_of(connection, timezone.now()):,} of {limit:,} calls in the last hour"


def same_host(connection: Connection) -> list[int]:
    """The connections that call the host this one calls, itself among them."""
    host = _host(connection)
    others = Connection.objects.filter(provider=connection.provider).exclude(pk=connection.pk)
    rows = others.only("provider", "account", "settings")
    return [connection.pk, *(row.pk for row in rows if _host(row) == host)]


def _host(connection: Connection) -> str:
    """Where its calls go; a name of its own where that cannot be said."""
    try:
        cls = connection.provider_class
        url = cls.base_url(connection.account, cls.Settings(**connection.settings))
    except (LookupError, ValueError):  # ValidationError is one
        return f"#{connection.pk}"
    return urlsplit(url).hostname or f"#{connection.pk}"
