"""What happens every night, each part harmless when repeated."""

from datetime import datetime

from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.services.api_key_ends import tell_of_ends
from integrations.services.breaker import waits
from integrations.services.retention import prune
from integrations.services.subscriptions import ensure_all


def look_after(now: datetime) -> str:
    """Check accounts, restore subscriptions, tell of keys that end, delete old rows.

    Returns a line for the log.
    """
    checked = check_all(now)
    subscribed = ensure_all(now)
    alone = Connection.objects.filter(waits(now), status=Connection.Status.ACTIVE).count()
    tell_of_ends(now)
    deleted = sum(prune(now).values())
    said = f"{checked} checks, {subscribed} subscriptions"
    return f"{said}, {alone} left alone, {deleted} old rows"


def check_all(now: datetime) -> int:
    """One test call per connection in use: it renews the tokens of idle accounts before they end.

    Shopify's refresh tokens end after 90 days without use. Those that may not be called now wait
    for the next night.
    """
    active = Connection.objects.filter(status=Connection.Status.ACTIVE).exclude(waits(now))
    for pk in active.values_list("pk", flat=True):
        enqueue("integrations.tasks.check_connection", pk)
    return len(active)
