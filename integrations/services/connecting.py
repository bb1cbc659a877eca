"""Making and changing connections: settings checked by the provider, secrets write-only."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from pydantic import BaseModel

from integrations import registry
from integrations.crypto import CredentialUnreadable
from integrations.models import Connection
from integrations.providers.base import Provider


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
    fields = _checked(cls.Settings, {**stored, **settings})
    account = _account(cls, fields)
    if row is not None and row.account and account != row.account:
        raise ValueError(f"{slug} belongs to {row.account}. Make another connection for {account}.")
    is_new = row is None
    row = row or Connection(provider=provider, slug=_checked_slug(slug), name=name or slug)
    row.settings, row.account, row.name = fields, account, name or row.name
    _lay_over(cls, row, secrets)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ValueError(f"There is already a connection to {account}.") from None
    return row, is_new


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
    merged = {**_stored(row), **given}
    cls.Secrets(**merged)
    row.secrets = merged
    row.credentials_version += 1


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
