"""Credentials at rest: an encrypted field that fails closed and never shows its value by accident.

A stored value is `v1:{key id}:{Fernet token}`. The plaintext carries the place it belongs to
(model, row, field), so a ciphertext copied to another row does not open there.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

VERSION = "v1"


class CredentialUnreadable(Exception):
    """A stored secret cannot be opened: its key is missing or wrong, or it was moved or damaged."""


def parse_keys(text: str) -> dict[str, str]:
    """`id2:key2,id1:key1` as a dict, newest first. Raises ImproperlyConfigured with a sentence."""
    keys: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        key_id, _, key = part.partition(":")
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"CREDENTIAL_KEYS: the key named {key_id or '(no name)'!r} is not a Fernet key. "
                "Make one with `manage.py make_key`."
            ) from None
        keys[key_id] = key
    if not keys:
        raise ImproperlyConfigured("CREDENTIAL_KEYS is empty: set it to `name:key`.")
    return keys


def make_keys() -> dict[str, str]:
    """Fresh values of SECRET_KEY and CREDENTIAL_KEYS; the credential key is named after today."""
    name = f"k{datetime.now(UTC):%Y%m%d}"
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CREDENTIAL_KEYS": f"{name}:{Fernet.generate_key().decode()}",
    }


def key_ids() -> list[str]:
    """The ids of the configured keys, the one that encrypts first."""
    return list(parse_keys(settings.CREDENTIAL_KEYS))


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in parse_keys(settings.CREDENTIAL_KEYS).values()])


def seal(value: Mapping[str, Any], place: str) -> str:
    """Encrypt a JSON-able mapping for one place (`model:row:field`)."""
    plain = json.dumps({"place": place, "value": dict(value)}).encode()
    return f"{VERSION}:{key_ids()[0]}:{_cipher().encrypt(plain).decode()}"


def unseal(stored: str, place: str) -> dict[str, Any]:
    """Decrypt what `seal` made. Raises CredentialUnreadable; never returns the ciphertext."""
    version, _, rest = stored.partition(":")
    key_id, _, token = rest.partition(":")
    if version != VERSION or key_id not in key_ids():
        raise CredentialUnreadable(f"The key {key_id!r} is not in CREDENTIAL_KEYS.")
    try:
        opened = json.loads(_cipher().decrypt(token.encode()))
    except InvalidToken:
        raise CredentialUnreadable(f"The key {key_id!r} does not open this value.") from None
    if opened["place"] != place:
        raise CredentialUnreadable("This value was encrypted for another row.")
    return dict(opened["value"])


class Secret:
    """An encrypted mapping. Nothing but `reveal()` shows it: not repr, str, JSON or pickle."""

    def __init__(self, stored: str, place: str) -> None:
        self._stored, self._place = stored, place

    def reveal(self) -> dict[str, Any]:
        """The plain mapping; empty if nothing is stored. Raises CredentialUnreadable."""
        return unseal(self._stored, self._place) if self._stored else {}

    @property
    def stored(self) -> str:
        """The ciphertext as it lies in the database."""
        return self._stored

    @property
    def key_id(self) -> str:
        """Which key encrypted it; empty if nothing is stored."""
        return self._stored.split(":")[1] if self._stored else ""

    def __bool__(self) -> bool:
        return bool(self._stored)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._stored == self._stored

    def __hash__(self) -> int:
        return hash(self._stored)

    def __repr__(self) -> str:
        return "******" if self else "(none)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not serialized.")


class _SealedAttribute:
    """Reads as a Secret bound to its row; assigning a mapping encrypts it at once."""

    def __init__(self, field: "EncryptedJSONField") -> None:
        self.field = field

    def __get__(self, row: models.Model | None, owner: type | None = None) -> Any:
        if row is None:
            return self
        if self.field.attname not in row.__dict__:
            row.refresh_from_db(fields=[self.field.attname])
        return Secret(row.__dict__[self.field.attname] or "", self.field.place(row))

    def __set__(self, row: models.Model, value: Any) -> None:
        if isinstance(value, Mapping):
            value = seal(value, self.field.place(row)) if value else ""
        elif isinstance(value, Secret):
            value = value.stored
        row.__dict__[self.field.attname] = value or ""


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]
    """A mapping of credentials. The row needs a `hook_key`, set before this field is."""

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _SealedAttribute(self))

    def place(self, row: models.Model) -> str:
        """Where this value belongs: a ciphertext opens only there."""
        return f"{row._meta.label_lower}:{getattr(row, 'hook_key', '')}:{self.attname}"

    def get_prep_value(self, value: Any) -> str:
        """Only ciphertext reaches the database; a plain mapping in a query is a defect."""
        if isinstance(value, Secret):
            return value.stored
        if callable(value):
            value = value()
        if not value:
            return ""
        if not (isinstance(value, str) and value.startswith(f"{VERSION}:")):
            raise TypeError(f"{self.attname}: assign to the row, or pass what seal() returned.")
        return value

    def value_to_string(self, obj: models.Model) -> NoReturn:
        """`dumpdata` must not carry credentials."""
        raise TypeError("Credentials are not exported. Use a database backup.")

    def value_from_object(self, obj: models.Model) -> Any:
        """What forms see: never the value."""
        return ""
