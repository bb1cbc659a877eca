"""The peer: the same portal with blind retry, as senders without an outbox do it. For tests only.

Whatever ends without an answer is simply sent again; nothing is looked up, no unique reference is
sent along, and a worker that died is taken for one that sent nothing. Everything else is the real
thing. `make chaos BLIND=1` measures what that costs.
"""

from datetime import datetime, timedelta
from typing import Any

from django.apps import AppConfig
from django.db.models import Q
from django.utils import timezone

AGAIN_AFTER = timedelta(seconds=2)


class Blind(AppConfig):
    """Put into INSTALLED_APPS by tests/e2e/chaos/blind_settings.py, and by nothing else."""

    name, label = "tests.e2e.chaos", "blind"

    def ready(self) -> None:
        from integrations.providers.shopify import placing
        from orders.services import due, submission

        replace(submission, "settle_unconfirmed", send_again)
        replace(due, "recover_submissions", take_for_unsent)
        careful = placing.order_input
        replace(placing, "order_input", lambda order: without_unique_key(careful(order)))


def replace(module: Any, name: str, other: Any) -> None:
    """Stops where the name is gone: a peer that is careful in secret would prove nothing."""
    if not hasattr(module, name):
        raise RuntimeError(f"{module.__name__}.{name} is gone: teach the blind peer the new name.")
    setattr(module, name, other)


def send_again(row: Any, exc: Exception, look_at: datetime) -> bool:
    """No answer counts as not sent."""
    from orders.services.submission import Status, settle

    return settle(row, Status.PENDING, retry_at=timezone.now() + AGAIN_AFTER, error=str(exc))


def take_for_unsent(now: datetime) -> int:
    """A lease that ran out counts as not sent."""
    from orders.models import Submission

    status, taken = Submission.Status, 0
    for row in Submission.objects.filter(status=status.SUBMITTING, lease_until__lt=now):
        mine = Q(lease_token=row.lease_token)
        fields = {"retry_at": now, "lease_token": None, "lease_until": None}
        taken += row.move(status.SUBMITTING, status.PENDING, where=mine, **fields)
    return taken


def without_unique_key(content: dict[str, Any]) -> dict[str, Any]:
    """Their uniqueness is what a careful sender asks for: this one does not."""
    return {name: value for name, value in content.items() if name != "metafields"}
