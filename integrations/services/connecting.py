"""Making and changing connections: settings checked by the provider, secrets write-only."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings as portal
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from pydantic import BaseModel

from integrations import registry
from integrations.crypto import CredentialUnreadable
from integrations.models import Connection
from integrations.models.connection import StockAuthority
from integrations.providers.base import Authorizes, Provider, PullsStock, PushesOrders
from integrations.services.connections import with_app_credentials

LONGEST_NAME = 120
OLD = "old_"  # old_client_secret is the value client_secret had before


def save_connection(
    provider: str,
    slug: str,
    settings: Mapping[str, Any],
    secrets: Mapping[str, str],
    *,
    name: str = "",
) -> tuple[Connection, bool]:
    """Create the connection with this slug, or change it; returns it and whether it is new.

    Given values are laid over the stored ones; an empty secret keeps what is stored. Raises
    LookupError for an unknown provider and ValueError with a sentence for everything else.
    """
    cls = registry.provider_class(provider)
    row = Connection.objects.filter(slug=slug).first()
    if row is not None and row.provider != provider:
        raise ValueError(f"{slug} is a connection to {row.provider}, not to {provider}.")
    stored = row.settings if row else {}
    for wrong in sorted(set(settings) & set(cls.Secrets.model_fields)):
        raise ValueError(
            f"{wrong} is a secret: write --secret {wrong}=... (or {wrong}=- to be asked)."
        )
    fields = _checked(cls.Settings, {**stored, **settings})
    account = _account(cls, fields)
    if row is not None and row.account and account != row.account:
        raise ValueError(f"{slug} belongs to {row.account}. Make another connection for {account}.")
    is_new = row is None
    row = row or Connection(provider=provider, slug=_checked_slug(slug), name=name or slug)
    if is_new:
        row.stock_authority = stock_authority_of(cls)
    if fields != row.settings:
        row.facts = {}  # found out about a server that was called in another way
    row.settings, row.account, row.name = fields, account, name or row.name
    _lay_over(cls, row, secrets)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ValueError(f"There is already a connection to {account}.") from None
    return row, is_new


def stock_authority_of(cls: type[Provider]) -> StockAuthority:
    """What a new connection's stock counts for: nothing where nothing can be ordered."""
    if issubclass(cls, PullsStock) and not issubclass(cls, PushesOrders):
        return StockAuthority.OBSERVE
    return StockAuthority.MIRROR


def _checked(model: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(values) - set(model.model_fields))
    if unknown:
        known = ", ".join(model.model_fields) or "none"
        raise ValueError(f"There is no setting {', '.join(unknown)}. Known: {known}.")
    return model(**values).model_dump(mode="json")


def _account(cls: type[Provider], fields: Mapping[str, Any]) -> str:
    return cls.normalize_account(str(fields[cls.account_field])) if cls.account_field else ""


def _checked_slug(slug: str) -> str:
    if slug != slugify(slug) or not slug:
        raise ValueError(f"{slug!r} is not a short name: use small letters, digits and hyphens.")
    return slug


def _lay_over(cls: type[Provider], row: Connection, secrets: Mapping[str, str]) -> None:
    given = {name: value for name, value in secrets.items() if value}
    if not given:
        return
    unknown = sorted(set(given) - set(cls.Secrets.model_fields))
    if unknown:
        known = ", ".join(cls.Secrets.model_fields) or "none"
        raise ValueError(f"There is no secret {', '.join(unknown)}. Known: {known}.")
    stored = _stored(row)
    merged = {**stored, **given, **_replaced(cls, stored, given)}
    cls.Secrets(**merged)
    row.secrets = merged
    if merged != stored and not issubclass(cls, Authorizes):
        row.tokens, row.tokens_expire_at = {}, None  # got with the ones before: proves nothing
    row.credentials_version += 1
    if any(merged.get(name) != stored.get(name) for name in merged if name.startswith(OLD)):
        row.old_secrets_until = timezone.now() + timedelta(hours=portal.OLD_SECRET_HOURS)


def _replaced(
    cls: type[Provider], stored: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """The values these ones take the place of, where the provider goes on accepting them a while.

    After a change of the secret what was sent before still comes in, signed with the old one.
    """
    used = with_app_credentials(cls, dict(stored))
    names = [name for name in given if OLD + name in cls.Secrets.model_fields]
    return {
        OLD + name: used[name]
        for name in names
        if used.get(name) and used[name] != given[name] and not given.get(OLD + name)
    }


def _stored(row: Connection) -> dict[str, Any]:
    # Credentials nobody can read any more are healed by being replaced as a whole.
    try:
        stored: dict[str, Any] = row.secrets.reveal()
    except CredentialUnreadable:
        return {}
    return stored


def free_slug(wanted: str) -> str:
    """A slug nobody has: the wanted one, or with -2, -3 behind it."""
    base = slugify(wanted)[:50] or "connection"
    taken = set(Connection.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(one for one in numbered if one not in taken)


def free_name(wanted: str, account: str, slug: str) -> str:
    """The wanted name; with the account behind it where another connection in use has that one."""
    others = Connection.objects.exclude(slug=slug).exclude(status=Connection.Status.ARCHIVED)
    is_taken = bool(account) and others.filter(name__iexact=wanted).exists()
    return (f"{wanted} ({account})" if is_taken else wanted)[:LONGEST_NAME]
