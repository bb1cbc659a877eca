"""After a backup was restored: what the lost days may have done is looked for before it is done.

A partner order's reference is fixed when its row is made, so one the backup holds is found at the
partner under it. What was bought in the lost days and placed under a reference nobody knows any
more cannot be looked up: a person approves it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import Duplicate, Unconfirmed
from integrations.jobs import enqueue
from integrations.models import Alert, Connection
from integrations.providers.base import FindsOrders, Provider
from integrations.services.alerts import raise_alert
from orders.models import Notification, PartnerOrder, Shipment, Submission

VERIFY_DAYS = 7
FINGERPRINT = "restored"
STOPPED = "The portal was restored from a backup; it may have happened since."


def note_restore(now: datetime) -> dict[str, int]:
    """Call it after a restore, before the workers start. Returns what now waits to be looked at."""
    with transaction.atomic():
        raise_alert(
            FINGERPRINT,
            "restored",
            f"The portal was restored from a backup on {now:%Y-%m-%d at %H:%M} UTC",
            f"For {VERIFY_DAYS} days every partner order is looked for at the partner before it is "
            "sent. What was bought before the restore and is placed anew waits for your approval: "
            "look for it at the partner first.",
            now=now,
        )
        OrmQ.objects.all().delete()  # the minute tick finds again what they were about
        return {
            "partner orders in flight": _doubt_submissions(now),
            "e-mails": _doubt_mails(),
            "parcels": _doubt_parcels(),
            "connections to check": _check_connections(),
        }


def restored_at(now: datetime) -> datetime | None:
    """When the last restore was, while it still matters."""
    since = now - timedelta(days=VERIFY_DAYS)
    alerts = Alert.objects.filter(fingerprint=FINGERPRINT, last_at__gt=since)
    return alerts.order_by("-last_at").values_list("last_at", flat=True).first()


def must_look_first(submission: Submission, now: datetime | None = None) -> bool:
    """Whether it may be at the partner already, under its reference, though our rows say no.

    An append looks at the order anyway, and a cancel says what shall be.
    """
    restored = restored_at(now or timezone.now())
    is_create = submission.kind == Submission.Kind.CREATE
    return restored is not None and is_create and submission.partner_order.created_at <= restored


def look_first(submission: Submission, provider: Provider, account: str) -> None:
    """Ask before a send that must be looked for; returns if it may be sent.

    Raises Duplicate if it is there, Unconfirmed if their system cannot be asked and nobody decided
    since the restore, and whatever the look-up raises.
    """
    if not isinstance(provider, FindsOrders):
        if not _decided_since(submission):
            raise Unconfirmed(STOPPED)
        return
    found = provider.find_order(submission.reference)
    if found is not None and (found.reference, found.account) == (submission.reference, account):
        raise Duplicate(f"It is there already, as {found.number or found.external_id}.")


def may_be_a_repeat(partner_order: PartnerOrder, now: datetime | None = None) -> bool:
    """Whether it holds what customers bought before the restore and nobody was told since.

    That may have been placed in the lost days: it needs a person's approval, whatever the terms.
    """
    restored = restored_at(now or timezone.now())
    if restored is None or (partner_order.created_at <= restored and not partner_order.external_id):
        return False
    unsent = partner_order.lines.filter(canceled_at=None, submission=None)
    return unsent.filter(order_line__order__placed_at__lte=restored).exists()


def _decided_since(submission: Submission) -> bool:
    restored = restored_at(timezone.now())
    approved = submission.approved_at
    seen = approved is not None and restored is not None and approved > restored
    return seen or submission.decided_by_id is not None


def _doubt_submissions(now: datetime) -> int:
    sending = Submission.objects.filter(status=Submission.Status.SUBMITTING)
    fields: dict[str, Any] = {"lease_token": None, "lease_until": None, "error": STOPPED}
    old, new = Submission.Status.SUBMITTING, Submission.Status.UNCONFIRMED
    return sum(row.move(old, new, retry_at=now, **fields) for row in sending)


def _doubt_mails() -> int:
    """A second mail is worse than none: a person decides about each that waited or was sent."""
    status, doubted = Notification.Status, 0
    for row in Notification.objects.filter(status__in=[status.QUEUED, status.SENDING]):
        row.move(status.QUEUED, status.SENDING)
        doubted += row.move(
            status.SENDING, status.UNKNOWN, error=STOPPED, lease_token=None, lease_until=None
        )
    return doubted


def _doubt_parcels() -> int:
    """A parcel that may have been told is looked for at the store before it is told."""
    publish = Shipment.Publish
    waiting = Q(publish_status__in=[publish.PENDING, publish.PUBLISHING])
    return Shipment.objects.filter(waiting).update(
        publish_status=publish.UNCONFIRMED, lease_token=None, lease_until=None, retry_at=None
    )


def _check_connections() -> int:
    """Tokens that were renewed since the backup are lost: one test call says which."""
    active = Connection.objects.filter(status=Connection.Status.ACTIVE)
    for pk in (found := list(active.values_list("pk", flat=True))):
        enqueue("integrations.tasks.check_connection", pk)
    return len(found)
