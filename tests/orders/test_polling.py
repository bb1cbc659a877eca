"""Asking about placed orders: in turn, within the time and the budget, parcels before progress."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection as database

from integrations.errors import Retryable, Throttled
from integrations.models import Connection
from integrations.services import call_slots
from integrations.services.call_slots import CallSlots
from integrations.types import OrderState, RemoteShipment, ShippedLine
from orders.models import PartnerOrder, Shipment
from orders.services import polling
from orders.services.capture import capture_order
from orders.services.partner_news import take_state
from tests.catalog.builders import make_run
from tests.orders.builders import NOW, channel_line, channel_order, make_partner, make_variant
from tests.orders.polls import EVERY_MINUTES, GAP_S, Clock, Slow, many, poll
from tests.orders.steps import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def warehouse(db):
    return make_partner("straight", dispatch="immediate", ship_to="customer")


# PostgreSQL takes three times as long for each, and is asked the same questions.
ORDERS = 10_000 if database.vendor == "sqlite" else 2_000


# Each turn is a transaction of its own: ten thousand in one would be a hundred times slower.
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_thousand_orders_within_two_calls_a_second_and_none_is_starved(warehouse, monkeypatch):
    many(warehouse, ORDERS)
    clock, connection = Clock(), warehouse.connection
    slots = CallSlots(connection.pk, GAP_S, "wms", clock.now, clock.sleep)
    provider, runs = Slow(clock, slots), 0
    while len(provider.asked) < ORDERS + 600:
        started = clock.at
        poll(connection, provider, clock, monkeypatch)
        runs += 1
        clock.at = max(clock.at, started + timedelta(minutes=EVERY_MINUTES))

    gaps = [after - before for before, after in zip(clock.calls, clock.calls[1:], strict=False)]
    assert min(gaps) >= timedelta(seconds=GAP_S)
    per_run = len(provider.asked) / runs
    assert per_run <= EVERY_MINUTES * 60 / GAP_S * polling.SHARE + polling.AT_ONCE
    # Whoever is asked a second time waited for all the others, and for nobody twice.
    first, second = provider.asked[:ORDERS], provider.asked[ORDERS:]
    assert len(set(first)) == ORDERS
    assert second == first[: len(second)]


def place_one(own_store, warehouse, sku="MUG", units=2):
    capture_order(own_store, channel_order([channel_line(make_variant(sku, warehouse).sku, units)]))
    return place(partner=warehouse, order__isnull=False)


def test_a_run_that_breaks_off_goes_on_where_it_stopped(warehouse, monkeypatch):
    many(warehouse, 6)
    connection = warehouse.connection

    class Breaking:
        asked: list[str] = []

        def pull_order_status(self, orders, since=None):
            for order_id in orders:
                if len(self.asked) == 3:
                    raise Throttled("Slow down.", 60)
                self.asked.append(order_id)
                yield OrderState(order_id, "confirmed", "exported")

    provider, clock = Breaking(), Clock()
    with pytest.raises(Throttled):
        poll(connection, provider, clock, monkeypatch)
    assert PartnerOrder.objects.exclude(polled_at=None).count() == 3
    run = make_run(connection, "order_status", provider)
    run.started_at = NOW + timedelta(minutes=EVERY_MINUTES)
    waiting = polling.Poll(run, "polled_at").waiting()
    assert [row.external_id for row in waiting] == ["3", "4", "5", "0", "1", "2"]


def test_one_that_is_left_out_of_the_answer_was_asked_about_too(warehouse, monkeypatch):
    many(warehouse, 3)

    class Forgetful:
        def pull_order_status(self, orders, since=None):
            yield OrderState("1", "confirmed", "exported")

    poll(warehouse.connection, Forgetful(), Clock(), monkeypatch)
    assert PartnerOrder.objects.exclude(polled_at=None).count() == 3


def test_parcels_and_progress_are_asked_for_each_in_its_own_turn(warehouse, monkeypatch):
    many(warehouse, 2)

    class Nothing:
        def pull_shipments(self, orders, since=None):
            return iter(())

    poll(warehouse.connection, Nothing(), Clock(), monkeypatch, "shipments")
    rows = PartnerOrder.objects.all()
    assert [(row.polled_at, row.parcels_asked_at) for row in rows] == [(None, NOW)] * 2


def test_only_the_orders_of_the_request_are_asked_about(warehouse):
    many(warehouse, 3)
    one = PartnerOrder.objects.get(external_id="1")
    run = make_run(warehouse.connection, "order_status", None, orders=[one.pk])
    assert list(polling.Poll(run, "polled_at").waiting()) == [one]


def test_a_turn_that_is_far_away_is_put_off(warehouse):
    clock = Clock()
    slots = CallSlots(warehouse.connection.pk, 3.0, "wms", clock.now, lambda seconds: None)
    for _ in range(3):
        slots.take()
    with pytest.raises(Throttled) as caught:
        slots.take()
    assert caught.value.retry_after == 9


def test_turns_are_shared_by_everybody_who_calls(warehouse):
    clock, pk = Clock(), warehouse.connection.pk
    for _ in range(2):
        CallSlots(pk, 1.0, "wms", clock.now, clock.sleep).take()
    assert clock.at == NOW + timedelta(seconds=1)


def parcel_of(placed, **fields) -> RemoteShipment:
    values = {"external_id": "F1", "order_id": placed.external_id, "lines": (), "is_whole": True}
    return RemoteShipment(**values | {"tracking_number": "1Z1", "shipped_at": NOW} | fields)


def test_parcels_of_an_answer_come_before_its_word(own_store, warehouse, system):
    placed = place_one(own_store, warehouse)
    state = OrderState(placed.external_id, "shipped", "shipped", (parcel_of(placed),))
    take_state(placed.connection, state)
    shipment = Shipment.objects.get()
    assert (shipment.tracking_number, shipment.lines.get().quantity) == ("1Z1", 2)
    placed.refresh_from_db()
    assert (placed.status, placed.order.status) == ("shipped", "shipped")


def test_a_parcel_that_names_nothing_holds_what_is_still_to_come(own_store, warehouse, system):
    placed = place_one(own_store, warehouse, units=3)
    part = (ShippedLine("", "MUG", 1),)
    first = parcel_of(placed, external_id="F0", lines=part, is_whole=False, tracking_number="1Z0")
    state = OrderState(placed.external_id, "packed", "packed", (first, parcel_of(placed)))
    take_state(placed.connection, state)
    units = {one.external_id: one.lines.get().quantity for one in Shipment.objects.all()}
    assert units == {"F0": 1, "F1": 2}


def test_delivered_is_every_parcel_at_the_door(own_store, warehouse, system):
    placed = place_one(own_store, warehouse)
    take_state(
        placed.connection, OrderState(placed.external_id, "shipped", "s", (parcel_of(placed),))
    )
    take_state(placed.connection, OrderState(placed.external_id, "delivered", "Delivered"))
    placed.refresh_from_db()
    assert (placed.status, placed.order.status) == ("delivered", "delivered")
    assert Shipment.objects.get().status == "delivered"


def test_delivered_waits_where_its_system_tells_of_parcels(own_store, warehouse, system):
    placed = place_one(own_store, warehouse)
    take_state(placed.connection, OrderState(placed.external_id, "delivered", "Delivered"))
    placed.refresh_from_db()
    assert (placed.status, Shipment.objects.count()) == ("shipped", 0)


def test_delivered_without_a_parcel_went_in_one_without_a_number(own_store, warehouse, system):
    placed = place_one(own_store, warehouse)
    Connection.objects.filter(pk=placed.connection_id).update(provider="extensiv")
    connection = Connection.objects.get(pk=placed.connection_id)
    take_state(connection, OrderState(placed.external_id, "delivered", "Delivered"))
    placed.refresh_from_db()
    assert (placed.status, placed.order.status) == ("delivered", "delivered")
    assert Shipment.objects.get().tracking_number == ""


def test_old_news_cost_one_look(own_store, warehouse, system, django_assert_num_queries):
    placed = place_one(own_store, warehouse)
    state = OrderState(placed.external_id, "picking", "Processed")
    take_state(placed.connection, state)
    with django_assert_num_queries(1):
        before, row = take_state(placed.connection, state)
    assert (before, row.status) == ("picking", "picking")


def test_an_outage_in_the_middle_keeps_what_was_asked(warehouse, monkeypatch):
    many(warehouse, 4)

    class Down:
        def pull_order_status(self, orders, since=None):
            yield OrderState("0", "picking", "picking")
            raise Retryable("It is down.")

    with pytest.raises(Retryable):
        poll(warehouse.connection, Down(), Clock(), monkeypatch)
    assert Counter(PartnerOrder.objects.values_list("status", flat=True))["picking"] == 1


def test_a_turn_counts_from_when_it_was_given_not_from_when_it_was_wanted(warehouse, monkeypatch):
    clock, pk = Clock(), warehouse.connection.pk
    slots = CallSlots(pk, 0.5, "wms", clock.now, clock.sleep)

    def late(work):
        clock.sleep(2)  # whoever owns the database was busy
        return work()

    monkeypatch.setattr(call_slots, "ask", late)
    slots.take()
    first = clock.at
    monkeypatch.setattr(call_slots, "ask", lambda work: work())
    slots.take()
    assert clock.at - first == timedelta(seconds=0.5)
