"""Deliveries no honest sender makes: refused or stored, never an error, and never read at once."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import BadResponse
from integrations.models import Connection, InboundEvent
from integrations.providers.shopify.webhooks import TOPICS, read_events
from integrations.services import intake
from integrations.services.ticks import sweep
from integrations.services.webhooks import handle
from integrations.types import Event
from tests.conftest import make_fake
from tests.fakes import FakeProvider, sign
from tests.threads import at_once

HEADERS = {"x-fake-topic": "orders/create", "x-fake-id": "d-1"}
ODD = {
    "deep": b"[" * 100_000,
    "long integer": b'{"id": ' + b"9" * 5000 + b"}",
    "NaN": b'{"total": NaN}',
    "Infinity": b'{"total": 1e999}',
    "NUL": b'{"id": "a\x00b"}',
    "escaped NUL": b'{"id": "\\u0000"}',
    "lone surrogate": b'{"id": "\\ud800"}',
    "duplicate keys": b'{"id": 1, "id": 2}',
    "UTF-16": '{"id": 1}'.encode("utf-16"),
    "BOM": b'\xef\xbb\xbf{"id": 1}',
    "form": b"id=1&email=a%40b.example",
    "gzip": gzip.compress(b'{"id": 1}'),
    "not a mapping": b"null",
}

READABLE = ("escaped NUL", "lone surrogate", "duplicate keys", "Infinity")


@pytest.fixture
def url(fake):
    return f"/hooks/{fake.hook_key}/"


def post(client, url, body, signature=None, **meta):
    headers = {**HEADERS, "x-fake-hmac": sign(body) if signature is None else signature}
    kind = meta.pop("content_type", "application/json")
    return client.post(url, body, content_type=kind, headers=headers, **meta).status_code


@pytest.mark.parametrize("name", ODD)
def test_an_odd_body_is_stored_byte_for_byte_if_signed(client, url, name):
    assert post(client, url, ODD[name], signature="0" * 64) == 401
    assert not InboundEvent.objects.exists()
    assert post(client, url, ODD[name]) == 200
    assert bytes(InboundEvent.objects.get().body) == ODD[name]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("topic", [*TOPICS])
def test_an_odd_body_is_unreadable_to_shopify_and_no_defect(name, topic):
    headers = {"x-shopify-topic": topic}
    takes_anything = topic.startswith(("app/", "customers/", "shop/"))
    needs_an_id = topic.startswith("products/") and name == "duplicate keys"
    if needs_an_id or (takes_anything and name in READABLE):
        assert [type(one) for one in read_events(ODD[name], headers)] == [Event]
    else:
        with pytest.raises(BadResponse):
            read_events(ODD[name], headers)


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", ""],
)
def test_the_content_type_changes_nothing(client, url, kind):
    assert post(client, url, b'{"id": 1}', content_type=kind) == 200
    assert bytes(InboundEvent.objects.get().body) == b'{"id": 1}'


def test_packed_content_is_stored_as_it_was_signed(client, url):
    body = gzip.compress(b'{"id": 1}')
    assert post(client, url, body, HTTP_CONTENT_ENCODING="gzip") == 200
    assert bytes(InboundEvent.objects.get().body) == body


@pytest.mark.parametrize(
    ("length", "status"), [("10485760", 413), ("4", 401), ("0", 401), ("", 401), ("abc", 400)]
)
def test_a_length_that_lies_stores_nothing(client, url, length, status):
    assert post(client, url, b'{"id": 1}', CONTENT_LENGTH=length) == status
    assert not InboundEvent.objects.exists()


def test_a_body_that_breaks_off_is_400(client, url, monkeypatch):
    def broken(self, *given):
        raise OSError("the sender went away")

    monkeypatch.setattr("django.http.request.HttpRequest.read", broken)
    assert post(client, url, b'{"id": 1}') == 400
    assert not InboundEvent.objects.exists()


def test_a_header_sent_twice_is_no_signature(client, url):
    body = b'{"id": 1}'
    assert post(client, url, body, signature=f"{sign(body)},{sign(body)}") == 401
    assert post(client, url, body, signature=sign(body)[:-1]) == 401
    assert not InboundEvent.objects.exists()
    assert Connection.objects.get().rejected_hooks == 2


def test_an_unknown_topic_is_kept_and_ignored_with_the_reason(client, url, listeners):
    assert post(client, url, b'{"id": 1}') == 200
    row = InboundEvent.objects.get()
    assert handle(row.pk) == "ignored"
    row.refresh_from_db()
    assert row.error == "Nothing here listens to orders/create."


# --- many ---


def test_an_answer_needs_no_reading_and_a_handful_of_queries(client, url, monkeypatch):
    def parse(self, body, headers):
        raise AssertionError("read while the sender waits")

    monkeypatch.setattr(FakeProvider, "parse", parse)
    with CaptureQueriesContext(connection) as captured:
        assert post(client, url, b'{"id": 1}') == 200
    assert len(captured) <= 6


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_storm_of_five_hundred_orders_is_stored_whole_and_forgeries_are_not(script):
    row = make_fake()

    def send(number):
        body = f'{{"id": {number % 500}}}'.encode()
        secret = "forged" if number % 10 == 9 and number >= 500 else "fake-app-secret"
        headers = {"x-fake-topic": "t", "x-fake-id": f"d-{number % 500}"}
        headers["x-fake-hmac"] = sign(body, secret)
        try:
            delivery = intake.Delivery(body, headers)
            return intake.receive(row.hook_key, delivery, timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(600)))

    assert (answers.count(200), answers.count(401)) == (590, 10)
    assert InboundEvent.objects.count() == OrmQ.objects.count() == 500
    assert Connection.objects.get().rejected_hooks == 10


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_event_handled_by_ten_workers_at_once_has_one_effect(script, listeners):
    row, effects = make_fake(), []
    listeners["t"] = [lambda event, given: effects.append(given.pk)]
    event = InboundEvent.objects.create(
        provider="fake", connection=row, account=row.account, topic="t", dedupe_key="k",
        body=b"{}", headers={"x-fake-topic": "t"}, received_at=timezone.now(),
    )  # fmt: skip
    at_once(10, lambda index: handle(event.pk))
    event.refresh_from_db()
    assert (effects, event.status, event.attempts) == ([event.pk], "done", 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_wiped_queue_loses_no_webhook(script, client, listeners):
    listeners["orders/create"] = [lambda event, row: None]
    row = make_fake()
    for number in range(20):
        post_one = {"x-fake-id": f"d-{number}", "x-fake-topic": "orders/create"}
        body = f'{{"id": {number}}}'.encode()
        intake.receive(
            row.hook_key,
            intake.Delivery(body, post_one | {"x-fake-hmac": sign(body)}),
            timezone.now(),
        )
    OrmQ.objects.all().delete()
    assert sweep(timezone.now()) == 0  # their jobs may only be a moment late
    assert sweep(timezone.now() + timedelta(minutes=3)) == 20
    for job in OrmQ.objects.all():
        handle(*job.task["args"])
    assert set(InboundEvent.objects.values_list("status", flat=True)) == {"done"}
