"""A data request of a customer who is forgotten."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Alert
from integrations.services.webhooks import handle
from orders.models import PrivacyRequest
from orders.tasks import look_after_privacy
from tests.integrations.admin_rows import get_page, log_in
from tests.orders.builders import make_own_store
from tests.orders.marked import ask, data_body, fill, give_secret, post, tell, where_stored
from tests.orders.pressing import page_of


@pytest.fixture
def store(db):
    return give_secret(make_own_store())


def test_the_data_request_before_it_is_no_hiding_place(store):
    fill(store)
    tell(store, "customers/data_request", data_body())
    asked = PrivacyRequest.objects.get()
    ask(store)
    asked.refresh_from_db()
    said = "Deleted meanwhile: nothing of this customer is stored any more."
    assert (asked.status, asked.outcome) == ("done", said)
    assert not Alert.objects.filter(kind="privacy", closed_at=None).exists()
    assert where_stored() == set()
    assert said in get_page(log_in("Manager"), page_of(asked))


def test_a_data_request_handled_after_it_is_closed_and_wiped(store):
    fill(store)
    late = post(store, "customers/data_request", json.dumps(data_body()).encode())
    ask(store)
    assert handle(late.pk) == "done"
    asked = PrivacyRequest.objects.get(kind="data_request")
    assert (asked.status, asked.outcome[:17]) == ("done", "Deleted meanwhile")
    assert not Alert.objects.filter(kind="privacy", closed_at=None).exists()
    assert where_stored() == set()


def test_a_data_request_taken_in_beside_it_is_closed_in_the_night(store):
    fill(store)
    tell(store, "customers/data_request", data_body())
    asked = PrivacyRequest.objects.get()
    ask(store)
    PrivacyRequest.objects.filter(pk=asked.pk).update(status="open", outcome="", done_at=None)
    look_after_privacy()
    asked.refresh_from_db()
    assert (asked.status, asked.outcome[:17]) == ("done", "Deleted meanwhile")


def test_a_data_request_of_somebody_else_or_long_after_stays_open(store):
    fill(store)
    other = {"id": 5, "email": "other@person.example", "phone": ""}
    tell(store, "customers/data_request", data_body(0) | {"customer": other})
    ask(store)
    assert PrivacyRequest.objects.get(kind="data_request").status == "open"
    before = timezone.now() - timedelta(days=30)
    PrivacyRequest.objects.filter(kind="customer_redact").update(done_at=before)
    again = data_body() | {"data_request": {"id": 7}}
    tell(store, "customers/data_request", again)
    assert PrivacyRequest.objects.latest("pk").status == "open"
