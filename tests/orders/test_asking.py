"""Asking about an order now, also while a run is waiting or under way: the press is never lost."""

from datetime import timedelta

import pytest

from integrations.errors import Rejected
from integrations.models import Connection, FlowSchedule, SyncRun
from orders.models import PartnerOrder
from orders.services import asking, polling
from orders.services.asking import ask_now
from tests.orders.builders import NOW, make_partner
from tests.orders.polls import Clock, OneBad, many, poll

pytestmark = pytest.mark.django_db


@pytest.fixture
def warehouse(db):
    return make_partner("straight", dispatch="immediate", ship_to="customer")


def test_whoever_is_asked_for_meanwhile_comes_next(warehouse, monkeypatch):
    many(warehouse, 120)
    PartnerOrder.objects.update(polled_at=NOW - timedelta(minutes=5))
    wanted = PartnerOrder.objects.get(external_id="119")

    class Pressed(OneBad):
        def pull_order_status(self, orders, since=None):
            if not self.asked:
                ask_now([wanted], None)
            yield from super().pull_order_status(orders, since)

    monkeypatch.setattr(asking, "FLOWS", {"order_status": "polled_at"})
    Connection.objects.update(provider="extensiv", settings={"base_url": "https://w.example"})
    wanted.connection.refresh_from_db()
    provider = Pressed(set(), Rejected(""))
    poll(wanted.connection, provider, Clock(), monkeypatch)
    assert provider.asked.index("119") == polling.AT_ONCE
    assert len(provider.asked) == 120


def queued(connection, **params) -> SyncRun:
    FlowSchedule.objects.get_or_create(connection=connection, flow="shipments")
    return SyncRun.objects.create(
        connection=connection, flow="shipments", trigger="staff", status="queued", params=params
    )


def test_what_is_asked_for_twice_before_it_begins_is_one_run_for_both(warehouse):
    many(warehouse, 3)
    one, two, _ = PartnerOrder.objects.order_by("pk")
    for row in (one, two):
        ask_now([row], None)
    run = SyncRun.objects.get(connection=warehouse.connection, flow="shipments")
    assert run.params == {"orders": [one.pk, two.pk]}


def test_a_press_before_a_whole_run_begins_puts_the_order_first(warehouse):
    many(warehouse, 3)
    PartnerOrder.objects.update(parcels_asked_at=NOW)
    queued(warehouse.connection)
    last = PartnerOrder.objects.order_by("pk").last()
    ask_now([last], None)
    assert list(PartnerOrder.objects.filter(parcels_asked_at=None)) == [last]


def test_a_press_while_others_are_asked_about_is_followed_by_a_run(warehouse):
    many(warehouse, 2)
    one, two = PartnerOrder.objects.order_by("pk")
    run = queued(warehouse.connection, orders=[one.pk])
    run.move("queued", "running")
    ask_now([two], None)
    assert FlowSchedule.objects.get(flow="shipments").run_again
