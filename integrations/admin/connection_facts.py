"""What the connection pages say about a connection, from its row and its provider class."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from pydantic import ValidationError

from integrations import registry
from integrations.crypto import CredentialUnreadable
from integrations.models import Connection, InboundEvent, SyncRun
from integrations.models.connection import StockAuthority
from integrations.providers.base import (
    Authorizes,
    Provider,
    PublishesProducts,
    ReadsCheckouts,
    SendsWebhooks,
)
from integrations.services.breaker import why_waiting
from integrations.services.connecting import stock_authority_of
from integrations.services.subscriptions import sends_webhooks

Status = Connection.Status
DOTS = "•" * 12
BAD_RUNS = (SyncRun.Status.FAILED, SyncRun.Status.INTERRUPTED)


@dataclass(frozen=True)
class Fact:
    """One number another app adds to the connection page."""

    label: str
    value: object
    note: str = ""
    url: str = ""
    tone: str = ""


FactsOf = Callable[[Connection, HttpRequest], Sequence[Fact]]
_more_facts: list[FactsOf] = []


def add_facts(facts_of: FactsOf) -> FactsOf:
    """Let the project show more numbers of a connection, from tables this app does not know."""
    _more_facts.append(facts_of)
    return facts_of


def more_facts(connection: Connection, request: HttpRequest) -> list[Fact]:
    """The numbers others add."""
    return [fact for facts_of in _more_facts for fact in facts_of(connection, request)]


CountOrders = Callable[[set[int]], dict[int, int]]
_counters: list[CountOrders] = []


def count_waiting(count: CountOrders) -> CountOrders:
    """Let the project count the orders that wait for a connection: their tables are above us."""
    _counters.append(count)
    return count


def why_they_wait(connections: Iterable[Connection], now: datetime) -> dict[int, str]:
    """Of those that must not be called now: why, and how many orders wait. No query if none is."""
    waiting = [one for one in connections if is_used(one) and why_waiting(one, now)]
    orders: dict[int, int] = {}
    for count in _counters if waiting else ():
        orders |= count({one.pk for one in waiting})
    return {one.pk: why_waiting(one, now, orders.get(one.pk, 0)) for one in waiting}


def is_used(connection: Connection) -> bool:
    """In use, so that it matters whether it may be called."""
    return connection.status == Status.ACTIVE


def provider_of(connection: Connection) -> type[Provider] | None:
    """Its provider class; None where the code for it is gone."""
    try:
        return connection.provider_class
    except LookupError:
        return None


def provider_label(connection: Connection) -> str:
    """Shopify (partner store)."""
    cls = provider_of(connection)
    return cls.label if cls else f"{connection.provider} (not installed)"


def health_word(connection: Connection, now: datetime) -> str:
    """The badge: Connected, Degraded, Does not answer, Slowed down, or the word of its status."""
    if connection.status != Status.ACTIVE:
        return str(connection.get_status_display())
    if connection.opened:
        return "Does not answer"
    if connection.paused_until and connection.paused_until > now:
        return "Slowed down"
    return "Degraded" if connection.failures else "Connected"


def is_stale(connection: Connection, now: datetime) -> bool:
    """Its last good run or check is older than its allowance."""
    allowance = timedelta(hours=connection.stale_after_h)
    return connection.last_ok_at is not None and now - connection.last_ok_at > allowance


def last_error(connection: Connection, runs: Sequence[SyncRun]) -> str:
    """Why it is not well: the reason of its status, or the newest failed run while it fails."""
    if connection.status_reason:
        return connection.status_reason
    if not connection.failures:
        return ""
    return next((run.error for run in runs if run.status in BAD_RUNS and run.error), "")


def scope_rows(connection: Connection) -> list[tuple[str, bool]]:
    """What our calls need, and whether the account granted it; empty where nothing is asked."""
    have = set(connection.scopes)
    have |= {"read_" + one.removeprefix("write_") for one in have if one.startswith("write_")}
    return [(scope, scope in have) for scope in _needed(connection)]


def _needed(connection: Connection) -> tuple[str, ...]:
    cls: Any = provider_of(connection)
    if hasattr(cls, "scopes_for"):
        try:
            return tuple(cls.scopes_for(cls.Settings(**connection.settings)))
        except ValidationError:
            pass
    return tuple(getattr(cls, "needed_scopes", ()))


def secret_rows(connection: Connection) -> list[tuple[str, str, str]]:
    """(name, dots, note) of each credential; no character of it, to nobody."""
    cls = provider_of(connection)
    if cls is None:
        return []
    try:
        stored = connection.secrets.reveal()
    except CredentialUnreadable as exc:
        return [("Credentials", "cannot be read", str(exc))]
    rows = []
    for name, info in cls.Secrets.model_fields.items():
        value = str(stored.get(name, "") or "")
        note = _until(connection) if name.startswith("old_") else _whose(cls, name, value)
        if note and (value or not name.startswith("old_")):
            rows.append((info.title or name, DOTS if value else "—", note))
    return rows


def _until(connection: Connection) -> str:
    """How long a replaced secret still counts; empty once it does not."""
    until = connection.old_secrets_until
    if until is None or until <= timezone.now():
        return ""
    local = timezone.localtime(until)
    return f"Still counts for webhooks until {local:%b %d, %H:%M}, then it is wiped"


def _whose(cls: type[Provider], name: str, value: str) -> str:
    if value:
        return "Stored encrypted"
    has_app = name.startswith("client_") and issubclass(cls, Authorizes)
    return "The app of this installation is used" if has_app else "Not set"


def token_note(connection: Connection, now: datetime) -> str:
    """What is known about the access token, in words; empty where calls carry none."""
    if not _uses_token(connection):
        return ""
    if not connection.tokens:
        return "None yet: the first call gets one"
    until = connection.tokens_expire_at
    if until is None:
        return "Does not expire"
    return "Renewed by itself before it expires" if until > now else "Renewed at the next call"


def _uses_token(connection: Connection) -> bool:
    cls = provider_of(connection)
    try:
        return cls is not None and cls.uses_token(cls.Settings(**connection.settings))
    except ValidationError:
        return False


def has_flows(connection: Connection) -> bool:
    """Whether there is anything to run with it."""
    cls = provider_of(connection)
    return cls is not None and bool(registry.flows_of(cls))


def why_no_flows(connection: Connection) -> str:
    """What it does, where nothing is ever run with it; empty where there are flows."""
    cls = provider_of(connection)
    if cls is None or has_flows(connection):
        return ""
    if not issubclass(cls, SendsWebhooks):
        return "There is nothing to run with it."
    what = "payments" if issubclass(cls, ReadsCheckouts) else "what happens there"
    return f"It tells us of {what} by webhook, so there is nothing to run."


def needs_owner(connection: Connection) -> bool:
    """Only the owner of the account can make it work again, by an install link."""
    cls = provider_of(connection)
    return cls is not None and by_install_link(cls)


def only_observed(connection: Connection) -> bool:
    """Its stock does not count because nothing can be ordered there."""
    cls = provider_of(connection)
    observed = connection.stock_authority == StockAuthority.OBSERVE
    return observed and cls is not None and stock_authority_of(cls) == StockAuthority.OBSERVE


def by_install_link(cls: type[Provider]) -> bool:
    """Connected by a link sent to its owner: an OAuth account that is not our own store."""
    return issubclass(cls, Authorizes) and not issubclass(cls, PublishesProducts)


def hook_rows(connection: Connection) -> list[tuple[str, datetime]]:
    """Topics that came from it and when each came last, by one query; newest first."""
    if provider_of(connection) is None or not sends_webhooks(connection):
        return []
    found = InboundEvent.objects.filter(connection=connection).order_by().values("topic")
    rows = found.annotate(last=Max("received_at")).order_by("-last")
    return [(row["topic"], row["last"]) for row in rows[:12]]
