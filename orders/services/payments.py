"""Payments: one payment pays one order once, whatever order its news come in.

Nothing here moves money, and nothing takes a payment back: what was paid stays paid.
"""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalog.money import say_money
from integrations.models import Connection
from integrations.models.base import locked
from integrations.providers.base import ReadsCheckouts
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.connections import provider_for
from integrations.services.webhooks import Ignored, Waiting
from integrations.types import Payment
from integrations.words import sentence
from orders.models import Order, OrderEvent
from orders.services.approving import hold_order
from orders.services.capture import capture_order
from orders.services.consolidation import assign_order
from orders.services.customer_mails import tell_customer
from orders.services.history import ERROR, record
from orders.services.refund_decisions import follow_refund
from orders.services.status import refresh_status

NO_ORDER = "No order here is the one this payment is for."
NO_KEY = f"{NO_ORDER} With an API key in the connection it could be read from the checkout."


def take_paid(connection: Connection, payment: Payment) -> Order:
    """Mark the order paid, or hold it where the amount is another one.

    An order we do not have is read from its checkout, outside any transaction. Raises Waiting
    where that cannot be done, and ProviderError.
    """
    order = order_of(connection, payment) or _from_checkout(connection, payment)
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        if order.paid_at:
            _paid_already(order, payment)
        elif order.canceled_at is None and (problem := problem_of(order, payment)):
            _hold(order, payment, problem)
        else:
            mark_paid(order, payment, actor=connection.name)
    return order


def order_of(connection: Connection, payment: Payment) -> Order | None:
    """The order a payment is for: by the payment, by its checkout, by the number we gave them."""
    orders = Order.objects.order_by("pk")
    ways = [Q(payment_reference=payment.external_id)]
    if payment.checkout_id:
        ways.append(Q(connection=connection, external_id=payment.checkout_id))
    if payment.order_reference:
        ways.append(Q(number=payment.order_reference))
    for way in ways:
        if found := orders.filter(way).first():
            return found
    return None


def _from_checkout(connection: Connection, payment: Payment) -> Order:
    """Unpaid as yet: whether the amount is right is looked at like everywhere else."""
    provider = provider_for(connection)
    if not isinstance(provider, ReadsCheckouts) or not provider.can_read_checkouts:
        raise Waiting(NO_KEY, tells=True)
    remote = provider.read_checkout(payment)
    if remote is None:
        raise Waiting(NO_ORDER, tells=True)
    unpaid = replace(remote, paid_at=None, payment_reference=payment.external_id)
    order, _ = capture_order(connection, unpaid)
    if order is None:
        raise Ignored("It was a test.")
    return order


def problem_of(order: Order, payment: Payment) -> str:
    """Why a payment cannot be the one for this order, as a sentence; empty if it can."""
    if payment.currency.upper() != order.currency.upper():
        return f"It was paid in {payment.currency}, the order is in {order.currency}."
    if payment.amount != order.total:
        paid, owed = (say_money(one, order.currency) for one in (payment.amount, order.total))
        return f"{paid} was paid, {owed} is owed."
    return ""


def mark_paid(order: Order, payment: Payment, actor: str) -> None:
    """Paid, once: its lines may go to partners who wait for that. The order is locked.

    One that another payment had put on hold goes on.
    """
    paid = {"paid_at": payment.at, "payment_reference": payment.external_id[:200]}
    if order.payment_problem:
        paid |= {"payment_problem": "", "held_at": None}
        close_alert(f"payment:{order.pk}")
    Order.objects.filter(pk=order.pk, paid_at=None).update(**paid)
    order.refresh_from_db()
    told: dict[str, Any] = {"payment": payment.external_id}
    told["amount"] = say_money(payment.amount, payment.currency)
    record(order, "paid", "Paid.", actor=actor, **told)
    if order.canceled_at is None:
        assign_order(order)
        tell_customer(order, "order.confirmed")
    follow_refund(order)
    refresh_status(order)


def _paid_already(order: Order, payment: Payment) -> None:
    """The same payment again says nothing new; another one is a person's to look at."""
    if not order.payment_reference:
        order.payment_reference = payment.external_id[:200]
        order.save(update_fields=["payment_reference"])
    told = OrderEvent.objects.filter(order=order, kind__in=["paid", "paid_twice"])
    named = [one.data.get("payment") for one in told]
    if payment.external_id in named or not any(named):
        return
    what, name = say_money(payment.amount, payment.currency), payment.external_id
    said = f"It was paid once more: {what}, payment {name}."[:500]
    record(order, "paid_twice", said, level=ERROR, payment=name, amount=what)
    advice = "Look at both payments, and pay one back in the payment service."
    title = f"{order} was paid twice"
    raise_alert(f"paid_twice:{order.pk}:{payment.external_id}", "payment", title, advice, order)


def _hold(order: Order, payment: Payment, problem: str) -> None:
    """Nothing is sent for a payment that does not fit, until a person looked at it."""
    same = {"payment_problem": problem, "payment_reference": payment.external_id[:200]}
    if not Order.objects.filter(pk=order.pk).exclude(**same).update(**same):
        return
    hold_order(order, None, problem)
    record(order, "payment_mismatch", problem, level=ERROR)
    refresh_status(order)
    title, advice = f"The payment of {order} does not fit", f"{problem} Open the order and decide."
    raise_alert(f"payment:{order.pk}", "payment", title, advice, order)


def take_failed(connection: Connection, payment: Payment) -> Order:
    """A try that failed; the customer may try again. Raises Ignored for an order we do not have."""
    order = order_of(connection, payment)
    if order is None:
        raise Ignored("It failed, and no order here is the one it was for.")
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        said = f"A payment failed: {payment.reason or 'no reason was given'}"
        level = OrderEvent.Level.INFO if order.paid_at else ERROR
        record(order, "payment_failed", said[:500], level=level, actor=connection.name)
    return order


def take_disputed(connection: Connection, payment: Payment) -> Order:
    """The customer's bank asks for the money. Raises Waiting for an order we do not have yet."""
    order = order_of(connection, payment)
    if order is None:
        raise Waiting(NO_ORDER, tells=True)
    with transaction.atomic():
        what, why = say_money(payment.amount, payment.currency), sentence(payment.reason)
        told: dict[str, Any] = {"payment": payment.external_id, "amount": what}
        told["reason"] = why[:200]
        said = f"Disputed: {what}. {why}".strip()[:500]
        record(order, "disputed", said, level=ERROR, actor=connection.name, **told)
        advice = "Answer it in the payment service before its deadline; hold what was not sent."
        raise_alert(
            f"dispute:{order.pk}:{payment.external_id}",
            "payment",
            f"The payment of {order} is disputed",
            advice,
            order,
        )
    return order
