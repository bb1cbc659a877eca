"""What happens every night, each part harmless when repeated."""

from datetime import datetime

from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.services.retention import prune
from integrations.services.subscriptions import ensure_all


def look_after(now: datetime) -> str:
    """Check every account, restore subscriptions, delete old rows; returns a line for the log."""
    checked = check_all()
    subscribed = ensure_all()
    deleted = sum(prune(now).values())
    return f"{checked} checks, {subscribed} subscriptions, {deleted} old rows"


def check_all() -> int:
    """One test call per connection in use: it renews the tokens of idle accounts before they end.

    Shopify's refresh tokens end after 90 days without use.
    """
    active = Connection.objects.filter(status=Connection.Status.ACTIVE)
    for pk in active.values_list("pk", flat=True):
        enqueue("integrations.tasks.check_connection", pk)
    return len(active)
