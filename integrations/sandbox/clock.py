"""Times as Shopify writes them."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, to the second, as Shopify's timestamps are."""
    return datetime.now(UTC).replace(microsecond=0)


def iso(at: datetime | None) -> str | None:
    """2026-11-20T12:00:00Z, the form of GraphQL's DateTime."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def offset_iso(at: datetime | None) -> str | None:
    """2026-11-20T12:00:00+00:00, the form of REST bodies and webhooks."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None
