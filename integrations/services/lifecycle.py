"""What staff do with a connection: connect it, replace its credentials, pause, resume, archive."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations import registry
from integrations.crypto import CredentialUnreadable
from integrations.errors import NotAuthorized
from integrations.models import Alert, Connection, InstallLink
from integrations.providers.base import Provider
from integrations.services.connecting import free_name, free_slug, save_connection
from integrations.services.connections import activate, check_connection, provider_to_try
from integrations.services.installs import start_work
from integrations.types import AccountInfo

Status = Connection.Status


class CannotChange(Exception):
    """The connection is not in a state for it; the text is a sentence for staff."""


def connect_system(
    provider: str, settings: Mapping[str, Any], secrets: Mapping[str, str], name: str = ""
) -> Connection:
    """Try the credentials; only if they work is the connection saved, active at once.

    Raises ProviderError when they do not, CannotChange when the account is connected already,
    and ValueError (pydantic's too) for settings that cannot be.
    """
    cls = registry.provider_class(provider)
    account = _account(cls, settings)
    row = Connection.objects.filter(provider=provider, account=account).exclude(account="").first()
    if row is not None and row.status not in (Status.DRAFT, Status.ARCHIVED):
        raise CannotChange(f"{account} is connected already, as {row.name}.")
    info = try_credentials(cls, account, settings, secrets)
    with transaction.atomic():
        slug = row.slug if row else free_slug(account.split(".")[0] or provider)
        free = free_name(name or info.name, account, slug)
        saved, _ = save_connection(provider, slug, settings, secrets, name=free)
        saved.move(Status.ARCHIVED, Status.DRAFT, archived_at=None, installed_at=None)
        begin(saved, info, timezone.now())
    return saved


def try_credentials(
    cls: type[Provider], account: str, settings: Mapping[str, Any], secrets: Mapping[str, str]
) -> AccountInfo:
    """One call with credentials that are stored nowhere. Raises ProviderError."""
    provider = provider_to_try(cls, account, cls.Settings(**settings), dict(secrets))
    info = provider.check()
    if info.missing:
        raise NotAuthorized(
            f"The app may not do everything we need: {', '.join(info.missing)} is missing. "
            "Add it to the app's permissions, then try again."
        )
    return info


def begin(connection: Connection, info: AccountInfo, now: datetime) -> None:
    """A connection whose credentials work is active, and its webhooks and first runs start."""
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk, installed_at=None).update(installed_at=now)
        activate(connection, info, now)
        start_work(connection)


def replace_credentials(
    connection: Connection,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    name: str = "",
) -> AccountInfo:
    """Lay new values over the stored ones and check them; what is empty keeps what is stored.

    Where the account is reached without a person (no refresh token) the new ones are tried first
    and the old ones stay until the new ones work. Raises ProviderError or ValueError.
    """
    cls = connection.provider_class
    merged = {**connection.settings, **settings}
    given = {name: value for name, value in secrets.items() if value}
    by_token = _has_refresh_token(connection)
    if not by_token:
        try_credentials(cls, connection.account, merged, {**_stored(connection), **given})
    with transaction.atomic():
        if not _is_readable(connection):
            Connection.objects.filter(pk=connection.pk).update(secrets="")
        slug = connection.slug
        free = free_name(name, connection.account, slug) if name else ""
        saved, _ = save_connection(connection.provider, slug, merged, given, name=free)
        if given and not by_token:
            Connection.objects.filter(pk=saved.pk).update(tokens="", tokens_expire_at=None)
    return check_connection(Connection.objects.get(pk=saved.pk))


def pause_connection(connection: Connection, reason: str) -> None:
    """Its flows stop and nothing is sent to it; webhooks are still stored. Raises CannotChange."""
    if not connection.move(Status.ACTIVE, Status.PAUSED, status_reason=reason[:500]):
        raise CannotChange(f"{connection.name} is not running, so it cannot be paused.")


def resume_connection(connection: Connection) -> None:
    """Go on where it was paused; what is due starts within a minute. Raises CannotChange."""
    if not connection.move(Status.PAUSED, Status.ACTIVE, status_reason=""):
        raise CannotChange(f"{connection.name} is not paused.")


def archive_connection(connection: Connection, now: datetime) -> None:
    """Wipe its credentials and stop it; its history stays. Raises CannotChange."""
    olds = [Status.DRAFT, Status.ACTIVE, Status.PAUSED, Status.NEEDS_ATTENTION]
    wiped = {"secrets": "", "tokens": "", "tokens_expire_at": None, "status_reason": ""}
    wiped |= {"old_secrets_until": None}
    with transaction.atomic():
        version = connection.credentials_version + 1
        fields: dict[str, Any] = {"archived_at": now, "credentials_version": version, **wiped}
        if not connection.move(olds, Status.ARCHIVED, **fields):
            raise CannotChange(f"{connection.name} is archived already.")
        _close_what_is_open(connection, now)


def _close_what_is_open(connection: Connection, now: datetime) -> None:
    links = InstallLink.objects.filter(provider=connection.provider, account=connection.account)
    links.exclude(account="").filter(used_at=None, revoked_at=None).update(revoked_at=now)
    names = ("connection", "webhooks", "breaker")
    own = [f"{name}:{connection.pk}" for name in names]
    alerts = Alert.objects.filter(closed_at=None)
    alerts.filter(fingerprint__in=own).update(closed_at=now)
    alerts.filter(fingerprint__startswith=f"run:{connection.pk}:").update(closed_at=now)


def _account(cls: type[Provider], settings: Mapping[str, Any]) -> str:
    return cls.normalize_account(str(settings.get(cls.account_field, "")))


def _stored(connection: Connection) -> dict[str, Any]:
    # Unreadable credentials are healed by being replaced.
    return connection.secrets.reveal() if _is_readable(connection) else {}


def _is_readable(connection: Connection) -> bool:
    try:
        connection.secrets.reveal()
    except CredentialUnreadable:
        return False
    return True


def _has_refresh_token(connection: Connection) -> bool:
    try:
        return bool(connection.tokens.reveal().get("refresh"))
    except CredentialUnreadable:
        return False
