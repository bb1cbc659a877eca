"""Asking about an order now, also while a run is waiting or under way: the press is never lost."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.html import strip_tags

from integrations import registry
from integrations.errors import Rejected
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.services import runs
from orders.admin.asked import asked_at
from orders.models import PartnerOrder
from orders.services import asking, polling
from orders.services.asking import ask_now
from tests.catalog.builders import counts_of, notes_of
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


def test_orders_are_named_by_reference_and_a_wrong_one_is_said(warehouse, monkeypatch):
    many(warehouse, 3)
    provider = OneBad(set(), Rejected(""))
    names = ["CD-0000000002", "CD-NOWHERE"]
    run = poll(warehouse.connection, provider, Clock(), monkeypatch, references=names)
    assert provider.asked == ["2"]
    assert ("CD-NOWHERE", "", "", "", "rejected") in notes_of(run)
    assert counts_of(run)["failed"] == 1


@pytest.mark.parametrize(
    ("polled", "parcels", "said"),
    [
        (None, None, "not asked yet"),
        (3, None, "asked 3 min ago"),
        (90, 3, "asked 3 min ago"),
        (24 * 60 - 1, None, "asked 24 h ago"),
        (24 * 60 + 1, None, "asked 1 d ago Stale"),
    ],
)
def test_the_list_says_how_old_its_knowledge_is(warehouse, polled, parcels, said):
    many(warehouse, 1)
    row, now = PartnerOrder.objects.get(), timezone.now()
    row.polled_at = polled and now - timedelta(minutes=polled)
    row.parcels_asked_at = parcels and now - timedelta(minutes=parcels)
    assert " ".join(strip_tags(asked_at(row)).split()) == said


@pytest.mark.parametrize("change", [{"status": "delivered"}, {"external_id": ""}])
def test_of_what_nobody_asks_about_no_age_is_said(warehouse, change):
    many(warehouse, 1)
    PartnerOrder.objects.update(**change)
    assert asked_at(PartnerOrder.objects.get()) == ""


def test_the_command_asks_about_the_orders_it_names_and_prints_what_is_said(
    warehouse, monkeypatch, capsys
):
    many(warehouse, 2)
    asked = []
    provider = SimpleNamespace(pull_shipments=lambda orders: iter(asked.extend(orders) or ()))
    run_handler = registry.flows()["shipments"].handler
    flow = registry.Flow("shipments", object, run_handler, "Parcels")
    monkeypatch.setitem(registry._flows, "shipments", flow)
    monkeypatch.setattr(runs, "provider_for", lambda *given: provider)
    names = ["--order=cd-0000000001", "--order=CD-9 "]
    with pytest.raises(SystemExit) as caught:
        call_command("sync", warehouse.connection.slug, "shipments", *names, "--json")
    assert (asked, caught.value.code) == (["1"], 5)
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert notes == ["CD-9: No order that is placed here and not over."]
