"""System checks: a stored credential whose key is gone is said at start, not at the first call."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from integrations.crypto import key_ids


@register(Tags.database)
def credential_keys_open_what_is_stored(**kwargs: Any) -> list[CheckMessage]:
    """E001 when a connection's secrets were encrypted with a key that is not configured."""
    from integrations.models import Connection

    known, missing = set(key_ids()), set()
    try:
        for connection in Connection.objects.only("hook_key", "secrets", "tokens"):
            used = {connection.secrets.key_id, connection.tokens.key_id} - {""}
            missing |= used - known
    except DatabaseError:
        return []  # before the first migrate there is nothing to open
    if not missing:
        return []
    names = ", ".join(sorted(missing))
    return [
        Error(
            f"Stored credentials need the key {names}, which is not in CREDENTIAL_KEYS.",
            hint="Put the key back after the current one: CREDENTIAL_KEYS=new:...,old:...",
            id="integrations.E001",
        )
    ]
