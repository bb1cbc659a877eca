"""Stock in words: badge of a number, age of a number."""

from datetime import datetime, timedelta

from catalog.admin.facts import LOW_STOCK
from inventory.models import Location, StockLevel


def stock_word(units: int) -> str:
    """Badge word for what we may sell, in units."""
    if units <= 0:
        return "Out of stock"
    return "Low stock" if units <= LOW_STOCK else "In stock"


def said_at(level: StockLevel) -> datetime | None:
    """When the number was last known to be true: the last complete snapshot that confirmed it."""
    if level.location.connection_id is None or level.missing_since or level.rejected_since:
        return level.as_of
    return max(filter(None, (level.location.as_of, level.as_of)), default=None)


def is_stale(location: Location, now: datetime) -> bool:
    """Older than its connection allows. What lies on our own shelf does not age."""
    if location.connection is None:
        return False
    oldest = now - timedelta(hours=location.connection.stale_after_h)
    return location.as_of is None or location.as_of < oldest


def age_word(level: StockLevel, now: datetime) -> str:
    """Badge word for the age of a level."""
    if level.missing_since:
        return "Gone"
    if level.rejected_since:
        return "Unreadable"
    if level.location.connection_id is None:
        return "Counted here"
    return "Stale" if is_stale(level.location, now) else "Fresh"
