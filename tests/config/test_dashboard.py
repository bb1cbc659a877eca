"""The first page of a company that is set up: the dashboard."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.models import Partner
from integrations.models import Alert, Connection
from integrations.services.alerts import raise_alert
from orders.models import Order
from tests.config.steps import buy_one, mail_about, make_parcel, place_it
from tests.integrations.admin_rows import count_queries, get_page, log_in, make_event, make_run
from tests.orders.builders import make_order, make_partner, make_variant

pytestmark = pytest.mark.django_db


def test_a_finished_set_up_shows_the_dashboard():
    order = buy_one()
    Order.objects.update(placed_at=timezone.now())
    place_it()
    make_parcel("center", received_at=timezone.now())
    mail_about(make_parcel("customer"))
    html = get_page(log_in("Owner"), "/admin/")
    assert "All clear. Checked just now." in html
    assert "Shipped today" in html
    assert f"${order.total:.2f}" in html
    assert "Crossdock Coffee" in html


def test_what_needs_a_person_comes_first():
    buy_one()
    store = Connection.objects.get(slug="blue-door")
    Connection.objects.filter(pk=store.pk).update(status="needs_attention")
    make_event(store)
    raise_alert("a1", "stale", "Old stock", "Look.", store)
    html = get_page(log_in("Owner"), "/admin/?dashboard=1")
    attention = html.partition('class="attn"')[2].partition('class="stack"')[0]
    for title in ("To reconnect", "Webhooks failed", "Open alerts"):
        assert title in attention
    assert "All clear" not in html
    Alert.objects.update(snoozed_until=timezone.now() + timedelta(hours=1))
    assert "Open alerts" not in get_page(log_in("Viewer"), "/admin/?dashboard=1")


def test_what_lies_at_our_center_is_a_card_that_leads_to_it():
    own = buy_one().connection
    make_variant("MUG-1")
    order = make_order(own, "MUG-1", number="#77", external_id="gid://shopify/Order/77")
    owner = log_in("Owner")

    cards = {card.title: card for card in owner.get("/admin/?dashboard=1").context["attention"]}

    assert cards["Ready to ship"].number == 1
    assert list(owner.get(cards["Ready to ship"].url).context["cl"].result_list) == [order]


def test_a_card_leads_to_the_list_that_shows_what_it_counts():
    store = buy_one().connection
    for number, status in enumerate(["failed", "unreadable", "unreadable"]):
        make_event(store, number, status=status)
    owner = log_in("Owner")

    cards = {card.title: card for card in owner.get("/admin/?dashboard=1").context["attention"]}

    for title, number in (("Webhooks failed", 1), ("Unreadable webhooks", 2)):
        assert cards[title].number == number
        assert owner.get(cards[title].url).context["cl"].result_count == number


def test_the_dashboard_takes_the_same_queries_for_few_and_many_rows():
    owner = log_in("Owner")
    buy_one()
    few = count_queries(owner, "/admin/?dashboard=1")
    for number in range(12):
        make_run(make_partner(f"partner-{number}").connection)
    many = count_queries(owner, "/admin/?dashboard=1")
    assert many - few <= 1  # one more only because there are runs at all
    assert many <= 35


def test_staff_without_rights_see_no_numbers(django_user_model, client):
    buy_one()
    client.force_login(django_user_model.objects.create_user("new", is_staff=True))
    html = get_page(client, "/admin/?dashboard=1")
    assert "Sales today" not in html
    assert "Crossdock Coffee" not in html


def test_the_page_of_a_connection_shows_what_the_catalog_knows():
    buy_one()
    store = Connection.objects.get(slug="blue-door")
    html = get_page(log_in("Owner"), f"/admin/integrations/connection/{store.pk}/change/")
    assert "Variants linked" in html
    assert "Waiting for them" in html
    partner = Partner.objects.get(connection__slug="blue-door")
    assert f"/admin/orders/order/?partner={partner.pk}&amp;status__in=captured,paid" in html
    assert "Daily" in html
