"""Jobs of the orders app: load by id, call the service."""

from django.utils import timezone

from orders.models import Notification, PartnerOrder, PrivacyRequest, Shipment, Submission
from orders.services import (
    batches,
    confirming,
    due,
    notifications,
    privacy,
    publishing,
    submission,
)


def tick() -> dict[str, int]:
    """Every minute: what is due, and what was left behind."""
    return due.sweep(timezone.now())


def submit(pk: int) -> None:
    submission.submit(Submission.objects.get(pk=pk))


def confirm(pk: int) -> None:
    confirming.confirm(Submission.objects.get(pk=pk))


def close_order(pk: int) -> None:
    """Close an immediate partner order as soon as its customer's order is in."""
    row = PartnerOrder.objects.select_related("partner", "connection").get(pk=pk)
    batches.close_when_possible(row, timezone.now())


def publish_shipment(pk: int) -> None:
    publishing.publish(Shipment.objects.get(pk=pk))


def send_notification(pk: int) -> None:
    notifications.send(Notification.objects.get(pk=pk))


def redact(pk: int) -> bool:
    return privacy.redact(PrivacyRequest.objects.get(pk=pk), timezone.now())


def look_after_privacy() -> dict[str, int]:
    """Every night: whom nothing needs any more, and what came in after a request was done."""
    return privacy.look_after(timezone.now())
