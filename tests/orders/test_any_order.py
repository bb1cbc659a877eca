"""Webhooks out of order, repeated and at the same moment: the end is the same, and done once."""

import itertools
import json

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from catalog.models import Partner
from integrations.models import Alert, Connection, InboundEvent
from integrations.services.webhooks import handle, replay
from orders.models import Notification, Order, OrderEvent, PartnerOrder, Submission
from orders.services.closing import close_and_submit
from orders.services.submission import submit
from tests.orders.builders import (
    make_order,
    make_own_store,
    make_partner,
    make_variant,
    set_center_address,
)
from tests.orders.marked import give_secret, order_body, parcel_body, post, tell
from tests.threads import at_once


def at(hour: int, **fields):
    """The order as it was at this hour."""
    return order_body(updated_at=f"2026-11-20T{hour:02}:00:00Z", **fields)


CREATED = ("orders/create", at(8, financial_status="pending"))
PAID = ("orders/updated", at(9))
SHIPPED = ("fulfillments/create", parcel_body())
CANCELED = ("orders/cancelled", at(10, cancelled_at="2026-11-20T10:00:00Z"))


@pytest.fixture
def store(db):
    return give_secret(make_own_store())


def settle_all() -> None:
    """Workers go on until nothing waits any more."""
    for event in InboundEvent.objects.filter(status="waiting").order_by("pk"):
        replay([event])
        handle(event.pk)


@pytest.mark.parametrize("order", [*itertools.permutations([CREATED, PAID, SHIPPED])])
def test_created_paid_and_shipped_end_alike_in_every_order(store, order):
    for topic, body in order:
        tell(store, topic, body)
    settle_all()
    row = Order.objects.get()
    assert (row.status, row.paid_at is not None, row.shipments.count()) == ("shipped", True, 1)
    assert not InboundEvent.objects.exclude(status="done").exists()


@pytest.mark.parametrize("order", [*itertools.permutations([CREATED, PAID, CANCELED])])
def test_a_cancellation_stays_whatever_comes_after_it(store, order):
    for topic, body in order:
        tell(store, topic, body)
    row = Order.objects.get()
    assert row.status == "canceled"
    assert row.source_version.hour == 10


def test_paid_before_created_is_one_paid_order(store):
    tell(store, *PAID)
    tell(store, *CREATED)
    assert Order.objects.get().paid_at is not None


def test_a_late_older_version_changes_nothing(store):
    tell(store, "orders/updated", at(12, note="third"))
    tell(store, "orders/updated", at(11, note="second"))
    assert Order.objects.get().note == "third"


def test_a_creation_that_comes_late_undoes_no_change_of_the_same_second(store):
    tell(store, "orders/updated", at(8, note="changed"))
    tell(store, "orders/create", at(8, note="as it was"))
    assert Order.objects.get().note == "changed"


def test_a_correction_back_to_an_earlier_value_is_not_taken_for_a_repeat(store):
    """Deliveries are told apart by their own id, never by what they say."""
    said = [("first", "a"), ("second", "b"), ("first", "c")]
    for hour, (note, delivery) in enumerate(said, 8):
        tell(store, "orders/updated", at(hour, note=note), delivery)
    assert Order.objects.get().note == "first"
    same = json.dumps(at(20)).encode()
    post(store, "orders/updated", same, "d")
    post(store, "orders/updated", same, "e")
    assert InboundEvent.objects.count() == 5


def test_a_webhook_replayed_often_has_one_effect(store):
    row = tell(store, *CREATED)
    events = OrderEvent.objects.count()
    for _ in range(20):
        replay([row])
        handle(row.pk)
    assert Order.objects.count() == 1
    assert OrderEvent.objects.count() == events


def test_a_job_that_ran_is_not_a_job_that_worked(store, monkeypatch):
    """The queue calls it a success; the row says what became of it, and so does an alert."""

    def fail(*given, **more):
        raise RuntimeError("broken")

    monkeypatch.setattr("orders.webhooks.capture_order", fail)
    row = tell(store, *CREATED)
    statuses = [row.status]
    while statuses[-1] == "received" and len(statuses) < 10:
        InboundEvent.objects.update(retry_at=timezone.now())
        statuses.append(handle(row.pk, sleep=lambda seconds: None))
    assert statuses == ["received"] * 5 + ["failed"]
    assert Alert.objects.get().kind == "webhook"
    assert not Order.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_five_deliveries_of_one_order_at_once_are_one_order():
    store = give_secret(make_own_store())
    body = json.dumps(CREATED[1]).encode()
    rows = [post(store, "orders/create", body, f"d{number}") for number in range(5)]

    def work(index):
        try:
            return handle(rows[index].pk, sleep=lambda seconds: None)
        finally:
            connection.close()

    assert set(at_once(5, work)) == {"done"}
    assert Order.objects.count() == 1
    assert OrderEvent.objects.filter(kind="captured").count() == 1


# --- uninstalled while orders are under way ---


def test_orders_for_a_store_that_removed_our_app_wait_and_do_not_fail(store, system):
    partner = Partner.objects.get(code="bluedoor")
    make_order(store, make_variant(partner=partner).sku)
    submission = close_and_submit(PartnerOrder.objects.get())
    give_secret(partner.connection)
    assert tell(partner.connection, "app/uninstalled", {"id": 1}).status == "done"
    submission = Submission.objects.get(pk=submission.pk)
    submit(submission, sleep=lambda seconds: None)
    assert system.pushed == []
    assert Submission.objects.get().status == "pending"

    Connection.objects.filter(pk=partner.connection.pk).update(status="active")
    submit(Submission.objects.get(), sleep=lambda seconds: None)
    assert Submission.objects.get().status == "submitted"
    assert len(system.pushed) == 1


# --- a replay that mails nobody ---


def customer_bound(store):
    set_center_address()
    partner = make_partner(ship_to="customer", dispatch="immediate")
    give_secret(partner.connection)
    return partner, make_order(store, make_variant(partner=partner).sku)


@pytest.mark.parametrize(
    ("quiet", "status", "jobs"), [(False, "queued", 1), (True, "suppressed", 0)]
)
def test_a_parcel_told_by_a_quiet_replay_mails_nobody(store, quiet, status, jobs):
    _, order = customer_bound(store)
    placed = PartnerOrder.objects.get()
    PartnerOrder.objects.update(
        status="submitted", external_id="gid://shopify/Order/77001122", closed_at=timezone.now()
    )
    line = placed.lines.get()
    body = parcel_body(77001122)
    body["line_items"] = [{"id": 1, "sku": line.variant.sku.rsplit("-", 1)[-1], "quantity": 1}]
    row = post(placed.connection, "fulfillments/create", json.dumps(body).encode())
    OrmQ.objects.all().delete()
    replay([row], quiet=quiet)
    assert handle(row.pk) == "done"
    assert Notification.objects.get().status == status
    sent = [job for job in OrmQ.objects.all() if "notification" in job.task["func"]]
    assert len(sent) == jobs
    assert order.shipments.count() == 1
