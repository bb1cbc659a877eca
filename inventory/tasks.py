"""Jobs of the inventory app: two lines each, the services do the work."""

from django.utils import timezone

from inventory.services.staleness import tell_stale


def tick() -> int:
    """Every five minutes: say whose numbers are too old."""
    return tell_stale(timezone.now())
