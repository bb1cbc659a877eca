"""What went back to the customer, and payments that do not fit. No money moves here."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from catalog.money import say_money
from integrations.models import Connection
from integrations.models.base import locked
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.webhooks import Waiting
from integrations.types import Payment
from orders.models import Order, OrderEvent
from orders.services.approving import hold_order
from orders.services.consolidation import assign_order
from orders.services.customer_mails import tell_customer
from orders.services.history import ERROR, record
from orders.services.locking import live_parts
from orders.services.refund_decisions import follow_refund
from orders.services.status import refresh_status

NOT_ITS = "It is not the payment that paid this order."


def take_refunded(connection: Connection, order: Order | None, payment: Payment) -> Order:
    """All that went back so far: set, never added, and never lowered by older news.

    What went back of a payment that is not the order's own is history alone.
    Raises Waiting for an order we do not have yet.
    """
    if order is None:
        raise Waiting("No order here is the one this refund is for.", tells=True)
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        if not _is_its_own(order, payment):
            _note_other(connection, order, payment)
            return order
        more = Order.objects.filter(pk=order.pk, refunded_total__lt=payment.refunded)
        if not more.update(refunded_total=payment.refunded):
            return order
        order.refresh_from_db()
        said = f"{say_money(payment.refunded, order.currency)} were paid back so far."
        record(order, "refunded", said, actor=connection.name)
        _after_refund(order)
        refresh_status(order)
    return order


def _is_its_own(order: Order, payment: Payment) -> bool:
    """Not so: a second payment beside the one that paid it, one that staff said is for something
    else, and one in another currency. News may come before the payment itself."""
    if payment.currency.upper() != order.currency.upper():
        return False
    if order.paid_at and order.payment_reference:
        return payment.external_id == order.payment_reference
    told = {"kind": "payment_refused", "data__payment": payment.external_id}
    return not OrderEvent.objects.filter(order=order, **told).exists()


def _note_other(connection: Connection, order: Order, payment: Payment) -> None:
    """Once for each amount; a second payment that is back is nobody's task any more."""
    back = say_money(payment.refunded, payment.currency)
    name, amount = payment.external_id, str(payment.refunded)
    told = OrderEvent.objects.filter(order=order, kind="refunded_other", data__payment=name)
    if told.filter(data__refunded=amount).exists():
        return
    said = f"{back} of payment {name} were paid back so far. {NOT_ITS}"[:500]
    record(order, "refunded_other", said, actor=connection.name, payment=name, refunded=amount)
    if payment.refunded >= payment.amount:
        close_alert(f"paid_twice:{order.pk}:{payment.external_id}")


def _after_refund(order: Order) -> None:
    """Goods that nobody paid for in the end: what was not sent stays here, the rest is told."""
    follow_refund(order)
    if order.canceled_at or order.refunded_total < order.total:
        return
    hold_order(order, None, "All of it was paid back.")
    if any(part.is_sent for part in live_parts(order)):
        raise_alert(
            f"refunded:{order.pk}",
            "refund",
            f"{order} was paid back, and a partner has it",
            "Cancel the order to ask the partner; or release it if it is to be sent anyway.",
            order,
        )


def accept_payment(order: Order, user: AbstractBaseUser) -> bool:
    """A person says that what was paid is right: the order is paid and goes on."""
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        if not _end_problem(order, paid_at=timezone.now(), held_at=None):
            return False
        record(
            order, "paid", "The payment was accepted.", user=user, payment=order.payment_reference
        )
        _go_on(order)
    return True


def refuse_payment(order: Order, user: AbstractBaseUser) -> bool:
    """A person says that it is not for this order, which stays on hold and unpaid."""
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        refused = order.payment_reference
        said = f"The payment {refused} is not for it."
        if not _end_problem(order, payment_reference=""):
            return False
        record(order, "payment_refused", said, level=ERROR, user=user, payment=refused)
        refresh_status(order)
    return True


def _end_problem(order: Order, **fields: object) -> bool:
    open_ones = Order.objects.filter(pk=order.pk).exclude(payment_problem="")
    if not open_ones.update(payment_problem="", **fields):
        return False
    order.refresh_from_db()
    close_alert(f"payment:{order.pk}")
    return True


def _go_on(order: Order) -> None:
    if order.canceled_at is None:
        assign_order(order)
        tell_customer(order, "order.confirmed")
    follow_refund(order)
    refresh_status(order)
