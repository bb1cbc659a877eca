"""Whose account a connection is, and the tokens that open it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Tokens:
    """What a grant gave us. `expires_at` None means the token does not expire.

    `issued_at`, where it is known, is when we got it, by our clock: with `expires_at` its life.
    """

    access: str = field(repr=False)
    expires_at: datetime | None = None
    refresh: str = field(default="", repr=False)
    refresh_expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    issued_at: datetime | None = None


@dataclass(frozen=True)
class AccountInfo:
    """What `check()` learned: whose account it is and what the credentials may do."""

    account: str
    name: str
    currency: str = ""
    timezone: str = ""
    granted: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
