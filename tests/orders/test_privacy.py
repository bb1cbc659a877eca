"""Privacy requests: they come from any store, once, are due in 30 days, and leave a row."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from integrations.models import Alert, Connection, InboundEvent
from integrations.services.retention import prune
from integrations.services.webhooks import handle, replay
from orders.admin.privacy import PrivacyRequestAdmin
from orders.models import Order, OrderContact, PrivacyRequest
from orders.services.due import sweep
from orders.tasks import redact
from tests.integrations.admin_rows import get_page, log_in
from tests.orders.builders import make_connection, make_own_store
from tests.orders.marked import (
    EMAIL,
    NAME,
    ORDER_ID,
    data_body,
    give_secret,
    is_there,
    order_body,
    parcel_body,
    post,
    redact_body,
    tell,
    where_stored,
)
from tests.orders.pressing import page_of, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return give_secret(make_own_store())


@pytest.fixture
def bought(store):
    tell(store, "orders/create", order_body())
    tell(store, "fulfillments/create", parcel_body())
    return Order.objects.get()


def asked_for_data(store) -> PrivacyRequest:
    tell(store, "customers/data_request", data_body())
    return PrivacyRequest.objects.get()


# --- they come in ---


def test_a_data_request_is_due_in_thirty_days_and_an_alert(store):
    row = tell(store, "customers/data_request", data_body())
    request = PrivacyRequest.objects.get()
    in_time = (row.received_at + timedelta(days=30)).date()
    assert (row.status, row.subject, row.due_on) == ("done", request, in_time)
    assert (request.kind, request.status, request.due_on) == ("data_request", "open", in_time)
    assert (request.connection, request.customer_id) == (store, "191167")
    assert request.order_ids == [f"gid://shopify/Order/{ORDER_ID}"]
    alert = Alert.objects.get()
    assert alert.title == f"Own Store: a customer must get their data until {in_time:%b %d, %Y}"
    assert alert.subject == request


def test_the_row_of_a_request_names_nobody(store):
    asked_for_data(store)
    assert where_stored() == {"integrations_inboundevent.body"}


def test_a_request_sent_five_times_is_one(store):
    for number in range(5):
        assert tell(store, "customers/data_request", data_body(), f"d{number}").status == "done"
    assert PrivacyRequest.objects.count() == 1
    assert Alert.objects.get().count == 1
    assert InboundEvent.objects.exclude(body=b"").count() == 1


def test_a_replayed_request_changes_nothing(store):
    row = tell(store, "customers/data_request", data_body())
    assert replay([row]) == (1, [])
    assert PrivacyRequest.objects.count() == 1


@pytest.mark.parametrize("topic", ["customers/redact", "shop/redact"])
def test_a_partner_store_without_our_customers_is_answered_and_leaves_a_row(topic):
    partner = give_secret(make_connection("blue-door"))
    assert tell(partner, topic, redact_body(0)).status == "done"
    request = PrivacyRequest.objects.get()
    redact(request.pk)
    request.refresh_from_db()
    assert (request.status, request.account) == ("done", "blue-door.myshopify.com")
    assert not Alert.objects.filter(closed_at=None).exists()
    assert where_stored() == set()


def test_what_a_partner_store_told_of_its_own_customer_is_wiped_too():
    partner = give_secret(make_connection("blue-door"))
    assert tell(partner, "orders/create", order_body()).status == "ignored"
    body = redact_body() | {"customer": {"id": 1}}
    tell(partner, "customers/redact", body)
    redact(PrivacyRequest.objects.get().pk)
    assert where_stored() == set()


def test_an_unknown_customer_is_forgotten_at_once(store):
    assert tell(store, "customers/redact", redact_body(999, "no@one.example")).status == "done"
    request = PrivacyRequest.objects.get()
    redact(request.pk)
    request.refresh_from_db()
    assert request.status == "done"


def test_a_store_nobody_connected_leaves_a_row_too(settings):
    settings.SHOPIFY_API_KEY, settings.SHOPIFY_API_SECRET = "app", "hush"
    store = Connection(account="gone.myshopify.com", hook_key="shopify")
    row = post(store, "customers/redact", json.dumps(redact_body()).encode(), secret="hush")
    assert row.connection is None
    assert handle(row.pk) == "done"
    request = PrivacyRequest.objects.get()
    assert (request.connection, request.account) == (None, "gone.myshopify.com")
    redact(request.pk)
    assert where_stored() == set()


@pytest.mark.parametrize("status", ["archived", "needs_attention", "paused", "draft"])
def test_a_store_not_in_use_is_heard(store, status):
    Connection.objects.update(status=status)
    assert tell(store, "customers/data_request", data_body()).status == "done"
    assert PrivacyRequest.objects.get().connection == store


def test_a_redaction_whose_job_was_lost_is_woken_by_the_tick(store, bought):
    tell(store, "customers/redact", redact_body())
    OrmQ.objects.all().delete()
    assert sweep(timezone.now())["privacy"] == 1
    assert [job.task["func"] for job in OrmQ.objects.all()] == ["orders.tasks.redact"]


def test_an_unanswered_request_is_never_pruned(store):
    row = tell(store, "customers/data_request", data_body())
    later = timezone.now() + timedelta(days=400)
    prune(later)
    assert is_there(bytes(InboundEvent.objects.get(pk=row.pk).body))


# --- export and answer ---


def test_the_export_holds_everything_about_the_customer(store, bought):
    request = asked_for_data(store)
    answer = press_export(log_in("Manager"), request)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("customer-data.json"))
    (order,) = data["orders"]
    assert (order["number"], order["total"]) == (f"#{ORDER_ID}", "24.0000")
    assert (order["contact"]["name"], order["contact"]["email"]) == (NAME, EMAIL)
    assert [line["sku"] for line in order["lines"]] == ["SKU-1"]
    assert [parcel["tracking_number"] for parcel in order["shipments"]] == ["1Z1"]
    topics = {one["topic"] for one in data["webhooks"]}
    assert topics == {"orders/create", "fulfillments/create", "customers/data_request"}
    text = archive.read("customer-data.txt").decode()
    assert f"email: {EMAIL}" in text
    request.refresh_from_db()
    assert request.exported_by.username == "manager"


def press_export(client: Client, request: PrivacyRequest):
    url = page_of(request).replace("/change/", "/do/export/")
    return client.post(url, {"confirmed": "1"})


def test_marking_it_sent_closes_it_and_wipes_the_webhook(store, bought):
    request, manager = asked_for_data(store), log_in("Manager")
    press_export(manager, request)
    press(manager, request, "mark_sent")
    request.refresh_from_db()
    assert (request.status, request.done_by.username) == ("done", "manager")
    assert request.outcome == "The data was sent by manager."
    event = InboundEvent.objects.get(topic="customers/data_request")
    assert (bytes(event.body), event.due_on) == (b"", None)
    assert not Alert.objects.filter(kind="privacy", closed_at=None).exists()
    assert OrderContact.objects.get().email == EMAIL  # they asked to see it, not to go


def test_it_is_not_marked_sent_before_it_was_exported(store):
    request = asked_for_data(store)
    page = press(log_in("Manager"), request, "mark_sent").content.decode()
    assert "Nothing was exported yet" in page
    request.refresh_from_db()
    assert request.status == "open"


@pytest.mark.parametrize("name", ["export", "mark_sent"])
def test_only_who_may_export_data_answers(store, name):
    request = asked_for_data(store)
    operator = log_in("Operator")
    url = page_of(request).replace("/change/", f"/do/{name}/")
    assert operator.post(url, {"confirmed": "1"}).status_code == 403
    assert operator.get(page_of(request)).status_code == 200
    request.refresh_from_db()
    assert (request.status, request.exported_at) == ("open", None)


def test_pages_show_the_day_and_name_nobody(store, bought):
    request, viewer = asked_for_data(store), log_in("Viewer")
    listing = get_page(viewer, "/admin/orders/privacyrequest/")
    page = get_page(viewer, page_of(request))
    for html in (listing, page):
        assert f"Answer by {request.due_on:%b %d}" in html
        assert not is_there(html.encode())
    assert str(bought) in page
    inbox = get_page(viewer, "/admin/integrations/inboundevent/")
    assert f"Answer by {request.due_on:%b %d}" in inbox


def test_the_export_dialog_says_that_a_file_comes_and_what_is_next(store, bought):
    page = get_page(log_in("Manager"), page_of(asked_for_data(store)))
    assert "Export downloads a ZIP file" in page
    assert "close it with Back" in page
    assert "then press Mark as sent." in page


def test_the_sidebar_counts_what_is_due_within_a_week(store, rf):
    asked_for_data(store)
    counted = PrivacyRequestAdmin.nav_rows
    assert counted(None, rf.get("/")).count() == 0
    PrivacyRequest.objects.update(due_on=timezone.localdate() + timedelta(days=7))
    assert counted(None, rf.get("/")).count() == 1
