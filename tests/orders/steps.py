"""Steps order tests share."""

import threading
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from integrations.types import RemoteShipment, ShippedLine
from orders.models import PartnerOrder, Submission
from orders.services.closing import close_and_submit
from orders.services.confirming import confirm
from orders.services.submission import submit
from tests.orders.builders import NOW


def send(submission: Submission) -> Submission:
    submit(Submission.objects.get(pk=submission.pk), sleep=lambda seconds: None)
    return Submission.objects.get(pk=submission.pk)


def run(submission: Submission, slept: list) -> Submission:
    """Try until it waits for something else; `slept` takes the seconds between tries."""

    def sleep(seconds: float) -> None:
        slept.append(round(seconds))
        Submission.objects.filter(pk=submission.pk).update(retry_at=timezone.now())

    submit(Submission.objects.get(pk=submission.pk), sleep)
    return Submission.objects.get(pk=submission.pk)


def look(submission: Submission) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(retry_at=timezone.now())
    confirm(Submission.objects.get(pk=submission.pk))
    return Submission.objects.get(pk=submission.pk)


def place(**which: object) -> PartnerOrder:
    row = PartnerOrder.objects.get(**{"closed_at": None, **which})
    send(close_and_submit(row))
    return PartnerOrder.objects.get(pk=row.pk)


def parcel(placed: PartnerOrder, sku: str, units: int = 1, **fields: object) -> RemoteShipment:
    line = ShippedLine("gid://shopify/LineItem/9", sku, units)
    values = {"external_id": "F1", "order_id": placed.external_id, "lines": (line,)}
    return RemoteShipment(**{**values, "tracking_number": "T1", "shipped_at": NOW, **fields})


def meanwhile(call: Callable[[], object], patience: float = 1.5) -> threading.Thread:
    """Another worker does this now; if a lock stops it, it goes on later. Returns its thread."""

    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(patience)
    return thread
