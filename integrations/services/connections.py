"""Connections: build their provider, check them, say when they need a person."""

import functools
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from pydantic import BaseModel

from integrations import registry
from integrations.answers import Call, Timeouts
from integrations.crypto import CredentialUnreadable
from integrations.errors import NotAuthorized, ProviderError
from integrations.handover import tell
from integrations.http import Client
from integrations.models import ApiCall, Connection, FlowSchedule, SyncRun
from integrations.providers.base import Access, Provider
from integrations.services import breaker
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.budget import budget_of
from integrations.services.call_slots import slots_of
from integrations.services.schedules import default_schedule
from integrations.services.tokens import DatabaseTokens, NoTokens
from integrations.types import AccountInfo

Status = Connection.Status


def provider_for(
    connection: Connection,
    run_id: int | None = None,
    on_page: Callable[[int | None], object] = lambda total: None,
) -> Provider:
    """The provider of a connection, ready to call; `on_page` hears of each page of a pull.

    Its provider may be used in helper threads: calls are recorded, and pages told, in the thread
    that owns them.

    Raises NotAuthorized with a sentence when its credentials cannot be read, and LookupError when
    the code for this provider is gone.
    """
    cls = connection.provider_class
    try:
        secrets = cls.Secrets(**with_app_credentials(cls, usable_secrets(connection)))
        tokens = DatabaseTokens(connection)
    except CredentialUnreadable as exc:
        raise NotAuthorized(f"The stored credentials cannot be read. {exc}") from None
    config = cls.Settings(**connection.settings)
    record = functools.partial(record_call, connection.pk, run_id)
    budget, slots = budget_of(connection), slots_of(connection)

    def take() -> None:
        if budget:
            budget.take()
        if slots:
            slots.take()

    access = Access(
        connection=connection.slug,
        account=connection.account,
        settings=config,
        secrets=secrets,
        tokens=tokens,
        http=_client(cls, connection.account, config, record, take),
        now=timezone.now,
        on_page=lambda total: tell(lambda: on_page(total)),
        remembered=dict(connection.facts),
        remember=lambda name, value: tell(lambda: remember(connection.pk, name, value)),
    )
    return cls(access)


def remember(connection_id: int, name: str, value: Any) -> None:
    """Keep what a provider found out about its server, for the next runs."""
    with transaction.atomic():
        rows = Connection.objects.select_for_update().filter(pk=connection_id)
        facts = rows.values_list("facts", flat=True).get()
        rows.update(facts={**facts, name: value})


def usable_secrets(connection: Connection) -> dict[str, Any]:
    """What is stored, without the replaced secrets whose time is over.

    Raises CredentialUnreadable.
    """
    stored: dict[str, Any] = connection.secrets.reveal()
    until = connection.old_secrets_until
    if until is not None and until > timezone.now():
        return stored
    return {name: value for name, value in stored.items() if not name.startswith("old_")}


def provider_of_app(cls: type[Provider], account: str) -> Provider:
    """A provider with the installation's own credentials, where there is no connection (yet)."""
    return provider_to_try(cls, account, cls.Settings(**app_settings(cls, account)), {})


def provider_to_try(
    cls: type[Provider], account: str, config: BaseModel, secrets: dict[str, Any]
) -> Provider:
    """A provider with these credentials, which are stored nowhere (yet); no call is recorded."""
    access = Access(
        connection="",
        account=account,
        settings=config,
        secrets=cls.Secrets(**with_app_credentials(cls, secrets)),
        tokens=NoTokens(),
        http=_client(cls, account, config, lambda call: None),
        now=timezone.now,
    )
    return cls(access)


def with_app_credentials(cls: type[Provider], stored: dict[str, Any]) -> dict[str, Any]:
    """A connection without its own app credentials uses the installation's, where it has some.

    They are settings named for the vendor: SHOPIFY_API_KEY and SHOPIFY_API_SECRET. The secret
    before that one is taken along while the setting lists it.
    """
    client_id, client_secret = _of_vendor(cls, "API_KEY"), _of_vendor(cls, "API_SECRET")
    if stored.get("client_id") or not client_id:
        return stored
    of_app = {"client_id": client_id, "client_secret": client_secret}
    if old := _of_vendor(cls, "API_OLD_SECRET"):
        of_app["old_client_secret"] = old
    return stored | of_app


def _of_vendor(cls: type[Provider], name: str) -> str:
    return str(getattr(settings, f"{registry.vendor_of(cls).upper()}_{name}", ""))


def app_settings(cls: type[Provider], account: str) -> dict[str, Any]:
    """The settings a new connection of this account starts with."""
    fields = {cls.account_field: account, "scopes": _of_vendor(cls, "SCOPES")}
    return {name: value for name, value in fields.items() if name in cls.Settings.model_fields}


def _client(
    cls: type[Provider],
    account: str,
    config: BaseModel,
    on_call: Callable[[Call], object],
    before_call: Callable[[], object] = lambda: None,
) -> Client:
    base_url = cls.base_url(account, config)
    if settings.SANDBOX_URL:
        base_url = f"{settings.SANDBOX_URL}/{cls.slug}/{account}"
    return Client(
        base_url,
        allow_private=settings.ALLOW_PRIVATE_HOSTS,
        timeouts=Timeouts(
            connect=settings.HTTP_CONNECT_TIMEOUT_S,
            read=settings.HTTP_READ_TIMEOUT_S,
            total=settings.HTTP_DEADLINE_S,
        ),
        sleep=time.sleep,
        now=timezone.now,
        on_call=on_call,
        before_call=before_call,
        name=account,
    )


def record_call(connection_id: int, run_id: int | None, call: Call) -> None:
    """Leave the redacted row of one try, and tell the breaker what it says about the system."""
    now = call.at or timezone.now()
    ApiCall.objects.create(
        connection_id=connection_id,
        run_id=run_id,
        subject=call.subject[:60],
        method=call.method,
        path=call.path[:300],
        status=call.status,
        ms=call.ms,
        attempt=call.attempt,
        bytes=call.bytes,
        error_kind=call.error_kind or "",
        verdict=call.verdict,
        at=now,
    )
    breaker.record(connection_id, call, now)


def check_connection(
    connection: Connection, now: Callable[[], datetime] = timezone.now
) -> AccountInfo:
    """One test call; the connection becomes active, or says why not.

    Raises ProviderError; the connection then needs attention (except when the provider was merely
    out of reach).
    """
    try:
        info = _checked(provider_for(connection))
    except NotAuthorized as exc:
        needs_attention(connection, exc)
        raise
    activate(connection, info, now())
    return info


def ask_now(connection: Connection, now: Callable[[], datetime] = timezone.now) -> AccountInfo:
    """`check_connection` for a person, who need not wait for the next probe: this call is it.

    Raises ProviderError, and MustWait while somebody else is the probe or we were asked to slow
    down.
    """
    moment = now()
    if not breaker.admit(connection, moment) and not breaker.take_probe(connection, moment):
        raise breaker.MustWait(breaker.why_waiting(connection, moment))
    return check_connection(connection, now)


def try_connection(connection: Connection) -> str:
    """`check_connection` for a job: the outcome as a short word, nothing raised."""
    if not breaker.admit(connection, timezone.now()):
        return "waiting"
    try:
        check_connection(connection)
    except ProviderError as exc:
        return exc.kind
    finally:
        breaker.give_back(connection)
    return "ok"


def _checked(provider: Provider) -> AccountInfo:
    info = provider.check()
    if info.missing:
        raise NotAuthorized(
            f"The account does not allow {', '.join(info.missing)}. Reconnect it and accept "
            "all permissions."
        )
    return info


def activate(connection: Connection, info: AccountInfo, now: datetime) -> None:
    """The check passed: active, alerts closed, schedules made, listeners told."""
    with transaction.atomic():
        facts: dict[str, Any] = {"scopes": list(info.granted), "last_ok_at": now, "failures": 0}
        olds = [Status.DRAFT, Status.NEEDS_ATTENTION]
        if not connection.move(olds, Status.ACTIVE, status_reason="", **facts):
            Connection.objects.filter(pk=connection.pk).update(**facts)
        make_schedules(connection, now)
        catch_up(connection, now)
        for handler in registry.connected_handlers(connection.provider):
            handler(connection, info)
        breaker.close(connection)
    close_alert(f"connection:{connection.pk}")


def make_schedules(connection: Connection, now: datetime) -> None:
    """One FlowSchedule per flow of the provider, with its defaults; existing ones stay."""
    for flow in registry.flows_of(connection.provider_class):
        FlowSchedule.objects.get_or_create(
            connection=connection,
            flow=flow.name,
            defaults=default_schedule(connection, flow.name, now),
        )


def catch_up(connection: Connection, now: datetime) -> None:
    """Timed flows whose last run failed are due at once: what they missed is not left for hours."""
    last = SyncRun.objects.filter(connection=connection, flow=OuterRef("flow")).order_by("-id")
    timed = FlowSchedule.objects.filter(connection=connection, enabled=True)
    timed = timed.filter(next_due_at__isnull=False).alias(last=Subquery(last.values("status")[:1]))
    timed.filter(last=SyncRun.Status.FAILED).update(next_due_at=now)


def needs_attention(connection: Connection, reason: ProviderError | str) -> None:
    """Stop calling this account until a person acts: one alert, however often it is said.

    Its breaker closes: the system answered, and nothing is tried by itself any more.
    """
    sentence = str(reason)[:500]
    connection.move(
        [Status.ACTIVE, Status.PAUSED, Status.DRAFT], Status.NEEDS_ATTENTION, status_reason=sentence
    )
    breaker.close(connection)
    raise_alert(
        f"connection:{connection.pk}",
        "credentials",
        f"Reconnect {connection.name}",
        f"{sentence} Its flows are stopped and its orders wait until then; nothing is lost.",
        connection,
    )
