"""Money that went back, disputes, and what is decided about a canceled order that was paid."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.models import Alert
from integrations.services.webhooks import Waiting
from orders.models import OrderEvent
from orders.services.approving import cancel_order
from orders.services.payments import take_disputed, take_paid
from orders.services.refund_decisions import left_to_refund, note_refund
from orders.services.refunds import refuse_payment, take_refunded
from tests.orders.builders import make_partner
from tests.orders.editing import Customer
from tests.orders.paying import kinds, order, payment, stripe, warehouse
from tests.orders.steps import place

pytestmark = pytest.mark.django_db
__all__ = ["order", "stripe", "warehouse"]


def refunded(stripe, order, amount):
    word = payment(status="refunded", refunded=Decimal(amount))
    return take_refunded(stripe, order, word)


def test_refunds_are_set_never_added_and_never_lowered(order, stripe):
    take_paid(stripe, payment())
    for amount in ("30", "30", "48", "30"):
        refunded(stripe, order, amount)
    order.refresh_from_db()
    assert order.refunded_total == 48
    assert kinds(order).count("refunded") == 2


def test_a_second_payment_paid_back_is_not_the_orders_refund(order, stripe):
    take_paid(stripe, payment())
    take_paid(stripe, payment(external_id="pi_2"))
    back = payment(external_id="pi_2", status="refunded", refunded=Decimal(20))
    for word in (back, back, replace(back, refunded=Decimal(48))):
        take_refunded(stripe, order, word)
    order.refresh_from_db()
    assert (order.refunded_total, order.held_at, order.status) == (0, None, "paid")
    said = OrderEvent.objects.filter(order=order, kind="refunded_other").order_by("pk")
    assert [one.data["refunded"] for one in said] == ["20", "48"]
    assert not Alert.objects.filter(kind="payment", closed_at=None).exists()


def test_a_payment_that_was_not_for_it_is_paid_back_without_a_word_about_its_total(
    order, stripe, user
):
    take_paid(stripe, payment(amount=Decimal(50)))
    refuse_payment(order, user)
    take_refunded(stripe, order, payment(amount=Decimal(50), refunded=Decimal(50)))
    order.refresh_from_db()
    assert (order.refunded_total, kinds(order).count("refunded_other")) == (0, 1)
    take_paid(stripe, payment(external_id="pi_2"))
    order.refresh_from_db()
    assert (order.payment_reference, left_to_refund(order)) == ("pi_2", 0)


def test_a_refund_in_another_currency_is_told_and_not_counted(order, stripe):
    take_paid(stripe, payment())
    take_refunded(stripe, order, payment(currency="EUR", refunded=Decimal(48)))
    order.refresh_from_db()
    assert (order.refunded_total, kinds(order).count("refunded_other")) == (0, 1)


def test_a_full_refund_before_sending_keeps_everything_here(order, stripe):
    take_paid(stripe, payment())
    refunded(stripe, order, "48")
    order.refresh_from_db()
    assert (order.attention, order.held_at is not None) == ("on_hold", True)
    assert not order.lines.get().parts.get().partner_order
    assert not Alert.objects.filter(kind="refund").exists()


def test_a_full_refund_after_sending_is_an_alert(own_store, stripe, system, user):
    straight = make_partner("straight", dispatch="immediate", ship_to="customer")
    customer = Customer(own_store, straight, 1)
    place(partner=straight)
    refunded(stripe, customer.order, "24")
    assert Alert.objects.get(kind="refund").title.endswith("was paid back, and a partner has it")


def test_a_refund_that_comes_before_its_order_waits(stripe):
    with pytest.raises(Waiting):
        refunded(stripe, None, "10")


def test_a_dispute_is_an_alert_and_moves_nothing(order, stripe):
    take_paid(stripe, payment())
    take_disputed(stripe, payment(status="disputed", reason="fraudulent"))
    order.refresh_from_db()
    assert (order.status, order.held_at) == ("paid", None)
    assert Alert.objects.get(kind="payment").title == "The payment of #1001 is disputed"


def test_a_canceled_order_that_was_paid_waits_for_a_decision_about_the_money(order, stripe, user):
    take_paid(stripe, payment())
    refunded(stripe, order, "8")
    cancel_order(order, user, "The customer asked.")
    order.refresh_from_db()
    assert left_to_refund(order) == Decimal(40)
    alert = Alert.objects.get(kind="refund", closed_at=None)
    assert alert.title == "#1001 is canceled: decide about 40.00 USD"
    assert note_refund(order, user, "Store credit.")
    assert not note_refund(order, user, "Again.")
    order.refresh_from_db()
    assert (left_to_refund(order), order.refund_decided_by) == (0, user)
    assert not Alert.objects.filter(kind="refund", closed_at=None).exists()


def test_the_decision_ends_when_all_of_it_went_back(order, stripe, user):
    take_paid(stripe, payment())
    cancel_order(order, user, "")
    assert Alert.objects.filter(kind="refund", closed_at=None).exists()
    refunded(stripe, order, "48")
    assert not Alert.objects.filter(kind="refund", closed_at=None).exists()
