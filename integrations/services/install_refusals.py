"""Why the owner of a store could not connect it: told to them, and kept for staff."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from integrations.models import InstallLink

Reason = Literal[
    "unknown", "revoked", "expired", "used", "no_account", "wrong_account", "browser", "denied",
    "unsigned", "late", "refused", "scopes",
]  # fmt: skip
# What staff should know; the others are about a link that is over, or a typing mistake.
KEPT = ("wrong_account", "browser", "denied", "unsigned", "late", "refused", "scopes")


class InstallRefused(Exception):
    """The store is not connected. `reason` picks the page its owner sees."""

    def __init__(self, reason: Reason, sentence: str = "") -> None:
        super().__init__(sentence)
        self.reason: Reason = reason


@contextmanager
def noting_refusal(link: InstallLink, clock: Callable[[], datetime]) -> Iterator[None]:
    """Keep on the link why this attempt of its owner connected nothing; the refusal goes on."""
    try:
        yield
    except InstallRefused as exc:
        is_replay = exc.reason == "late" and link.state_expires_at is None
        if exc.reason in KEPT and not is_replay:
            _note(link, exc, clock())
        raise


def _note(link: InstallLink, exc: InstallRefused, now: datetime) -> None:
    rows = InstallLink.objects.filter(pk=link.pk, revoked_at=None)
    if exc.reason != "scopes":  # found out only after the link was used up
        rows = rows.filter(used_at=None)
    rows.update(failed_at=now, failure=exc.reason, failure_text=str(exc)[:300])
