"""Webhooks that could not be used: what they were about, and the button that helps."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.models import Connection, InboundEvent, SyncRun
from orders.models import Order
from orders.services.capture import capture_order
from tests.integrations.admin_rows import get_page, log_in, make_event, page_url, press
from tests.orders.builders import channel_line, channel_order, make_own_store

pytestmark = pytest.mark.django_db
CUT = b'{"id":8210000001655,"admin_graphql_api_id":"gid://shop'
GID = "gid://shopify/Order/8210000001655"


@pytest.fixture
def store(own_store: Connection) -> Connection:
    Connection.objects.filter(pk=own_store.pk).update(status="active")
    return Connection.objects.get(pk=own_store.pk)


def unreadable(store: Connection, **fields: object) -> InboundEvent:
    return make_event(store, **{"status": "unreadable", "body": CUT, "error": "Cut off."} | fields)


def captured(store: Connection, external_id: str = GID) -> Order:
    order, _ = capture_order(store, channel_order([channel_line("X")], external_id=external_id))
    assert order is not None
    return order


def asked(store: Connection, after: timedelta = timedelta(seconds=5)) -> SyncRun:
    now = timezone.now() + after
    return SyncRun.objects.create(
        connection=store, flow="channel_orders", status="completed", trigger="schedule",
        started_at=now, finished_at=now,
    )  # fmt: skip


def main_button(html: str) -> str:
    """The name of the one strong button in the head of the page."""
    found = re.findall(
        r'class="btn\s[^"]*primary[^"]*"[^>]*?(?:/do/|popovertarget="do-)(\w+)', html
    )
    assert len(found) == 1, found
    return found[0]


def test_an_order_that_is_here_is_named_and_ignoring_is_the_main_button(store):
    order, event = captured(store), unreadable(store)
    html = get_page(log_in("Operator"), page_url(event))
    assert f"Its order {order} was found by asking the store: nothing is missing." in html
    assert f'href="{reverse("admin:orders_order_change", args=[order.pk])}"' in html
    assert main_button(html) == "ignore"
    assert f'value="Its order {order} was found by asking the store: nothing is missing."' in html


def test_ignored_it_stays_linked_and_nothing_is_pressed_any_more(store):
    order, event = captured(store), unreadable(store)
    operator = log_in("Operator")
    assert "1 ignored" in press(operator, event, "ignore", reason="It is here.")
    assert InboundEvent.objects.get().subject == order
    html = get_page(operator, page_url(event))
    assert 'class="banner mute"' in html
    assert "primary" not in html.partition('id="content"')[2].partition("Body")[0]


def test_an_order_that_is_not_here_is_asked_for(store):
    captured(store, "gid://shopify/Order/8210000009999")
    event = unreadable(store)
    operator = log_in("Operator")
    html = get_page(operator, page_url(event))
    assert "What it was about is not here yet." in html
    assert main_button(html) == "ask_store"
    assert "Queued run" in press(operator, event, "ask_store")
    run = SyncRun.objects.get()
    assert (run.flow, run.connection, run.trigger) == ("channel_orders", store, "staff")


def test_an_order_told_by_another_webhook_was_not_found_by_asking(store):
    order = captured(store)
    make_event(store, 2, status="done", error="", subject=order)
    html = get_page(log_in("Operator"), page_url(unreadable(store)))
    assert f"Its order {order} was found by another webhook" in html


def test_a_change_counts_as_here_only_once_the_store_was_asked_after_it(store):
    captured(store)
    event = unreadable(store, topic="orders/updated")
    asked(store, -timedelta(minutes=5))
    operator = log_in("Operator")
    html = get_page(operator, page_url(event))
    assert "what changed there may not be yet" in html
    assert main_button(html) == "ask_store"
    asked(store)
    html = get_page(operator, page_url(event))
    assert "nothing is missing" in html
    assert main_button(html) == "ignore"


def test_another_stores_order_is_not_taken_for_it(store):
    captured(make_own_store("second-store"))
    html = get_page(log_in("Operator"), page_url(unreadable(store)))
    assert "nothing is missing" not in html


def test_what_failed_while_handled_is_replayed(store):
    event = unreadable(store, status="failed")
    assert main_button(get_page(log_in("Operator"), page_url(event))) == "replay"


def test_a_number_inside_a_longer_one_is_no_order(store):
    captured(store)
    event = unreadable(store, body=CUT.replace(b"8210000001655", b"82100000016551"))
    assert "nothing is missing" not in get_page(log_in("Operator"), page_url(event))
