"""When an answer of stock waits for a person: the limits of one connection, in percent."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from integrations.models import Connection

PERMISSION = "integrations.manage_connection"
# Column: what it is a share of, as its value reads after "more than 20 %".
LIMITS = {
    "hold_rejected_pct": "of the rows cannot be used",
    "hold_missing_pct": "of the SKUs are not in it",
    "hold_zeroed_pct": "of what is in stock would go to zero",
    "hold_moved_pct": "of all units would be gone, or of the SKUs would double or halve",
}
NEVER = 100


class CannotSetLimits(Exception):
    """Nothing was changed; the text is a sentence for staff."""


def set_hold_limits(connection: Connection, limits: Mapping[str, int], user: User) -> None:
    """Each limit in whole percent, 0 to 100 (never); they count from the next run on.

    Raises CannotSetLimits with a sentence, and PermissionDenied.
    """
    if not user.has_perm(PERMISSION):
        raise PermissionDenied("You may not change connections.")
    if set(limits) != set(LIMITS):
        raise CannotSetLimits("Give all four limits.")
    if not all(0 <= limit <= NEVER for limit in limits.values()):
        raise CannotSetLimits("A limit is a whole percent, 0 to 100.")
    Connection.objects.filter(pk=connection.pk).update(**limits)


def limit_words(connection: Connection) -> list[tuple[str, str]]:
    """(20 %, of what is in stock would go to zero) for each; *never* where nothing is held."""
    return [(percent_words(getattr(connection, name)), words) for name, words in LIMITS.items()]


def percent_words(limit: int) -> str:
    """20 %, or never."""
    return "never" if limit >= NEVER else f"{limit} %"
