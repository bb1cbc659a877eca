"""Publishing a parcel and mailing it: once each, whatever breaks."""

import smtplib
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from integrations.errors import Duplicate, NotAuthorized, Rejected, Retryable, Unconfirmed
from integrations.models import Alert, Connection
from integrations.providers.base import PublishesShipments
from integrations.services import breaker
from orders.models import Notification, Order, Shipment
from orders.services import publishing
from orders.services.center import ship_to_customer
from orders.services.due import recover_notifications
from orders.services.notifications import notify, send, suppress
from orders.services.publishing import publish
from tests.orders.builders import make_order, make_variant

pytestmark = pytest.mark.django_db


class Store(PublishesShipments):
    """Our store; `script` holds what the next publishing calls raise, or ("after", error)."""

    def __init__(self):
        self.script, self.published, self.looked = [], [], 0

    def publish_shipment(self, shipment):
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        self.published.append(shipment)
        if isinstance(step, tuple):
            raise step[1]
        return "gid://shopify/Fulfillment/7"

    def find_shipment(self, shipment):
        self.looked += 1
        return "gid://shopify/Fulfillment/7" if self.published else None


@pytest.fixture
def store(monkeypatch):
    playing = Store()
    monkeypatch.setattr(publishing, "provider_for", lambda connection: playing)
    return playing


@pytest.fixture
def shipment(own_store, db):
    order = make_order(own_store, make_variant("MUG-1").sku)
    return ship_to_customer(order, User.objects.create_user("mia"), "USPS", "9400")


def again(shipment):
    Shipment.objects.filter(pk=shipment.pk).update(retry_at=timezone.now())
    publish(Shipment.objects.get(pk=shipment.pk))
    return Shipment.objects.get(pk=shipment.pk)


def test_it_is_published_once_with_the_channels_line_ids(shipment, store):
    publish(shipment)
    publish(shipment)

    row = Shipment.objects.get()
    assert (row.publish_status, row.published_ref) == ("published", "gid://shopify/Fulfillment/7")
    assert store.published[0].lines == ((row.lines.get().order_line.external_id, 1),)
    assert (len(store.published), store.looked) == (1, 0)


def test_a_lost_answer_is_looked_up_and_not_repeated(shipment, store):
    store.script = [("after", Unconfirmed("Lost."))]

    publish(shipment)
    assert Shipment.objects.get().publish_status == "unconfirmed"
    assert again(shipment).publish_status == "published"
    assert len(store.published) == 1


def test_a_lost_answer_without_effect_is_sent_after_looking(shipment, store):
    store.script = [Unconfirmed("Lost.")]

    publish(shipment)

    assert again(shipment).publish_status == "published"
    assert (store.looked, len(store.published)) == (1, 1)


def test_a_busy_store_is_asked_later(shipment, store):
    store.script = [Retryable("Busy.", retry_after=30)]

    publish(shipment)

    row = Shipment.objects.get()
    assert row.publish_status == "pending"
    assert row.retry_at > timezone.now() + timedelta(seconds=20)


def test_a_store_that_is_left_alone_is_told_later_and_no_attempt_counts(shipment, store, own_store):
    now = timezone.now()
    for _ in range(3):
        breaker.record_failed(own_store.pk, now, now)

    publish(shipment)

    row = Shipment.objects.get()
    assert (row.publish_status, row.attempts, row.lease_until) == ("pending", 0, None)
    assert (store.published, store.looked) == ([], 0)

    Connection.objects.filter(pk=own_store.pk).update(paused_until=timezone.now())
    publish(Shipment.objects.get())
    assert Shipment.objects.get().publish_status == "published"


def test_units_fulfilled_with_another_parcel_are_for_a_person(shipment, store):
    store.script = [Duplicate("Already fulfilled.")]

    publish(shipment)

    assert Shipment.objects.get().publish_status == "failed"
    assert "another parcel" in Alert.objects.get(kind="publish").advice


def test_a_refused_parcel_of_a_canceled_order_is_explained_by_that(shipment, store):
    Order.objects.update(canceled_at=timezone.now())
    store.script = [Duplicate("Nothing is open.")]

    publish(Shipment.objects.get())

    row, number = Shipment.objects.get(), Order.objects.get().number
    assert row.error == f"{number} was canceled in the store: it takes no parcel any more."
    advice = Alert.objects.get(kind="publish").advice
    assert advice.startswith(row.error)
    assert "Mark it as fulfilled" not in advice


def test_a_refusal_is_said_once(shipment, store):
    store.script = [Rejected("The order is archived.")]

    publish(shipment)
    publish(shipment)

    assert Alert.objects.get(kind="publish").count == 1
    assert store.published == []


def test_refused_credentials_keep_it_waiting(shipment, store, own_store):
    store.script = [NotAuthorized("Revoked.")]

    publish(shipment)

    assert Shipment.objects.get().publish_status == "pending"
    own_store.refresh_from_db()
    assert own_store.status == "needs_attention"


def test_a_worker_that_died_while_publishing_is_followed_by_a_look(shipment, store):
    row = Shipment.objects.get()
    publishing._claim(row, timezone.now())
    store.published.append("told before it died")

    publish(row, timezone.now() + timedelta(seconds=91))

    assert Shipment.objects.get().publish_status == "published"
    assert len(store.published) == 1


def test_the_mail_goes_once_to_the_customer(shipment):
    row = Notification.objects.get()

    assert send(row) is True
    assert send(Notification.objects.get()) is False

    assert [m.to for m in mail.outbox] == [["dana.petrov@customer.example"]]
    assert "9400" in mail.outbox[0].body
    notify(shipment.order, "shipment.shipped", shipment)
    assert Notification.objects.count() == 1


def test_a_mail_server_out_of_reach_is_tried_again(shipment, monkeypatch):
    def refuse(self):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "open", refuse)

    send(Notification.objects.get())

    row = Notification.objects.get()
    assert (row.status, row.attempts) == ("queued", 1)
    assert row.retry_at > timezone.now()


def test_a_lost_answer_of_the_mail_server_is_never_sent_again_by_itself(shipment, monkeypatch):
    def lose(self, messages):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(EmailBackend, "send_messages", lose)

    send(Notification.objects.get())

    assert Notification.objects.get().status == "unknown"


def test_a_mail_whose_worker_died_is_unknown(shipment):
    Notification.objects.update(status="sending", lease_until=timezone.now() - timedelta(seconds=1))

    assert recover_notifications(timezone.now()) == 1
    assert Alert.objects.get(kind="notification").closed_at is None
    assert Notification.objects.get().status == "unknown"


def test_a_parcel_that_ends_its_worker_every_time_is_for_a_person(shipment, store):
    later = timezone.now()
    for _ in range(5):
        assert publishing._claim(Shipment.objects.get(), later)
        later += timedelta(seconds=91)

    publish(Shipment.objects.get(), later)

    assert Shipment.objects.get().publish_status == "failed"
    assert (store.published, store.looked) == ([], 0)
    assert "stopped every time" in Alert.objects.get(kind="publish").advice


def test_an_outage_of_the_store_is_tried_for_as_long_as_it_lasts(shipment, store):
    store.script = [Retryable("It does not answer.") for _ in range(9)]
    for _ in range(9):
        assert again(shipment).publish_status == "pending"

    assert again(shipment).publish_status == "published"


def test_mails_that_failed_are_one_alert_until_somebody_decides(shipment, monkeypatch):
    def lose(self, messages):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(EmailBackend, "send_messages", lose)
    send(Notification.objects.get())

    alert = Alert.objects.get(kind="notification")
    assert (alert.closed_at, "dana" in alert.title + alert.advice) == (None, False)
    assert suppress(Notification.objects.get())
    assert not Alert.objects.filter(kind="notification", closed_at=None).exists()
