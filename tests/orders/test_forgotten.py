"""Forgetting a customer, proven: the database is dumped and searched for them."""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from integrations.models import InboundEvent
from integrations.redaction import RedactSecrets
from integrations.services.webhooks import handle, replay
from orders.models import Notification, Order, OrderContact, PrivacyRequest, Shipment
from orders.services.notifications import send_again
from orders.services.privacy import forget_old
from orders.tasks import look_after_privacy, redact
from tests.orders.builders import make_own_store
from tests.orders.marked import (
    EMAIL,
    ORDER_ID,
    ask,
    dump,
    fill,
    give_secret,
    is_there,
    odd_bodies,
    order_body,
    parcel_body,
    post,
    redact_body,
    tell,
    where_stored,
)

EVERYWHERE = {
    "orders_ordercontact.email",
    "orders_ordercontact.name",
    "orders_ordercontact.phone",
    "orders_ordercontact.street1",
    "orders_order.note",
    "orders_notification.recipient",
    "orders_orderevent.message",
    "orders_orderevent.data",
    "integrations_inboundevent.body",
    "integrations_inboundevent.error",
    "integrations_alert.title",
    "integrations_alert.advice",
    "integrations_apicall.path",
    "integrations_syncchange.message",
    "integrations_syncrun.error",
    "integrations_syncrun.params",
    "django_admin_log.change_message",
    "django_q_task.result",
    "django_session.session_data",
}


@pytest.fixture
def store(db):
    return give_secret(make_own_store())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_after_redaction_nothing_of_the_customer_is_in_any_table_or_in_a_dump():
    store = give_secret(make_own_store())
    order = fill(store)
    assert where_stored() >= EVERYWHERE  # the search finds them where they are
    assert is_there(dump())

    request = ask(store)

    assert (request.status, request.outcome) == ("done", "Everything about them was deleted.")
    assert where_stored() == set()
    assert not is_there(dump())
    order.refresh_from_db()
    line = order.lines.get()
    assert (order.total, order.status, line.sku, line.price) == (24, "shipped", "SKU-1", 24)
    contact = order.contact
    assert (contact.name, contact.email, contact.zip, contact.country) == ("Redacted", "", "", "US")
    assert order.events.filter(message="Redacted called.").exists()


def test_a_mail_to_a_forgotten_customer_is_never_sent_again(store):
    fill(store)
    assert len(mail.outbox) == 1
    ask(store)
    row = Notification.objects.get()
    assert (row.recipient, row.subject, row.body) == (f"redacted-{row.pk}", "Redacted", "")
    assert not send_again(row)
    assert len(mail.outbox) == 1


def test_later_news_do_not_bring_the_customer_back(store):
    fill(store)
    ask(store)
    news = order_body(updated_at="2026-11-25T08:00:00Z", cancel_reason="customer")
    row = tell(store, "orders/updated", news)
    assert (row.status, bytes(row.body)) == ("done", b"")
    assert row.forgotten_at is not None
    assert tell(store, "fulfillments/update", parcel_body(), "again").status == "done"
    assert where_stored() == set()
    assert replay([row]) == (
        0, [(row, "Its content was deleted: a customer asked to be forgotten.")],
    )  # fmt: skip


def test_what_could_not_be_read_is_wiped_in_the_night(store):
    fill(store)
    ask(store)
    for body in odd_bodies()[:3]:
        handle(post(store, "orders/edited", body).pk, sleep=lambda seconds: None)
    assert where_stored() == {"integrations_inboundevent.body"}
    assert look_after_privacy()["late bodies"] == 3
    assert where_stored() == set()


def test_redaction_is_harmless_when_repeated_in_every_way(store):
    fill(store)
    first = ask(store)
    was = OrderContact.objects.get().redacted_at
    redact(first.pk)
    tell(store, "customers/redact", redact_body(), "second delivery")
    redact(PrivacyRequest.objects.latest("pk").pk)
    assert list(PrivacyRequest.objects.values_list("status", flat=True)) == ["done", "done"]
    assert OrderContact.objects.get().redacted_at == was
    assert Order.objects.get().events.filter(kind="redacted").count() == 1
    assert where_stored() == set()


def test_other_customers_keep_their_names(store):
    fill(store)
    other = order_body(ORDER_ID + 1, email="bo@other.example", phone="+15550100000")
    other["shipping_address"] = other["shipping_address"] | {
        "name": "Bo Other", "first_name": "Bo", "last_name": "Other", "phone": "", "address1": "1 A"
    }  # fmt: skip
    other |= {"billing_address": other["shipping_address"], "note": "", "contact_email": ""}
    tell(store, "orders/create", other)
    ask(store)
    kept = OrderContact.objects.get(email="bo@other.example")
    assert (kept.name, kept.street1, kept.redacted_at) == ("Bo Other", "1 A", None)
    assert b"Bo Other" in bytes(InboundEvent.objects.filter(topic="orders/create").last().body)


def test_another_order_of_the_same_customer_is_found_by_their_address(store):
    fill(store)
    second = order_body(ORDER_ID + 1, cancelled_at="2026-11-19T09:00:00Z", email=EMAIL.upper())
    tell(store, "orders/create", second)
    ask(store)
    assert OrderContact.objects.filter(redacted_at=None).count() == 0


def test_capture_and_redaction_log_nothing_of_the_customer(store, caplog):
    caplog.set_level(logging.DEBUG)
    fill(store)
    ask(store)
    written = RedactSecrets()
    for one in caplog.records:
        if one.name not in ("django.db.backends", "factory"):
            written.filter(one)
            assert not is_there(one.getMessage().encode())


# --- an order under way ---


def test_an_order_under_way_keeps_its_customer_until_it_shipped(store):
    tell(store, "orders/create", order_body())
    request = ask(store)
    assert (request.status, request.outcome) == (
        "open", "1 of their orders did not ship yet: deleted after that."
    )  # fmt: skip
    assert OrderContact.objects.get().email == EMAIL
    tell(store, "fulfillments/create", parcel_body())
    redact(request.pk)
    request.refresh_from_db()
    assert request.status == "done"
    assert where_stored() == set()


def test_at_the_latest_three_days_before_the_end_it_is_held_and_forgotten(store):
    tell(store, "orders/create", order_body())
    request = ask(store)
    PrivacyRequest.objects.update(due_on=timezone.now().date() + timedelta(days=4))
    redact(request.pk)
    assert OrderContact.objects.get().redacted_at is None
    PrivacyRequest.objects.update(due_on=timezone.now().date() + timedelta(days=3))
    redact(request.pk)
    request.refresh_from_db()
    order = Order.objects.get()
    assert request.status == "done"
    assert order.held_at is not None
    assert OrderContact.objects.get().name == "Redacted"
    assert where_stored() == set()


def test_an_order_that_comes_in_after_its_customer_left_is_forgotten_in_the_night(store):
    assert ask(store).status == "done"
    tell(store, "orders/create", order_body(cancelled_at="2026-11-19T09:00:00Z"))
    assert OrderContact.objects.get().email == EMAIL
    assert look_after_privacy()["late orders"] == 1
    assert where_stored() == set()


# --- a whole store, and the others ---


def test_a_store_that_left_has_all_its_customers_forgotten(store):
    tell(store, "orders/create", order_body(cancelled_at="2026-11-19T09:00:00Z"))
    tell(store, "orders/create", order_body(ORDER_ID + 1, cancelled_at="2026-11-19T09:00:00Z"))
    type(store).objects.filter(pk=store.pk).update(status="archived")
    request = ask(store, {"shop_id": 1, "shop_domain": store.account}, "shop/redact")
    assert request.status == "done"
    assert where_stored() == set()
    assert Order.objects.count() == 2


def test_half_a_year_after_its_end_an_order_forgets_its_customer(store):
    tell(store, "orders/create", order_body())
    tell(store, "fulfillments/create", parcel_body())
    shipped = Shipment.objects.get().shipped_at
    assert forget_old(shipped + timedelta(days=179)) == 0
    assert OrderContact.objects.get().email == EMAIL
    assert forget_old(shipped + timedelta(days=181)) == 1
    assert OrderContact.objects.get().email == ""
    assert forget_old(shipped + timedelta(days=181)) == 0


def test_an_order_that_never_ended_keeps_its_customer(store):
    tell(store, "orders/create", order_body())
    assert forget_old(timezone.now() + timedelta(days=900)) == 0
