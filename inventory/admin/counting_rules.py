"""Why the number of a level counts or not, in the words of its page and of the lists."""

from datetime import datetime

from integrations.admin.connection_facts import provider_label
from integrations.models import Connection
from integrations.models.connection import StalePolicy, StockAuthority
from inventory.freshness import is_too_old
from inventory.models import Location, StockLevel

OBSERVED = "Shown, never counted"
OURS = "Counted here"
# What keeps a location's number from being sold by; its rule says which.
Verdict = tuple[bool, str]


def is_observed(location: Location) -> bool:
    """Its system's numbers are shown and never counted."""
    connection = location.connection
    return connection is not None and connection.stock_authority == StockAuthority.OBSERVE


def is_counted(level: StockLevel) -> bool:
    """Whether its location is one we sell from, as `availability` has it."""
    return verdict_of(level.location)[0]


def verdict_of(location: Location) -> Verdict:
    """(counts, the rule in words); reads `location.connection.partner`."""
    connection = location.connection
    if location.archived_at:
        return False, "Not counted: the location is archived"
    if is_observed(location):
        return False, OBSERVED
    if connection is None:
        return (True, OURS) if location.serves else (False, "Not counted: not sold from")
    if connection.status == Connection.Status.ARCHIVED:
        return False, "Not counted: the connection is archived"
    partner = getattr(connection, "partner", None)
    if partner is None or partner.archived_at:
        return False, "Not counted: no partner sells from it"
    if not location.serves:
        return False, "Not counted: its stock is not to be sold"
    return True, "Their number is ours"


def rule_of(level: StockLevel, now: datetime) -> str:
    """What its number comes to today."""
    counts, words = verdict_of(level.location)
    connection = level.location.connection
    if not counts or connection is None:
        return words
    if connection.stale_policy == StalePolicy.ZERO and is_too_old(level, now):
        return "Counted as 0: too old"
    return "Counted as 0: below zero" if level.available < 0 else words


def source_of(location: Location) -> str:
    """SellerCloud, Shopify (partner store), or our shelf."""
    return provider_label(location.connection) if location.connection else "Our shelf"


def owner_of(location: Location) -> str:
    """The connection whose location it is, as staff call it, or our shelf."""
    return location.connection.name if location.connection else "Our shelf"


def system_of(location: Location) -> str:
    """The connection and the kind of system it is, once where they are called the same."""
    connection, source = location.connection, source_of(location)
    return source if connection is None or connection.name == source else f"{connection}, {source}"


def place_name(level: StockLevel) -> str:
    """A location with its system, where they are not called the same."""
    place, connection = level.location, level.location.connection
    if connection is None or connection.name == place.name:
        return place.name
    return f"{connection.name}, {place.name}"
