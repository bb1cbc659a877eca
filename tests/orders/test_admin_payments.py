"""What staff see and find of payments: by their id, on the order, and in the right words."""

from decimal import Decimal

import pytest
from django.test import Client

from integrations.models import Connection
from integrations.services.alerts import close_alert
from orders.models import Order, OrderEvent, Shipment
from orders.services.approving import cancel_order
from orders.services.payments import take_disputed, take_paid
from orders.services.refunds import take_refunded
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import NOW
from tests.orders.paying import order, payment, stripe, warehouse
from tests.orders.pressing import page_of, press

pytestmark = pytest.mark.django_db
__all__ = ["order", "stripe", "warehouse"]


@pytest.fixture
def manager(db) -> Client:
    return log_in("Manager")


def show(manager, order) -> str:
    return texts(manager.get(page_of(order)))


def lines_of(order, kind) -> list[str]:
    found = OrderEvent.objects.filter(order=order, kind=kind).order_by("pk")
    return list(found.values_list("message", flat=True))


def sell_by(order, connection: Connection) -> Order:
    """As if it came from this channel."""
    Order.objects.filter(pk=order.pk).update(connection=connection, external_id="cs_1")
    return Order.objects.get(pk=order.pk)


def test_an_order_is_found_by_its_payment(manager, order, stripe):
    take_paid(stripe, payment())

    listed = manager.get("/admin/orders/order/?q=pi_1")
    nobody = manager.get("/admin/orders/order/?q=pi_9")
    box = manager.get("/admin/search/?q=pi_1")  # one hit: it leads there

    assert [row.number for row in listed.context["cl"].result_list] == ["#1001"]
    assert list(nobody.context["cl"].result_list) == []
    assert box.url == page_of(order)


def test_a_lone_hash_finds_no_unpaid_order(manager, order):
    answer = manager.get("/admin/orders/order/?q=%23")

    assert "#1001" in texts(answer)  # by the hash in its number
    Order.objects.update(number="1001")
    answer = manager.get("/admin/orders/order/?q=%23")
    assert list(answer.context["cl"].result_list) == []


def test_the_history_names_each_payment_and_what_went_back_of_it(order, stripe):
    take_paid(stripe, payment())
    take_paid(stripe, payment(external_id="pi_2", amount=Decimal(25)))
    take_refunded(stripe, order, payment(refunded=Decimal(10)))
    take_refunded(stripe, order, payment(external_id="pi_2", refunded=Decimal(5)))

    assert lines_of(order, "paid_twice") == ["It was paid once more: 25.00 USD, payment pi_2."]
    assert lines_of(order, "refunded") == ["10.00 USD were paid back so far."]
    [other] = lines_of(order, "refunded_other")
    assert other == (
        "5.00 USD of payment pi_2 were paid back so far. It is not the payment that paid this "
        "order."
    )


def test_a_second_payment_stands_above_the_order_until_its_alert_is_closed(manager, order, stripe):
    take_paid(stripe, payment())
    take_paid(stripe, payment(external_id="pi_2", amount=Decimal(25)))

    html = show(manager, order)

    assert "It was paid twice." in html
    assert "First 48.00 USD (payment pi_1), then 25.00 USD (payment pi_2)." in html
    assert "pay one back in the payment service." in html
    close_alert(f"paid_twice:{order.pk}:pi_2")
    assert "It was paid twice." not in show(manager, order)


def test_amounts_nobody_kept_are_left_out(manager, order, stripe):
    take_paid(stripe, payment())
    take_paid(stripe, payment(external_id="pi_2"))
    for event in OrderEvent.objects.filter(kind="paid"):
        event.data.pop("amount")
        event.save()

    assert "First payment pi_1, then 48.00 USD (payment pi_2)." in show(manager, order)


def test_a_dispute_stands_above_the_order_with_its_reason_and_the_payment(manager, order, stripe):
    take_paid(stripe, payment())
    why = "The customer says that they did not make this payment."
    take_disputed(stripe, payment(status="disputed", reason=why))
    known = {"account": "acct_1QfCrossdock", "settings": {"account": "acct_1QfCrossdock"}}
    Connection.objects.filter(pk=stripe.pk).update(**known)

    html = show(manager, order)

    assert "The payment is disputed: 48.00 USD." in html
    assert f"{why} Answer it in the payment service before its deadline" in html
    assert "Open the payment" in html
    assert "/payments/pi_1" in html
    assert lines_of(order, "disputed") == [f"Disputed: 48.00 USD. {why}"]
    close_alert(f"dispute:{order.pk}:pi_1")
    assert "is disputed" not in show(manager, order)


def test_the_dispute_of_another_order_is_not_shown(manager, order, stripe):
    take_paid(stripe, payment())
    take_disputed(stripe, payment(status="disputed"))
    other = Order.objects.get(pk=order.pk)
    other.pk, other.number, other.external_id = int(f"{order.pk}1"), "#1002", "other"
    other.save(force_insert=True)

    assert "is disputed" not in show(manager, other)


def test_an_order_of_a_payment_service_speaks_of_no_store(manager, order, stripe):
    take_paid(stripe, payment())
    order = sell_by(order, stripe)
    html = show(manager, order)
    assert f"{stripe} is not told: refund it there." in html

    answer = press(manager, order, "cancel", reason="Fraud.")

    assert said(answer) == ["#1001 is canceled here. Refund it in the payment service."]


def test_an_order_of_a_store_is_canceled_there_as_well(manager, order):
    answer = press(manager, order, "cancel", reason="Fraud.")

    assert said(answer) == ["#1001 is canceled here. Cancel it in the store as well."]


def test_a_parcel_of_an_order_of_a_payment_service_has_no_store_to_tell(
    manager, order, stripe, user
):
    parcel = Shipment.objects.create(
        order=order, bound_for="customer", external_id="1", shipped_at=NOW, status="in_transit"
    )
    assert "Not published" in show(manager, order)
    order = sell_by(order, stripe)

    pages = [show(manager, order), texts(manager.get(page_of(parcel)))]
    pages.append(texts(manager.get("/admin/orders/shipment/")))

    assert all("No store to tell" in html for html in pages)
    assert "Not published" not in pages[0] + pages[1]
    assert cancel_order(order, user, "")
