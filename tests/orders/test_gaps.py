"""The backstop poll: what no webhook told is found, said, and lost by nothing."""

from datetime import timedelta

import pytest
from django.db import DataError
from django.utils import timezone

from integrations.errors import BadResponse
from integrations.models import Alert, FlowSchedule, InboundEvent, SyncChange, SyncRun
from integrations.providers.base import PullsChannelOrders
from integrations.services import runs
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from orders import flows
from orders.models import Order, OrderEvent
from orders.services.capture import capture_order
from tests.orders.builders import channel_line, channel_order

pytestmark = pytest.mark.django_db


class Store(PullsChannelOrders):
    """What the store answers, and since when it was asked."""

    def __init__(self, *orders) -> None:
        self.orders, self.asked, self.breaks = list(orders), [], False

    def pull_channel_orders(self, since):
        self.asked.append(since)
        yield from self.orders
        if self.breaks:
            raise BadResponse("The second page was cut off.")


@pytest.fixture
def poll(own_store, monkeypatch):
    """Run the flow against these orders; returns (run, store)."""

    def run(*orders, breaks=False):
        store = Store(*orders)
        store.breaks = breaks
        monkeypatch.setattr(runs, "provider_for", lambda connection, run_id, on_page: store)
        record, _ = request_run(own_store, "channel_orders", trigger="schedule")
        run_flow(record.pk)
        return SyncRun.objects.get(pk=record.pk), store

    return run


def placed(**fields):
    return channel_order([channel_line("X")], **fields)


def watermark() -> str:
    return FlowSchedule.objects.get(flow="channel_orders").watermark.get("since", "")


def test_orders_never_announced_are_taken_and_said(poll, own_store):
    run, _ = poll(placed(), placed(), placed())
    assert (run.status, run.created, Order.objects.count()) == ("completed", 3, 3)
    alert = Alert.objects.get(kind="gap")
    assert alert.title == "3 orders were never announced; check the webhooks of Own Store"
    assert alert.subject == own_store
    said = set(SyncChange.objects.values_list("message", flat=True))
    assert said == {"Found by asking: its webhook never came."}
    assert OrderEvent.objects.filter(kind="found", message__in=said).exists()


def test_what_webhooks_announced_is_no_gap(poll, own_store):
    order = placed()
    capture_order(own_store, order)
    run, _ = poll(order)
    assert (run.created, run.unchanged) == (0, 1)
    assert not Alert.objects.filter(kind="gap").exists()


def test_an_order_of_this_minute_or_still_in_the_inbox_is_no_gap(poll, own_store):
    young, waiting = placed(placed_at=timezone.now()), placed()
    number = waiting.external_id.rpartition("/")[2]
    make_event(own_store, f'{{"id": "{number}"}}'.encode())
    assert poll(young, waiting)[0].created == 2
    assert not Alert.objects.filter(kind="gap").exists()


def make_event(store, body=b"{}", **fields):
    values = {"received_at": timezone.now(), "topic": "orders/create"} | fields
    return InboundEvent.objects.create(
        provider="shopify", connection=store, account=store.account, body=body,
        dedupe_key=f"k{InboundEvent.objects.count()}", **values,
    )  # fmt: skip


def test_the_alert_closes_when_webhooks_come_again(poll, own_store):
    poll(placed())
    poll()
    assert Alert.objects.filter(kind="gap", closed_at=None).exists()
    make_event(own_store, status="done", received_at=timezone.now())
    poll()
    assert not Alert.objects.filter(kind="gap", closed_at=None).exists()


def test_the_alert_closes_after_a_day_without_a_gap(poll):
    poll(placed())
    Alert.objects.update(last_at=timezone.now() - timedelta(hours=25))
    poll()
    assert not Alert.objects.filter(kind="gap", closed_at=None).exists()


def test_the_next_read_begins_ten_minutes_before_the_last_good_one(poll, own_store):
    first, store = poll()
    assert store.asked == [own_store.created_at]
    _, store = poll()
    assert store.asked == [first.started_at - timedelta(minutes=10)]


def test_a_read_that_breaks_off_moves_no_watermark_and_keeps_what_it_found(poll):
    good, _ = poll()
    before = watermark()
    run, _ = poll(placed(), breaks=True)
    assert (run.status, Order.objects.count(), watermark()) == ("failed", 1, before)
    _, store = poll()
    assert store.asked == [good.started_at - timedelta(minutes=10)]


@pytest.mark.parametrize("error", [DataError("odd"), ValueError("odd"), KeyError("odd")])
def test_a_bad_order_does_not_stop_the_others_and_is_asked_for_again(poll, monkeypatch, error):
    now = timezone.now()
    bad = placed(version=now - timedelta(hours=2))

    def capture(connection, remote):
        if remote is bad:
            raise error
        return capture_order(connection, remote)

    poll()
    FlowSchedule.objects.update(watermark={"since": (now - timedelta(hours=3)).isoformat()})
    monkeypatch.setattr(flows, "capture_order", capture)
    run, _ = poll(bad, placed())
    assert (run.status, run.created, run.failed) == ("partial", 1, 1)
    _, store = poll()
    assert store.asked == [bad.version - timedelta(minutes=10)]


def test_after_three_days_a_bad_order_is_given_up(poll, monkeypatch):
    bad = placed(version=timezone.now() - timedelta(days=9))
    poll()
    FlowSchedule.objects.update(watermark={"since": bad.version.isoformat()})
    monkeypatch.setattr(flows, "capture_order", lambda *given: (_ for _ in ()).throw(ValueError()))
    run, _ = poll(bad)
    assert watermark() == (run.started_at - timedelta(days=3)).isoformat()


def test_three_days_of_standstill_are_made_up_for_by_one_read(poll):
    poll()
    long_ago = timezone.now() - timedelta(days=3)
    FlowSchedule.objects.update(watermark={"since": long_ago.isoformat()})
    run, store = poll(placed(), placed())
    assert store.asked == [long_ago - timedelta(minutes=10)]
    assert (run.created, watermark()) == (2, run.started_at.isoformat())
