"""What a customer is mailed about an order, once each, and what their store mails itself."""

import pytest
from django.core import mail
from django.utils import timezone

from integrations.types import OrderState
from orders.models import Notification, PartnerOrder
from orders.services.approving import cancel_order
from orders.services.capture import capture_order
from orders.services.notifications import send
from orders.services.partner_news import take_state
from orders.services.payments import take_paid
from tests.orders.builders import (
    channel_line,
    channel_order,
    make_connection,
    make_partner,
    make_variant,
)
from tests.orders.steps import place
from tests.orders.test_payments import payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(db):
    """A channel that mails nobody: a payment service's checkout."""
    return make_connection("stripe", "stripe")


@pytest.fixture
def warehouse(partner, system):
    return make_partner("straight", dispatch="immediate", ship_to="customer", trigger="paid")


def buy(channel, warehouse, **fields):
    sku = make_variant("MUG", warehouse).sku
    order, _ = capture_order(channel, channel_order([channel_line(sku, 2, title="Mug")], **fields))
    return order


def events() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("event", flat=True))


def says(placed, status) -> None:
    take_state(placed.connection, OrderState(placed.external_id, status, status))


def test_a_paid_checkout_is_confirmed_once(checkout, warehouse):
    order = buy(checkout, warehouse, number="S-1")
    assert events() == ["order.confirmed"]
    row = Notification.objects.get()
    assert row.subject == "We have your order S-1"
    assert "2 x Mug" in row.body
    assert "Total: 48.00 USD" in row.body
    take_paid(checkout, payment(order_reference="S-1"))
    assert events() == ["order.confirmed"]
    assert order.contact.email == row.recipient


def test_it_is_confirmed_when_it_is_paid_later(checkout, warehouse):
    buy(checkout, warehouse, number="#1001", paid_at=None)
    assert events() == []
    take_paid(checkout, payment())
    assert events() == ["order.confirmed"]


def test_a_store_that_mails_its_customers_is_left_to_it(own_store, warehouse, user):
    order = buy(own_store, warehouse)
    placed = place(partner=warehouse)
    says(placed, "delivered")
    cancel_order(order, user, "")
    assert events() == []


def test_what_is_fetched_is_announced_when_it_is_packed(own_store, warehouse):
    buy(own_store, warehouse, delivery_method="pickup", number="#7")
    placed = place(partner=warehouse)
    says(placed, "picking")
    assert events() == []
    says(placed, "packed")
    says(placed, "packed")
    assert events() == ["order.ready_for_pickup"]
    assert Notification.objects.get().subject == "Your order #7 is ready for pickup"


def test_what_is_shipped_needs_no_word_when_it_is_packed(own_store, warehouse):
    buy(own_store, warehouse)
    says(place(partner=warehouse), "packed")
    assert events() == []


def test_all_of_it_delivered_is_said_once(checkout, warehouse):
    order = buy(checkout, warehouse)
    placed = place(partner=warehouse)
    for _ in range(2):
        take_state(placed.connection, OrderState(placed.external_id, "shipped", "Shipped"))
    Notification.objects.all().delete()
    placed.connection.provider = "extensiv"
    placed.connection.save(update_fields=["provider"])
    says(placed, "delivered")
    order.refresh_from_db()
    assert order.status == "delivered"
    assert "order.delivered" in events()
    assert events().count("order.delivered") == 1


def test_a_canceled_order_is_told_its_end_and_what_is_with_the_money(checkout, warehouse, user):
    order = buy(checkout, warehouse, number="S-2")
    cancel_order(order, user, "The customer asked.")
    row = Notification.objects.get(event="order.canceled")
    assert "You paid 48.00 USD. We write to you about the money separately." in row.body


def test_a_canceled_order_hears_nothing_else(checkout, warehouse, user):
    order = buy(checkout, warehouse, delivery_method="pickup")
    placed = place(partner=warehouse)
    cancel_order(order, user, "")
    says(PartnerOrder.objects.get(pk=placed.pk), "packed")
    assert "order.ready_for_pickup" not in events()


def test_the_mail_goes_out_as_text_and_as_html(checkout, warehouse):
    buy(checkout, warehouse, number="S-1")
    assert send(Notification.objects.get(), timezone.now())
    (sent,) = mail.outbox
    ((html, kind),) = sent.alternatives
    assert kind == "text/html"
    assert "<h1" in html
    assert "2 x Mug" in html
    assert "2 x Mug" in sent.body


def test_a_number_on_two_lines_is_one_line_of_the_subject(checkout, warehouse):
    order = buy(checkout, warehouse, number="S-1\r\nBcc: all@customer.example")
    row = Notification.objects.get()
    assert order.number == "S-1 Bcc: all@customer.example"
    assert row.subject == f"We have your order {order.number}"
    assert send(row)
    assert mail.outbox[0].bcc == []


def test_an_address_no_mail_can_go_to_is_for_a_person(checkout, warehouse):
    buy(checkout, warehouse, number="S-1")
    Notification.objects.update(recipient="dana@customer.example\nBcc: all@customer.example")
    assert not send(Notification.objects.get())
    row = Notification.objects.get()
    assert (row.status, row.error) == (
        "failed",
        "This is no address an e-mail can be sent to.",
    )
    assert mail.outbox == []
