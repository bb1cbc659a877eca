"""Dates as the ERP writes and reads them: local, without a zone."""

from datetime import UTC, datetime, timedelta

NEVER, UNSET = "0001-01-01T00:00:00", "1900-01-01T00:00:00"
FORMS = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


def written(at: datetime, offset_minutes: int) -> str:
    """2026-11-20T09:15:00.4140000: ticks of 100 ns, which Python reads but never writes."""
    local = at.astimezone(UTC) + timedelta(minutes=offset_minutes)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{(int(at.timestamp()) * 7919) % 9_999_999:07d}"


def written_day(at: datetime | None, offset_minutes: int) -> str | None:
    """2026-11-20T00:00:00, as dates without a time are written."""
    if at is None:
        return None
    local = at.astimezone(UTC) + timedelta(minutes=offset_minutes)
    return f"{local:%Y-%m-%d}T00:00:00"


def read(text: str, offset_minutes: int) -> datetime:
    """A date of a filter, in either form the documentation shows. Raises ValueError."""
    for form in FORMS:
        try:
            local = datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return local - timedelta(minutes=offset_minutes)
    raise ValueError(f"The value '{text}' is not valid.")


def rounded_down(at: datetime) -> datetime:
    """To the minute: filters have no seconds, and what happened in that minute is meant too."""
    return at.replace(second=0, microsecond=0)
