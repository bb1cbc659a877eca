"""Stock in words: badge of a number, age of a number."""

from datetime import datetime

from catalog.admin.facts import LOW_STOCK
from inventory.freshness import is_behind
from inventory.models import StockLevel


def stock_word(units: int) -> str:
    """Badge word for what we may sell, in units."""
    if units <= 0:
        return "Out of stock"
    return "Low stock" if units <= LOW_STOCK else "In stock"


def age_word(level: StockLevel, now: datetime) -> str:
    """Badge word for the age of a level."""
    if level.missing_since:
        return "Gone"
    if level.rejected_since:
        return "Unreadable"
    if level.location.connection_id is None:
        return "Counted here"
    return "Stale" if is_behind(level, now) else "Fresh"
