"""System checks: credentials the keys do not open stop the start, not the first call.

They run in every command and when a server loads the portal. One row that cannot be opened while
its key opens others is damaged, not locked out: a warning, and that connection needs attention.
"""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.checks import Warning as Caution
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection

from integrations.crypto import CredentialUnreadable, Secret, key_ids

TAG = "credentials"


def refuse_wrong_keys() -> None:
    """For servers, whose start runs no command. Raises SystemCheckError with what to do."""
    errors = [found for found in run_checks(tags=[TAG]) if found.is_serious()]
    if errors:
        sentences = "\n".join(f"({found.id}) {found.msg} {found.hint}" for found in errors)
        raise SystemCheckError(f"Crossdock does not start. {sentences}")


@register(TAG)
def credential_keys_open_what_is_stored(**kwargs: Any) -> list[CheckMessage]:
    """E001: a key is not configured. E002: it is another key of that name. W001: damaged rows."""
    was_open = connection.connection is not None
    try:
        stored = list(_stored())
    except DatabaseError:
        return []  # before the first migrate there is nothing to open
    finally:
        if not was_open and not connection.in_atomic_block:
            connection.close()  # worker processes are forked after this
    known = set(key_ids())
    used = {secret.key_id for _, secret in stored}
    opened = {secret.key_id for _, secret in stored if _opens(secret)}
    broken = [name for name, secret in stored if secret.key_id in opened and not _opens(secret)]
    return [*_missing(used - known), *_wrong((used & known) - opened), *_damaged(broken)]


def _stored() -> Iterator[tuple[str, Secret]]:
    from integrations.models import Connection

    for row in Connection.objects.only("name", "hook_key", "secrets", "tokens"):
        yield from ((row.name, secret) for secret in (row.secrets, row.tokens) if secret)


def _opens(secret: Secret) -> bool:
    try:
        secret.reveal()
    except CredentialUnreadable:
        return False
    return True


def _missing(names: set[str]) -> Iterator[CheckMessage]:
    if names:
        yield Error(
            f"Stored credentials need the key {_and(names)}, which is not in CREDENTIAL_KEYS.",
            hint="Put the key back after the current one: CREDENTIAL_KEYS=new:...,old:...",
            id="integrations.E001",
        )


def _wrong(names: set[str]) -> Iterator[CheckMessage]:
    if names:
        yield Error(
            f"The key {_and(names)} in CREDENTIAL_KEYS opens none of the credentials stored with "
            "it: it is another key of the same name.",
            hint="Put the right key back; a new one needs a name of its own. If it is the right "
            "one, what is stored is damaged: `manage.py connect --skip-checks PROVIDER SLUG "
            "--secret ...` replaces it.",
            id="integrations.E002",
        )


def _damaged(connections: list[str]) -> Iterator[CheckMessage]:
    if connections:
        yield Caution(
            f"The stored credentials of {_and(set(connections))} cannot be read.",
            hint="Open the connection and replace its credentials. The others go on.",
            id="integrations.W001",
        )


def _and(names: set[str]) -> str:
    return ", ".join(sorted(names))
