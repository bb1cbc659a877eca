"""What only SellerCloud says so: filters' dates, the end of a limit, and rows kept as they came."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from integrations.said import moment


def written(at: datetime, zone: tzinfo) -> str:
    """A time as their filters take it: MM/dd/yyyy HH:mm, by their clock."""
    return f"{at.astimezone(zone):%m/%d/%Y %H:%M}"


def seconds_until(value: Any, now: datetime) -> float | None:
    """Seconds until the time a rate limit says it ends (UTC); None if it is not one."""
    at = moment(value, UTC)
    return (at - now).total_seconds() if at else None


def storable(value: Any) -> Any:
    """The same for a JSON column: fractions become text, so that none passes through a float."""
    if isinstance(value, Mapping):
        return {str(name): storable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [storable(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
