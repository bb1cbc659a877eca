"""A new address after sending: told to the partner by its system, or by a person."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from integrations.jobs import enqueue
from integrations.models.base import locked
from integrations.providers.base import UpdatesOrders
from orders.models import Order, PartnerOrder, Submission
from orders.references import reference_of
from orders.services.addresses import address_digest, rows_with_old_address
from orders.services.closing import in_flight
from orders.services.history import record, record_for_orders
from orders.services.locking import live_parts, lock_orders
from orders.services.status import refresh_status

Kind, Placed = Submission.Kind, PartnerOrder.Status
CHANGEABLE = [Placed.SUBMITTED, Placed.CONFIRMED, Placed.PICKING, Placed.PACKED]


def old_addresses(order: Order) -> list[PartnerOrder]:
    """Partner orders on their way to where the customer was before."""
    return rows_with_old_address(order, live_parts(order))


def takes_addresses(row: PartnerOrder) -> bool:
    """Whether its system can be told a new address, and nothing else is being said to it."""
    connection = row.connection
    return (
        connection is not None
        and issubclass(connection.provider_class, UpdatesOrders)
        and row.status in CHANGEABLE
        and in_flight(row) is None
    )


def send_address(order: Order, user: AbstractBaseUser) -> int:
    """Tell the new address to every partner whose system takes it; returns how many."""
    told = 0
    for row in old_addresses(order):
        with transaction.atomic():
            lock_orders(row)
            fresh = locked(PartnerOrder.objects.all()).get(pk=row.pk)
            if takes_addresses(fresh):
                _put_up(fresh, user)
                told += 1
    return told


def _put_up(row: PartnerOrder, user: AbstractBaseUser) -> None:
    seq, now = row.submissions.count() + 1, timezone.now()
    submission = Submission.objects.create(
        partner_order=row,
        kind=Kind.UPDATE,
        seq=seq,
        reference=reference_of(row.reference, seq),
        content=placed_content(row),
        digest=address_digest(row),
        approved_by_id=user.pk,
        approved_at=now,
    )
    said = f"{row.partner} is told where {row} goes to now."
    record_for_orders(row, "address_sent", said, user=user)
    enqueue("orders.tasks.submit", submission.pk)


def placed_content(row: PartnerOrder) -> dict[str, object]:
    """What was placed; a new address changes nothing of it."""
    created = row.submissions.filter(kind=Kind.CREATE).first()
    return dict(created.content) if created else {}


def agree_address(order: Order, user: AbstractBaseUser) -> int:
    """A person told the partners the new address, or decided that it stays; returns how many."""
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        rows = old_addresses(order)
        for row in rows:
            PartnerOrder.objects.filter(pk=row.pk).update(agreed_digest=address_digest(row))
            record(order, "address", f"{row.partner} knows where {row} goes to.", user=user)
        refresh_status(order)
    return len(rows)
