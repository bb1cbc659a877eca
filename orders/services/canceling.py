"""Cancelling a partner order: asked by a person, or news from the partner."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from integrations.jobs import enqueue
from integrations.models.base import locked
from integrations.providers.base import CancelsOrders
from orders.models import PartnerOrder, Submission
from orders.services.closing import CannotSubmit, in_flight, put_up
from orders.services.deliveries import drop_delivery
from orders.services.fitting import catch_up
from orders.services.growing import hand_on
from orders.services.history import record_for_orders
from orders.services.locking import lock_orders
from orders.services.routing import unroute

Placed, Sending = PartnerOrder.Status, Submission.Status
CANCELABLE = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]


def ask_to_cancel(row: PartnerOrder, reason: str, user: AbstractBaseUser) -> Submission:
    """A person wants the partner to cancel the whole order: the question is put up for sending.

    What the partner was not told yet goes with the next order. Raises CannotSubmit while another
    word to the partner is open, or when there is nothing to cancel any more.
    """
    with transaction.atomic():
        row = _lock(row)
        if row.status not in CANCELABLE:
            raise CannotSubmit(f"{row} is {row.get_status_display().lower()}: too late to cancel.")
        hand_on(row, "It is being canceled.")
        _refuse_while_open(row)
        submission = put_up(row, kind=Submission.Kind.CANCEL, user=user)
        content = submission.content | {"reason": reason}
        submission.content = content
        submission.save(update_fields=["content"])
        said = f"{row.partner} is asked to cancel {row}: {reason}"
        record_for_orders(row, "cancel_asked", said, user=user)
        enqueue("orders.tasks.submit", submission.pk)
    return submission


def ask_for_less(row: PartnerOrder, lowered: dict[int, int], user: AbstractBaseUser) -> Submission:
    """A person wants fewer units: `lowered` says how many remain of each part (by pk), 0 for none.

    The parts go down when the partner agreed. Raises CannotSubmit while another word to the partner
    is open, or when the partner began work.
    """
    with transaction.atomic():
        row = _lock(row)
        if row.status not in (Placed.SUBMITTED, Placed.CONFIRMED):
            raise CannotSubmit(f"{row} is {row.get_status_display().lower()}: too late to change.")
        _refuse_while_open(row)
        submission = put_up(row, kind=Submission.Kind.APPEND, user=user, lowered=lowered)
        parts = row.lines.filter(pk__in=lowered)
        said = f"{row.partner} is asked to send less in {row}."
        record_for_orders(row, "less_asked", said, parts=parts, user=user)
        enqueue("orders.tasks.submit", submission.pk)
    return submission


def is_canceled_by_word(row: PartnerOrder) -> bool:
    """Whether a person may say that its partner canceled it: its system takes no such question."""
    connection = row.connection
    if connection is None or not row.external_id or row.status not in CANCELABLE:
        return False
    return not issubclass(connection.provider_class, CancelsOrders) and in_flight(row) is None


def _lock(row: PartnerOrder) -> PartnerOrder:
    lock_orders(row)
    return locked(PartnerOrder.objects.all()).get(pk=row.pk)


def _refuse_while_open(row: PartnerOrder) -> None:
    if open_one := in_flight(row):
        raise CannotSubmit(
            f"The outcome of {open_one} is not known yet. Wait for it, then ask again."
        )


def cancel_placed(row: PartnerOrder, why: str, *, asked: bool = False) -> bool:
    """It is canceled there: its lines wait for a person, except those nobody wants any more.

    What the partner was never told goes with the next order. False if it was shipped: then
    nothing moves. Runs in the caller's transaction, customers' orders and the row locked.
    """
    if not row.move(CANCELABLE, Placed.CANCELED):
        return False
    hand_on(row, why)
    drop_delivery(row)
    pending = row.submissions.filter(status=Sending.PENDING)
    for submission in pending:
        submission.move(Sending.PENDING, Sending.DROPPED, settled_at=timezone.now())
    for part in row.lines.filter(canceled_at=None).select_related("order_line__order"):
        unroute(part, why, asked=asked)
    catch_up(row)
    return True
