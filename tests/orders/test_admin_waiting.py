"""What staff see of orders that wait for a connection: tab, sidebar, badge, filter and banner."""

import pytest
from django.core.cache import cache

from integrations.models import Connection
from orders.models import Order, PartnerOrder
from orders.services.closing import close_and_submit
from orders.services.waiting import note_waiting
from tests.catalog.people import log_in, texts
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of
from tests.orders.test_waiting import bring_back, lose

pytestmark = pytest.mark.django_db
SKU, LIST = "PARTNER-bluedoor-ETH250", "/admin/orders/order/"


@pytest.fixture
def order(own_store, partner) -> Order:
    make_variant(SKU, partner)
    return make_order(own_store, SKU)


def rows_of(page) -> list[Order]:
    return list(page.context["cl"].result_list)


@pytest.mark.parametrize(("status", "tone"), [("needs_attention", "bad"), ("paused", "warn")])
def test_a_row_says_whom_it_waits_for_in_a_tone_that_fits(order, status, tone):
    lose(status)
    client = log_in("Operator")
    in_list = (
        f'<span title="Waits for Blue Door"><span class="badge {tone}">Waits for partner</span>'
    )
    assert in_list in texts(client.get(LIST))
    in_full = f'<span class="badge {tone}">Waits for Blue Door</span>'
    assert in_full in texts(client.get(page_of(order)))


def test_it_is_in_the_tab_in_the_sidebar_and_in_the_filter(own_store, order):
    lose()
    make_variant("MUG-1")
    calm = make_order(own_store, "MUG-1")
    Order.objects.filter(pk=calm.pk).update(attention="")
    client = log_in("Operator")
    page = client.get(LIST, {"view": "work"})
    assert rows_of(page) == [order]
    items = [item for group in page.context["kit"]["nav"] for item in group["items"]]
    assert next(item.count for item in items if item.label == "Orders") == 1
    assert rows_of(client.get(LIST, {"attention__in": "waits"})) == [order]
    assert rows_of(client.get(LIST, {"attention__in": "unrouted"})) == []


def test_what_needs_a_decision_keeps_its_own_badge(order):
    lose()
    Order.objects.update(attention="on_hold")
    html = texts(log_in("Operator").get(LIST))
    assert "Waits for Blue Door" not in html
    assert "badge bad" not in html
    assert '<span class="badge warn">On hold</span>' in html


def test_the_banner_of_what_staff_paused_says_what_brings_it_back(order):
    Connection.objects.filter(slug="blue-door").update(
        status="paused", status_reason="Paused by mia. Stock count"
    )
    (banner,) = log_in("Viewer").get(page_of(order)).context["banners"]
    assert (banner.tone, banner.title) == ("warn", "Waits for Blue Door.")
    assert banner.text == (
        "Paused by mia. Stock count. What waits goes out once somebody presses Resume there."
    )


def test_the_partner_order_says_it_with_the_same_words_and_has_a_tab(order):
    close_and_submit(PartnerOrder.objects.get())
    lose()
    client = log_in("Operator")
    (banner,) = client.get(page_of(order)).context["banners"]
    (same,) = client.get(page_of(PartnerOrder.objects.get())).context["banners"]
    assert (same.title, same.text) == (banner.title, banner.text)
    tabs = client.get("/admin/orders/partnerorder/").context["tabs"]
    counts = {tab["label"]: tab["count"] for tab in tabs}
    assert (counts["Waiting"], counts["Sending"]) == (1, 0)


def test_the_card_says_how_many_orders_wait(own_store, order):
    make_order(own_store, SKU)
    lose()
    client = log_in("Owner")
    cards = {card.title: card for card in cards_of(client)}
    assert cards["To reconnect"].text == "Blue Door: 2 orders wait"
    assert cards["Orders need work"].number == 2
    lose("paused")
    paused = {card.title: card for card in cards_of(client)}["Paused, orders wait"]
    assert (paused.text, paused.tone) == ("Blue Door: 2 orders wait", "warn")
    Order.objects.get(pk=order.pk).lines.get().parts.update(held_at="2026-11-01T00:00Z")
    assert client.get(paused.url).context["cl"].result_count == 1


def cards_of(client):
    cache.clear()
    return client.get("/admin/?dashboard=1").context["attention"]


@pytest.mark.parametrize(("status", "tone"), [("needs_attention", "bad"), ("paused", "warn")])
def test_the_timeline_says_it_in_the_same_tone_and_that_it_goes_on_in_green(order, status, tone):
    lose(status)
    note_waiting()
    client = log_in("Viewer")
    newest, *_ = client.get(page_of(order)).context["events"]
    assert (newest["tone"], newest["link"]) == (tone, PartnerOrder.objects.get().reference)
    bring_back()
    note_waiting()
    newest, *_ = client.get(page_of(order)).context["events"]
    assert (newest["tone"], newest["text"][:23]) == ("ok", "Blue Door works again: ")
