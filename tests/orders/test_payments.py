"""Payments told by a payment service: once paid, held where they do not fit, never taken back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import Alert, InboundEvent
from integrations.providers.base import ReadsCheckouts
from integrations.services.webhooks import Ignored, Waiting, handle
from orders.models import Order, OrderEvent, PartnerOrder
from orders.services import payments
from orders.services.capture import capture_order
from orders.services.payments import order_of, take_failed, take_paid
from orders.services.refunds import accept_payment, refuse_payment
from orders.services.shipments import publishes
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_variant,
)
from tests.orders.paying import kinds, order, payment, stripe, warehouse

pytestmark = pytest.mark.django_db
__all__ = ["order", "stripe", "warehouse"]


class Checkouts(ReadsCheckouts):
    """A payment service whose checkouts can be read, or not."""

    def __init__(self, order=None, can=True):
        self.order, self.can, self.asked = order, can, []

    @property
    def can_read_checkouts(self):
        return self.can

    def read_checkout(self, payment):
        self.asked.append(payment.external_id)
        return self.order


def test_a_payment_pays_its_order_once_and_lets_it_go(order, stripe):
    assert not PartnerOrder.objects.exists()
    for _ in range(3):
        take_paid(stripe, payment())
    order.refresh_from_db()
    assert (order.paid_at, order.payment_reference, order.status) == (NOW, "pi_1", "paid")
    assert PartnerOrder.objects.get().order == order
    assert kinds(order).count("paid") == 1


def test_it_is_found_by_the_payment_the_checkout_and_the_number(order, stripe, own_store):
    assert order_of(stripe, payment()) == order
    Order.objects.filter(pk=order.pk).update(connection=stripe, external_id="cs_1", number="S-1")
    assert order_of(stripe, payment()) is None
    assert order_of(stripe, payment(checkout_id="cs_1")) == order
    Order.objects.filter(pk=order.pk).update(payment_reference="pi_1")
    assert order_of(own_store, payment()) == order


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"amount": Decimal("12.00")}, "12.00 USD was paid, 48.00 USD is owed."),
        ({"currency": "EUR"}, "It was paid in EUR, the order is in USD."),
    ],
)
def test_another_amount_or_currency_holds_the_order(order, stripe, fields, problem):
    for _ in range(2):
        take_paid(stripe, payment(**fields))
    order.refresh_from_db()
    assert (order.paid_at, order.attention) == (None, "payment_mismatch")
    assert (order.payment_problem, order.held_at is not None) == (problem, True)
    assert not PartnerOrder.objects.exists()
    assert Alert.objects.get(kind="payment", closed_at=None).count == 1


def test_the_right_payment_after_a_wrong_one_lets_it_go(order, stripe):
    take_paid(stripe, payment(amount=Decimal(1)))
    take_paid(stripe, payment(external_id="pi_2"))
    order.refresh_from_db()
    assert (order.attention, order.held_at, order.payment_reference) == ("", None, "pi_2")
    assert PartnerOrder.objects.get().order == order
    assert not Alert.objects.filter(kind="payment", closed_at=None).exists()


def test_staff_accept_a_payment_that_does_not_fit(order, stripe, user):
    take_paid(stripe, payment(amount=Decimal("47.99")))
    assert accept_payment(order, user)
    assert not accept_payment(order, user)
    order.refresh_from_db()
    assert order.paid_at is not None
    assert (order.attention, order.held_at, order.payment_problem) == ("", None, "")
    assert PartnerOrder.objects.get().order == order
    assert not Alert.objects.filter(kind="payment", closed_at=None).exists()


def test_staff_say_that_it_is_for_another_order(order, stripe, user):
    take_paid(stripe, payment(amount=Decimal(1)))
    assert refuse_payment(order, user)
    order.refresh_from_db()
    assert (order.paid_at, order.attention, order.payment_reference) == (None, "on_hold", "")


def test_a_second_payment_is_told_and_changes_nothing(order, stripe):
    take_paid(stripe, payment())
    for _ in range(2):
        take_paid(stripe, payment(external_id="pi_2"))
    order.refresh_from_db()
    assert order.payment_reference == "pi_1"
    assert kinds(order).count("paid_twice") == 1
    assert Alert.objects.get(kind="payment").title == "#1001 was paid twice"


def test_a_failed_payment_is_history_and_never_takes_one_back(order, stripe):
    failed = payment(status="failed", reason="Your card was declined.")
    take_failed(stripe, failed)
    take_paid(stripe, payment())
    take_failed(stripe, failed)
    order.refresh_from_db()
    assert order.paid_at == NOW
    events = OrderEvent.objects.filter(order=order, kind="payment_failed").order_by("pk")
    assert [one.level for one in events] == ["error", "info"]
    assert events[0].message == "A payment failed: Your card was declined."
    with pytest.raises(Ignored):
        take_failed(stripe, payment(external_id="pi_9", order_reference="#9"))


def test_an_unknown_order_is_made_from_its_checkout_and_paid(stripe, warehouse, monkeypatch):
    variant = make_variant("MUG", warehouse)
    remote = channel_order([channel_line(variant.sku, 2)], external_id="cs_9", number="S-CS9")
    service = Checkouts(remote)
    monkeypatch.setattr(payments, "provider_for", lambda connection: service)
    unknown = payment(order_reference="", checkout_id="cs_9")
    order = take_paid(stripe, unknown)
    assert take_paid(stripe, unknown) == order
    order.refresh_from_db()
    assert (order.connection, order.external_id, order.status) == (stripe, "cs_9", "paid")
    assert service.asked == ["pi_1"]
    assert PartnerOrder.objects.get().order == order
    assert not publishes(stripe)


def test_a_checkout_with_another_total_is_captured_and_held(stripe, warehouse, monkeypatch):
    remote = channel_order([channel_line(make_variant("MUG", warehouse).sku)], external_id="cs_9")
    monkeypatch.setattr(payments, "provider_for", lambda connection: Checkouts(remote))
    order = take_paid(stripe, payment(order_reference="", checkout_id="cs_9"))
    order.refresh_from_db()
    assert (order.paid_at, order.attention) == (None, "payment_mismatch")
    assert not PartnerOrder.objects.exists()


@pytest.mark.parametrize("service", [Checkouts(can=False), Checkouts(None)])
def test_without_a_key_or_a_checkout_the_payment_waits(stripe, monkeypatch, service):
    monkeypatch.setattr(payments, "provider_for", lambda connection: service)
    with pytest.raises(Waiting) as caught:
        take_paid(stripe, payment())
    assert caught.value.tells


def waiting_event(stripe, monkeypatch, age) -> InboundEvent:
    row = InboundEvent.objects.create(
        provider="stripe",
        connection=stripe,
        account=stripe.account,
        topic="payment_intent.succeeded",
        dedupe_key="evt_1",
        body=b"{}",
        received_at=timezone.now() - age,
    )

    def dispatch(row):
        return take_paid(stripe, payment())

    monkeypatch.setattr("integrations.services.webhooks._dispatch", dispatch)
    monkeypatch.setattr(payments, "provider_for", lambda connection: Checkouts(can=False))
    handle(row.pk)
    row.refresh_from_db()
    return row


def test_a_payment_that_waits_an_hour_is_an_alert_until_its_order_comes(
    stripe, own_store, warehouse, monkeypatch
):
    assert waiting_event(stripe, monkeypatch, timedelta(minutes=5)).status == "waiting"
    assert not Alert.objects.exists()
    InboundEvent.objects.all().delete()
    row = waiting_event(stripe, monkeypatch, timedelta(minutes=61))
    alert = Alert.objects.get()
    assert "waits for its order" in alert.title
    lines = [channel_line(make_variant("MUG", warehouse).sku, 2)]
    order, _ = capture_order(own_store, channel_order(lines, number="#1001", paid_at=None))
    row.refresh_from_db()
    assert row.retry_at <= timezone.now()
    assert handle(row.pk) == "done"
    order.refresh_from_db()
    alert.refresh_from_db()
    assert (order.status, alert.closed_at is not None) == ("paid", True)


def test_the_store_never_unpays_what_a_payment_paid(order, own_store, stripe):
    take_paid(stripe, payment())
    remote = channel_order([], external_id=order.external_id, number="#1001", paid_at=None)
    capture_order(own_store, replace(remote, version=NOW + timedelta(minutes=1)))
    order.refresh_from_db()
    assert order.paid_at == NOW
