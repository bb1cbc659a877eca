"""Tokens of a connection in its row: one refresh at a time across all processes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from integrations.crypto import seal
from integrations.errors import Retryable
from integrations.handover import ask
from integrations.models import Connection
from integrations.types import Tokens

LEASE_S = 45
LEAST_GAP = timedelta(seconds=30)
WAIT_S = 5.0
POLL_S = 0.2


def _load(data: dict[str, Any]) -> Tokens | None:
    if not data:
        return None

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(data[name]) if data.get(name) else None

    return Tokens(
        access=data["access"],
        expires_at=moment("expires_at"),
        refresh=data.get("refresh", ""),
        refresh_expires_at=moment("refresh_expires_at"),
        scopes=tuple(data.get("scopes", ())),
        issued_at=moment("issued_at"),
    )


def _dump(tokens: Tokens) -> dict[str, Any]:
    def text(moment: datetime | None) -> str:
        return moment.astimezone(UTC).isoformat() if moment else ""

    return {
        "access": tokens.access,
        "expires_at": text(tokens.expires_at),
        "refresh": tokens.refresh,
        "refresh_expires_at": text(tokens.refresh_expires_at),
        "scopes": list(tokens.scopes),
        "issued_at": text(tokens.issued_at),
    }


def store_tokens(
    connection: Connection,
    tokens: Tokens,
    condition: Q | None = None,
    renewed_at: datetime | None = None,
) -> bool:
    """Write both tokens and their expiries in one UPDATE; False if the condition did not hold.

    `renewed_at` is when we got them by a refresh, by our clock.
    """
    place = f"{connection._meta.label_lower}:{connection.hook_key}:tokens"
    data = _dump(tokens)
    if renewed_at:
        data["renewed_at"] = renewed_at.astimezone(UTC).isoformat()
    stored = connection.update_where(
        condition or Q(),
        tokens=seal(data, place),
        tokens_expire_at=tokens.expires_at,
        credentials_version=F("credentials_version") + 1,
    )
    if stored:
        connection.refresh_from_db(fields=["tokens"])
    return stored


class DatabaseTokens:
    """The TokenStore of a connection. The lease of the row is the single-flight lock."""

    def __init__(
        self,
        connection: Connection,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = timezone.now,
    ) -> None:
        self.connection, self.sleep, self.now = connection, sleep, now
        self._known = _load(connection.tokens.reveal())

    def current(self) -> Tokens | None:
        """The tokens as this process last saw them. Raises CredentialUnreadable at construction."""
        return self._known

    def renew(self, used: str, fetch: Callable[[Tokens | None], Tokens]) -> Tokens:
        """Fetch new tokens unless another worker just did; store them before they are used.

        Tokens that were renewed less than 30 s ago are handed out as they are: whatever life a
        provider gives them, and however often it refuses them, there is no loop of refreshes.

        Raises Retryable if another worker holds the refresh for longer than 5 s.
        """
        return ask(lambda: self._renew(used, fetch))

    def _renew(self, used: str, fetch: Callable[[Tokens | None], Tokens]) -> Tokens:
        waited = 0.0
        while True:
            fresh = self._reload()
            if fresh and self._is_good(fresh, used):
                return fresh
            if self.connection.take_lease(self.now(), LEASE_S):
                return self._fetch_and_store(used, fetch)
            if waited >= WAIT_S:
                raise Retryable("Another worker is renewing the access token.", 5, counts=False)
            self.sleep(POLL_S)
            waited += POLL_S

    def _fetch_and_store(self, used: str, fetch: Callable[[Tokens | None], Tokens]) -> Tokens:
        try:
            fresh = self._reload()
            if fresh and self._is_good(fresh, used):
                return fresh
            tokens = fetch(fresh)
            held = Q(lease_token=self.connection.lease_token)
            if not store_tokens(self.connection, tokens, held, self.now()):
                raise Retryable("The access token was replaced meanwhile.", 1, counts=False)
            self._known = tokens
            return tokens
        finally:
            self.connection.drop_lease()

    def _reload(self) -> Tokens | None:
        self.connection.refresh_from_db(fields=["tokens", "tokens_expire_at"])
        self._known = _load(self.connection.tokens.reveal())
        return self._known

    def _is_good(self, fresh: Tokens, used: str) -> bool:
        """Replaced by somebody else, or so young that another refresh would be a loop."""
        if fresh.access != used:
            return True
        renewed_at = self.connection.tokens.reveal().get("renewed_at")
        if not renewed_at:
            return False
        age = self.now() - datetime.fromisoformat(renewed_at)
        return timedelta(0) <= age < LEAST_GAP


class NoTokens:
    """The TokenStore where there is no connection: nothing is kept."""

    def current(self) -> Tokens | None:
        """There are none."""
        return None

    def renew(self, used: str, fetch: Callable[[Tokens | None], Tokens]) -> Tokens:
        """Fetch and hand over."""
        return fetch(None)
