"""The money of a canceled order: a decision put before staff. No money moves here."""

from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.money import say_money
from integrations.models.base import locked
from integrations.services.alerts import close_alert, raise_alert
from orders.models import Order
from orders.services.history import record


def left_to_refund(order: Order) -> Decimal:
    """What was paid and did not go back, of an order that is canceled; 0 once it was decided."""
    if not order.canceled_at or not order.paid_at or order.refund_decided_at:
        return Decimal(0)
    left: Decimal = order.total - order.refunded_total
    return max(left, Decimal(0))


def follow_refund(order: Order) -> None:
    """Put the decision before staff, or take it off their list. Call it when either may be new."""
    name = f"refund:{order.pk}"
    left = left_to_refund(order)
    if not left:
        close_alert(name)
        return
    raise_alert(
        name,
        "refund",
        f"{order} is canceled: decide about {say_money(left, order.currency)}",
        "It was paid and did not go back. Pay it back where it was paid, or note what was decided; "
        "no money moves from here.",
        order,
    )


def note_refund(order: Order, user: AbstractBaseUser, note: str) -> bool:
    """A person decided; False if that was noted before."""
    undecided = Q(refund_decided_at=None) & ~Q(canceled_at=None)
    with transaction.atomic():
        locked(Order.objects.all()).get(pk=order.pk)
        decided = {"refund_decided_at": timezone.now(), "refund_note": note[:300]}
        row = Order.objects.filter(undecided, pk=order.pk)
        if not row.update(refund_decided_by=user.pk, **decided):
            return False
        order.refresh_from_db()
        record(order, "refund_decided", f"About the money: {note}", user=user)
        follow_refund(order)
    return True
