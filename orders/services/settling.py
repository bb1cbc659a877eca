"""Settling: what the outcome of a submission means for its partner order and its customers."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.errors import ProviderError
from integrations.services.alerts import close_alert, raise_alert
from integrations.types import PlacedOrder
from inventory.services.reservations import accept
from orders.models import Order, PartnerOrder, Submission
from orders.services.content import differs
from orders.services.history import ERROR, record_for_orders
from orders.services.status import refresh_all

Status = Submission.Status


def settle_submitted(
    submission: Submission, placed: PlacedOrder, old: str = Status.SUBMITTING
) -> bool:
    """It is there: the partner order is placed, its reservations are accepted. False: too late.

    All in one transaction, and only while the lease is ours.
    """
    now, partner_order = timezone.now(), submission.partner_order
    with transaction.atomic():
        lock_orders(submission.partner_order)
        if not _settle(submission, old, Status.SUBMITTED, now):
            return False
        partner_order.move(
            PartnerOrder.Status.OPEN,
            PartnerOrder.Status.SUBMITTED,
            external_id=placed.external_id,
            external_number=placed.number,
            submitted_at=now,
            status_raw=placed.status[:100],
        )
        parts = partner_order.lines.filter(submission=submission)
        accept([part.reservation_key for part in parts], now)
        refresh_all(
            record_for_orders(
                partner_order,
                "placed",
                f"Placed with {partner_order.partner} as {placed.number or placed.external_id}.",
            )
        )
        close_alert(fingerprint(submission))
        _say_difference(submission, differs(submission, placed.lines) if placed.lines else "")
    return True


def _say_difference(submission: Submission, difference: str) -> None:
    if difference:
        raise_alert(
            f"difference:{submission.pk}",
            "placement",
            f"{submission.partner_order.partner} changed {submission.reference}",
            f"{difference}. Agree with the partner, then correct it on their side or here.",
            submission.partner_order,
        )


def settle_failed(
    submission: Submission, kind: str, sentence: str, old: str = Status.SUBMITTING
) -> bool:
    """It will not work as it is: a person is told why."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        fields = {"error_kind": kind, "error": sentence}
        if not _settle(submission, old, Status.FAILED, timezone.now(), **fields):
            return False
        partner = submission.partner_order.partner
        refresh_all(
            record_for_orders(
                submission.partner_order,
                "placement_failed",
                f"{partner} did not take {submission.reference}: {sentence}",
                level=ERROR,
            )
        )
        raise_alert(
            fingerprint(submission),
            "placement",
            f"{partner} did not take {submission.reference}",
            f"{sentence} Correct it, then press Retry on the partner order.",
            submission.partner_order,
        )
    return True


def settle_unconfirmed(submission: Submission, exc: ProviderError, look_at: datetime) -> bool:
    """We do not know: it is never sent again before it was looked for, first at `look_at`."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        fields = {"error_kind": exc.kind, "error": str(exc), "retry_at": look_at}
        if not _settle(submission, Status.SUBMITTING, Status.UNCONFIRMED, None, **fields):
            return False
        record_for_orders(
            submission.partner_order,
            "unconfirmed",
            f"{exc} We ask {submission.partner_order.partner} for {submission.reference} before "
            "anything is sent again.",
        )
    return True


def settle_absent(submission: Submission, now: datetime) -> bool:
    """Looked for and surely not there: it may be sent again."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        if not _settle(submission, Status.UNCONFIRMED, Status.PENDING, None, retry_at=now):
            return False
        record_for_orders(
            submission.partner_order,
            "absent",
            f"{submission.partner_order.partner} does not have {submission.reference}: it is sent "
            "again.",
        )
    return True


def look_later(submission: Submission, now: datetime, exc: ProviderError) -> bool:
    """A look-up that failed changes nothing but when we look again."""
    return submission.update_where(
        submission.mine() & Q(status=Status.UNCONFIRMED),
        retry_at=now + timedelta(seconds=60),
        error=str(exc),
        lease_token=None,
        lease_until=None,
    )


def lock_orders(partner_order: PartnerOrder) -> None:
    """Customers' orders first, then what was made of them: the order every worker locks in."""
    orders = Order.objects.filter(lines__parts__partner_order=partner_order)
    rows = Order.objects.select_for_update(of=("self",)).filter(pk__in=orders.values("pk"))
    list(rows.order_by("pk"))


def _settle(
    submission: Submission, old: str, new: str, settled_at: datetime | None, **fields: object
) -> bool:
    return submission.move(
        old,
        new,
        where=submission.mine(),
        settled_at=settled_at,
        lease_token=None,
        lease_until=None,
        **fields,
    )


def fingerprint(submission: Submission) -> str:
    """Of the alert that this submission did not work."""
    return f"submission:{submission.pk}"
