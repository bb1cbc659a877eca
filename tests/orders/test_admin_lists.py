"""The lists of orders, partner orders, shipments and e-mails: empty, full, searched, forbidden."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.types import Contact
from orders.models import Notification, Order, OrderContact, PartnerOrder, Shipment
from orders.services.capture import capture_order
from orders.services.center import ship_to_customer
from tests.catalog.people import log_in, texts
from tests.orders.builders import channel_line, channel_order, make_order, make_variant

pytestmark = pytest.mark.django_db
LISTS = {
    "order": "No orders yet",
    "partnerorder": "No partner orders yet",
    "shipment": "No parcels yet",
    "notification": "No e-mails yet",
}


def address(model):
    return f"/admin/orders/{model}/"


def fill(own_store, partner, number):
    """Customers' orders at a partner, each with a parcel from our shelf and its e-mail."""
    if not Order.objects.exists():
        make_variant("MUG-1")
        make_variant(partner=partner, stock=1000)
    user, _ = User.objects.get_or_create(username="packer")
    for _ in range(number):
        order = make_order(own_store, "MUG-1", "PARTNER-bluedoor-ETH250")
        ship_to_customer(order, user, "UPS", f"1Z{order.pk}")
        PartnerOrder.objects.filter(closed_at=None).update(closed_at=timezone.now())


@pytest.mark.parametrize(("model", "words"), LISTS.items())
def test_an_empty_list_says_what_will_be_there(own_store, partner, model, words):
    html = texts(log_in("Viewer").get(address(model)))

    assert words in html


@pytest.mark.parametrize("model", LISTS)
def test_a_list_opens_with_rows_in_every_tab(own_store, partner, model):
    fill(own_store, partner, 2)
    client = log_in("Operator")

    tabs = client.get(address(model)).context["tabs"]
    for tab in tabs:
        texts(client.get(address(model) + tab["url"]))

    assert tabs[0]["count"] >= 2


def test_a_list_asks_as_many_queries_for_50_rows_as_for_5(own_store, partner):
    client = log_in("Operator")
    fill(own_store, partner, 5)
    few = {model: queries_of(client, model) for model in LISTS}
    fill(own_store, partner, 45)

    assert {model: queries_of(client, model) for model in LISTS} == few
    assert max(few.values()) <= 10


def queries_of(client, model):
    cache.clear()  # the sidebar's counts must not run out between the two
    client.get(address(model))
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address(model)).status_code == 200
    return len(caught)


@pytest.mark.parametrize("model", LISTS)
def test_a_person_without_the_view_permission_is_refused(model):
    Group.objects.get_or_create(name="Nobody")

    assert log_in("Nobody").get(address(model)).status_code == 403


@pytest.mark.parametrize("model", LISTS)
def test_a_viewer_sees_no_buttons(own_store, partner, model):
    fill(own_store, partner, 1)

    html = texts(log_in("Viewer").get(address(model)))

    assert "/do/" not in html
    assert 'name="action" value' not in html


def test_the_orders_list_shows_who_bought_what_from_whom(own_store, partner):
    fill(own_store, partner, 1)
    order = Order.objects.get()

    html = texts(log_in("Viewer").get(address("order")))

    assert "Dana Petrov" in html
    assert "Our shelf +1" in html
    assert f"1Z{order.pk}" in html
    assert "$48.00" in html


def test_a_redacted_customer_is_not_named(own_store, partner):
    fill(own_store, partner, 1)
    OrderContact.objects.update(redacted_at=timezone.now(), name="")

    assert "Redacted" in texts(log_in("Viewer").get(address("order")))


def test_the_partner_orders_list_merges_state_and_submission(own_store, partner):
    make_variant(partner=partner)
    make_order(own_store, "PARTNER-bluedoor-ETH250")

    html = texts(log_in("Operator").get(address("partnerorder")))

    assert '<span class="badge mute">Open</span>' in html
    assert "Preview</a>" in html
    assert "$12.00" in html


@pytest.fixture
def two_orders(own_store, partner):
    make_variant(partner=partner)
    other = Contact(name="Noor Haddad", email="noor@other.example")
    first = make_order(own_store, "PARTNER-bluedoor-ETH250")
    second, _ = capture_order(own_store, channel_order([channel_line("MUG-9")], contact=other))
    return first, second


def found(text, model="order", client=None):
    response = (client or log_in("Viewer")).get(address(model), {"q": text})
    return {str(row) for row in response.context["cl"].result_list}


@pytest.mark.parametrize(
    "text",
    ["dana.petrov@customer.example", "dana.petrov", "Dana P", "partner-bluedoor-eth250"],
)
def test_orders_are_found_by_mail_name_and_sku(two_orders, text):
    assert found(text) == {two_orders[0].number}


def test_an_order_is_found_by_tracking_number(own_store, partner):
    fill(own_store, partner, 2)
    order, client = Order.objects.order_by("pk")[0], log_in("Viewer")

    assert found(f"1z{order.pk}", client=client) == {order.number}
    assert found(order.number, "shipment", client) == {f"1Z{order.pk}"}


@pytest.mark.parametrize("sign", ["#", ""])
def test_a_whole_order_number_opens_the_order(two_orders, sign):
    number = sign + two_orders[0].number.lstrip("#")
    response = log_in("Viewer").get(address("order"), {"q": number})

    assert response.headers["Location"] == f"/admin/orders/order/{two_orders[0].pk}/change/"


def test_nothing_that_fits_says_so(two_orders):
    assert "Nothing matches" in texts(log_in("Viewer").get(address("order"), {"q": "zzz"}))


def test_the_box_at_the_top_finds_references_and_tracking(own_store, partner):
    fill(own_store, partner, 1)
    client, placed = log_in("Viewer"), PartnerOrder.objects.get()
    parcel = Shipment.objects.get()

    for text, row in [(placed.reference.lower(), placed), (parcel.tracking_number, parcel)]:
        response = client.get("/admin/search/", {"q": text})
        model = row._meta.model_name
        assert response.headers["Location"] == f"/admin/orders/{model}/{row.pk}/change/"


@pytest.mark.parametrize("text", ["dana.petrov@customer.example", "DANA.PETROV@", "petrov dana"])
def test_the_box_at_the_top_finds_who_bought(own_store, partner, text):
    fill(own_store, partner, 3)

    page = texts(log_in("Viewer").get("/admin/search/", {"q": text}))

    assert page.count("Order of Dana Petrov") == 3


def test_a_stranger_finds_no_order(own_store, partner):
    fill(own_store, partner, 1)
    assert "Nothing found" in texts(
        log_in("Viewer").get("/admin/search/", {"q": "bo@other.example"})
    )


def test_orders_of_one_partner_come_once(own_store, partner):
    fill(own_store, partner, 2)
    client = log_in("Viewer")

    rows = client.get(address("order"), {"partner": partner.pk}).context["cl"].result_list
    none = client.get(address("order"), {"partner": partner.pk, "payment": "pending"})

    assert len(rows) == 2
    assert list(none.context["cl"].result_list) == []


def test_the_mail_list_says_when_nothing_is_mailed(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    assert "No e-mail leaves this portal" in texts(log_in("Viewer").get(address("notification")))
    assert Notification.objects.count() == 0
