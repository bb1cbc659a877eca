"""What the minute tick finds to do: the rows are the truth, the queue only wakes work up."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from integrations.jobs import enqueue, waiting_jobs
from integrations.services.breaker import waits
from orders.models import Notification, Shipment, Submission
from orders.services.batches import submit_due_batches
from orders.services.covering import settle_shortfalls
from orders.services.fitting import catch_up
from orders.services.locking import lock_orders
from orders.services.notifications import give_up
from orders.services.planning import plan_batches
from orders.services.privacy import open_redactions
from orders.services.waiting import note_waiting

LIMIT = 500


def sweep(now: datetime) -> dict[str, int]:
    """Close due batches; wake what is due, and what a dead worker left behind. Returns counts."""
    batches = submit_due_batches(now)
    plan_batches(now)
    return {
        "waiting": note_waiting(),
        "covered": settle_shortfalls(),
        "batches": len(batches.submissions),
        "recovered": recover_submissions(now) + recover_notifications(now),
        **_wake_all(now),
    }


def _wake_all(now: datetime) -> dict[str, int]:
    due = {
        "submissions": ("orders.tasks.submit", _due_submissions(now)),
        "confirmations": ("orders.tasks.confirm", _due_confirmations(now)),
        "shipments": ("orders.tasks.publish_shipment", _due_shipments(now)),
        "notifications": ("orders.tasks.send_notification", _due_notifications(now)),
        "privacy": ("orders.tasks.redact", open_redactions()),
    }
    # What lies in the queue is awake already: added again every minute it would only grow.
    awake = waiting_jobs() if any(ids for _, ids in due.values()) else {}
    return {
        name: _wake(task, set(ids) - awake.get(task, set())) for name, (task, ids) in due.items()
    }


def recover_submissions(now: datetime) -> int:
    """A lease that ran out: unconfirmed if the call may have been made, else pending again."""
    recovered = 0
    left = Submission.objects.filter(status=Submission.Status.SUBMITTING, lease_until__lt=now)
    for submission in left:
        sent = submission.sent_at is not None
        new = Submission.Status.UNCONFIRMED if sent else Submission.Status.PENDING
        recovered += _recover(submission, new, now)
    return recovered


def _recover(submission: Submission, new: str, now: datetime) -> bool:
    with transaction.atomic():
        lock_orders(submission.partner_order)
        recovered = submission.move(
            Submission.Status.SUBMITTING,
            new,
            where=Q(lease_token=submission.lease_token),
            retry_at=now,
            lease_token=None,
            lease_until=None,
            error="The worker that was sending it stopped.",
        )
        if recovered:
            catch_up(submission.partner_order)
    return recovered


def recover_notifications(now: datetime) -> int:
    """A mail whose worker died while sending: nobody knows, so a person decides."""
    recovered = 0
    left = Notification.objects.filter(status=Notification.Status.SENDING, lease_until__lt=now)
    for row in left:
        why = "The worker that was sending it stopped."
        recovered += give_up(row, Notification.Status.UNKNOWN, why)
    return recovered


def _due(now: datetime) -> Q:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return free & (Q(retry_at=None) | Q(retry_at__lte=now))


def _due_submissions(now: datetime) -> list[int]:
    approved = ~Q(approved_at=None) | ~Q(partner_order__partner__approval="always")
    well = Q(partner_order__connection__status="active")
    rows = Submission.objects.filter(_due(now), approved, well, status="pending")
    return _ids(rows.exclude(waits(now, "partner_order__connection__")))


def _due_confirmations(now: datetime) -> list[int]:
    # retry_at empty means a person was asked: it is not looked up again by itself.
    rows = Submission.objects.filter(_due(now), status="unconfirmed").exclude(retry_at=None)
    return _ids(rows.exclude(waits(now, "partner_order__connection__")))


def _due_shipments(now: datetime) -> list[int]:
    return _ids(
        Shipment.objects.filter(
            _due(now), publish_status__in=["pending", "unconfirmed", "publishing"]
        )
    )


def _due_notifications(now: datetime) -> list[int]:
    return _ids(Notification.objects.filter(_due(now), status="queued"))


def _ids(rows) -> list[int]:  # type: ignore[no-untyped-def]
    return list(rows.order_by("pk").values_list("pk", flat=True)[:LIMIT])


def _wake(task: str, ids: set[int]) -> int:
    for pk in sorted(ids):
        enqueue(task, pk)
    return len(ids)
