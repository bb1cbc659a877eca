"""First connections from the environment, and what of it is still missing."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings as portal
from django.db import IntegrityError, transaction

from integrations import registry
from integrations.crypto import CredentialUnreadable
from integrations.models import Connection
from integrations.providers.base import Provider
from integrations.services.connecting import free_slug, save_connection, stock_authority_of

Status = Connection.Status
Values = dict[str, str]


def connection_of(provider_slug: str) -> Connection:
    """The first connection of this provider that is not archived, or a new draft.

    A draft takes from the environment what it lacks; it becomes active by a check. Raises
    LookupError for an unknown provider.
    """
    cls = registry.provider_class(provider_slug)
    row = _first(provider_slug) or _new_draft(cls)
    if row.status == Status.DRAFT and missing_settings(row):
        return _completed(cls, row)
    return row


def _first(provider: str) -> Connection | None:
    used = Connection.objects.filter(provider=provider).exclude(status=Status.ARCHIVED)
    return used.order_by("pk").first()


def _new_draft(cls: type[Provider]) -> Connection:
    slug, authority = free_slug(cls.slug), stock_authority_of(cls)
    try:
        with transaction.atomic():
            return Connection.objects.create(
                provider=cls.slug, slug=slug, name=cls.label, stock_authority=authority
            )
    except IntegrityError:  # somebody else made it this moment
        return Connection.objects.get(slug=slug)


def _completed(cls: type[Provider], row: Connection) -> Connection:
    fields, secrets = from_environment(cls, row.account)
    if cls.account_field not in {**row.settings, **fields}:
        return row  # without an account there is nothing to keep it under
    try:
        saved, _ = save_connection(cls.slug, row.slug, fields, secrets)
    except ValueError:  # connected before and archived, or values that cannot be
        return row
    return saved


def from_environment(cls: type[Provider], account: str = "") -> tuple[Values, Values]:
    """The settings and secrets the environment holds for a first connection of this provider.

    None for another account than the environment names: its password would be sent elsewhere.
    """
    found = {field: _value(name) for name, field in cls.bootstrap.items() if _value(name)}
    own = found.get(cls.account_field, "")
    if account and not _names(cls, own, account):
        return {}, {}
    fields = {name: text for name, text in found.items() if name in cls.Settings.model_fields}
    secrets = {name: text for name, text in found.items() if name in cls.Secrets.model_fields}
    return fields, secrets


def _names(cls: type[Provider], own: str, account: str) -> bool:
    """Whether what the environment holds is this account, in whatever spelling."""
    try:
        return bool(own) and cls.normalize_account(own) == account
    except ValueError:
        return False


def missing_settings(connection: Connection) -> list[str]:
    """The environment variables that name what this connection cannot work without and lacks."""
    try:
        cls = connection.provider_class
        values = {**connection.settings, **connection.secrets.reveal()} if cls.bootstrap else {}
    except (CredentialUnreadable, LookupError):
        return []  # that nobody can read them, or speak to it, is said where they are used
    return _lacking(cls, values)


def _lacking(cls: type[Provider], values: Mapping[str, Any]) -> list[str]:
    return [name for name, field in _needed(cls).items() if not values.get(field)]


def _needed(cls: type[Provider]) -> dict[str, str]:
    optional = cls.optional_secrets
    return {name: field for name, field in cls.bootstrap.items() if field not in optional}


def not_configured(connection: Connection) -> str:
    """Why a run of this connection is skipped before it begins; empty where nothing is missing."""
    if connection.status == Status.ARCHIVED or not (missing := missing_settings(connection)):
        return ""
    names = ", ".join(missing)
    return (
        f"{connection.name} is not configured: {names} {'is' if len(missing) == 1 else 'are'} "
        f"missing. Set {'it' if len(missing) == 1 else 'them'} in the environment and run "
        f"`manage.py connect {connection.provider} {connection.slug} --check`, or connect it in "
        "the portal."
    )


def begins_by_itself(connection: Connection) -> bool:
    """A complete draft of a provider that is configured by the environment: nobody need press."""
    cls = registry.providers().get(connection.provider)
    return connection.status == Status.DRAFT and cls is not None and bool(cls.bootstrap)


def unused_environment(cls: type[Provider]) -> tuple[list[str], list[str]]:
    """Of a provider that nobody connected: the variables that are set, and those that are not."""
    known = Connection.objects.filter(provider=cls.slug)
    if known.exclude(status__in=[Status.ARCHIVED, Status.DRAFT]).exists():
        return [], []
    given = [name for name in cls.bootstrap if _value(name)]
    return given, [name for name in _needed(cls) if name not in given]


def _value(name: str) -> str:
    return str(getattr(portal, name, "") or "").strip()
