"""Orders and parcels as CSV: what is in the file, who gets it, and what is on record."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.admin import export
from orders.models import Order, OrderContact, Shipment
from orders.services.center import ship_to_customer
from tests.catalog.people import log_in, texts
from tests.orders.builders import make_order, make_variant

pytestmark = pytest.mark.django_db
ORDERS, PARCELS = "/admin/orders/orders.csv", "/admin/orders/shipments.csv"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def order(own_store, partner):
    make_variant("MUG-1")
    make_variant(partner=partner, stock=100)
    made = make_order(own_store, "MUG-1", "PARTNER-bluedoor-ETH250")
    Order.objects.filter(pk=made.pk).update(placed_at=NOON, paid_at=NOON, total="28.50")
    ship_to_customer(made, User.objects.create_user("packer"), "UPS", "1Z999")
    return Order.objects.get(pk=made.pk)


def rows_of(answer):
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_an_order_is_a_row_with_its_badges_units_partners_and_tracking(order):
    (row,) = rows_of(log_in("Manager").get(ORDERS))

    assert row == {
        "number": order.number,
        "placed (UTC)": "2026-11-20 12:00",
        "payment": "Paid",
        "paid (UTC)": "2026-11-20 12:00",
        "fulfillment": order.get_status_display(),
        "customer": "Dana Petrov",
        "email": "dana.petrov@customer.example",
        "country": "US",
        "fulfilled_by": row["fulfilled_by"],
        "units": "2",
        "total": "28.5000",
        "refunded": "0.0000",
        "currency": "USD",
        "tracking": "1Z999",
    }
    assert "Blue Door" in row["fulfilled_by"]


def test_a_parcel_is_a_row_with_where_it_goes_and_who_knows(order):
    (row,) = rows_of(log_in("Manager").get(PARCELS))

    assert {name: row[name] for name in ("tracking", "carrier", "order", "bound_for")} == {
        "tracking": "1Z999",
        "carrier": "UPS",
        "order": order.number,
        "bound_for": "Customer",
    }
    assert (row["partner"], row["status"], row["delivered (UTC)"]) == (
        "Our center",
        "In transit",
        "",
    )
    assert row["store"] == "To publish"


def test_the_file_has_the_rows_of_the_filtered_list_in_its_order(own_store, order):
    later = make_order(own_store, "MUG-1")
    client = log_in("Manager")

    assert [row["number"] for row in rows_of(client.get(f"{ORDERS}?o=1"))] == sorted(
        [order.number, later.number]
    )
    found = rows_of(client.get(ORDERS, {"q": later.number}))
    assert [row["number"] for row in found] == [later.number]


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1"])
def test_a_customer_cannot_plant_a_formula(order, name):
    OrderContact.objects.update(name=name)
    (row,) = rows_of(log_in("Manager").get(ORDERS))

    assert row["customer"] == f"'{name}"


def test_who_asked_to_be_forgotten_is_not_in_the_file(order):
    OrderContact.objects.update(redacted_at=timezone.now())
    (row,) = rows_of(log_in("Manager").get(ORDERS))

    assert (row["customer"], row["email"], row["country"]) == ("", "", "")


def test_ticked_rows_are_a_file_too_and_noted_on_each(own_store, order):
    make_order(own_store, "MUG-1")
    ticked = {"action": "export_csv", "index": "0", "_selected_action": order.pk}
    answer = log_in("Manager").post("/admin/orders/order/", ticked)

    assert [row["number"] for row in rows_of(answer)] == [order.number]
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.get_change_message()) == (order.number, "Export CSV")


def test_all_rows_that_are_chosen_are_in_the_file(own_store, order):
    make_order(own_store, "MUG-1")
    everything = {"action": "export_csv", "index": "0", "select_across": "1"}
    fields = everything | {"_selected_action": order.pk}

    assert len(rows_of(log_in("Manager").post("/admin/orders/order/", fields))) == 2


@pytest.mark.parametrize("url", [ORDERS, PARCELS])
def test_that_data_left_is_on_record(order, url):
    log_in("Manager").get(url)

    assert LogEntry.objects.get().change_message == "Exported 1 rows as CSV"


@pytest.mark.parametrize("url", [ORDERS, PARCELS])
@pytest.mark.parametrize("group", ["Viewer", "Operator"])
def test_a_file_needs_its_permission(order, url, group):
    client = log_in(group)

    assert client.get(url).status_code == 403
    assert "Export CSV" not in texts(client.get("/admin/orders/order/"))
    assert not LogEntry.objects.exists()


def test_a_list_too_long_for_a_file_says_so(own_store, order, monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 1)
    make_order(own_store, "MUG-1")
    client = log_in("Manager")
    answer = client.get(f"{ORDERS}?view=work", follow=True)
    assert answer.redirect_chain == []  # none of them needs work

    answer = client.get(f"{ORDERS}?o=1", follow=True)
    assert answer.redirect_chain[0][0] == "/admin/orders/order/?o=1"
    (said,) = answer.context["messages"]
    assert "more than 1 rows" in str(said)


def test_filters_that_make_no_sense_lead_back_to_the_list(order):
    answer = log_in("Manager").get(f"{ORDERS}?total__from=many")

    assert answer.headers["Location"] == "/admin/orders/order/"


def test_many_rows_take_as_many_queries_as_few(own_store, order):
    client = log_in("Manager")

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert client.get(ORDERS).status_code == 200
        return len(caught)

    few = queries()
    for _ in range(5):
        make_order(own_store, "MUG-1")
    assert queries() == few
    assert Shipment.objects.count() == 1


def test_the_times_of_a_file_are_in_the_zone_of_who_takes_it(order):
    client = log_in("Manager")
    client.post("/admin/time-zone/", {"zone": "America/Los_Angeles"})
    (row,) = rows_of(client.get(ORDERS))

    assert row["placed (America/Los_Angeles)"] == "2026-11-20 04:00"
    assert "placed" not in row
