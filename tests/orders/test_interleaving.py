"""Two workers at the same moment, interleaved on purpose."""

import contextlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.types import PlacedOrder
from orders.models import Order, PartnerOrder, PartnerOrderLine, Shipment, Submission
from orders.services import center, closing, consolidation, fitting, holding, shipments, status
from orders.services.capture import capture_order
from orders.services.center import receive_shipment
from orders.services.closing import CannotSubmit, close_and_submit
from orders.services.settling import settle_submitted
from orders.services.shipments import record_shipment
from orders.services.submission import claim
from tests.orders.builders import (
    NOW,
    channel_line,
    channel_order,
    make_own_store,
    make_partner,
    make_variant,
)
from tests.orders.steps import meanwhile, parcel, place
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LATER = NOW + timedelta(minutes=5)


def meet(gate):
    """Both get here before either goes on, unless a lock keeps one of them away."""
    with contextlib.suppress(threading.BrokenBarrierError):
        gate.wait(1.5)


def lost_lines():
    return PartnerOrderLine.objects.filter(
        canceled_at=None, submission=None, partner_order__closed_at__isnull=False
    )


def test_a_line_added_while_its_immediate_order_closes_is_not_lost(own_store, system, monkeypatch):
    now = make_partner("now", dispatch="immediate")
    variant = make_variant("PARTNER-now-A", partner=now)
    remote = channel_order([channel_line(variant.sku)])
    capture_order(own_store, remote)
    real, threads = consolidation.partner_order_for, []

    def chosen(*args):
        found = real(*args)
        threads.append(meanwhile(lambda: close_and_submit(found)))
        return found

    monkeypatch.setattr(consolidation, "partner_order_for", chosen)
    more = (*remote.lines, channel_line(variant.sku))
    capture_order(own_store, replace(remote, version=LATER, lines=more))
    [thread.join() for thread in threads]

    assert lost_lines().count() == 0


def test_a_line_whose_partner_order_somebody_else_opened_is_not_lost(
    own_store, partner, system, monkeypatch
):
    skus = [make_variant(f"PARTNER-bluedoor-{n}", partner=partner).sku for n in "AB"]
    remotes = [channel_order([channel_line(sku)]) for sku in skus]
    other_store = make_own_store("second")
    real_create, real_for = consolidation._create, consolidation.partner_order_for
    threads, once = [], []

    def create(*args, **fields):
        if not once:
            once.append(1)
            threads.append(meanwhile(lambda: capture_order(other_store, remotes[1]), 3))
        return real_create(*args, **fields)

    def chosen(*args):
        mine = threading.current_thread() is threading.main_thread()
        found = real_for(*args)
        if mine:
            threads.append(meanwhile(lambda: close_and_submit(found)))
        return found

    monkeypatch.setattr(consolidation, "_create", create)
    monkeypatch.setattr(consolidation, "partner_order_for", chosen)
    capture_order(own_store, remotes[0])
    [thread.join() for thread in threads]

    assert lost_lines().count() == 0


@pytest.mark.parametrize("what", ["canceled", "more"])
def test_a_change_at_the_moment_of_closing_is_in_the_order_or_seen(
    own_store, partner, system, monkeypatch, what
):
    line = channel_line(make_variant(partner=partner).sku)
    remote = channel_order([line])
    capture_order(own_store, remote)
    placed = PartnerOrder.objects.get()
    real, threads = fitting.resize_part, []

    def close():
        with contextlib.suppress(CannotSubmit):  # nothing may be left in it
            close_and_submit(placed)

    def fit(*args):
        if not threads:
            threads.append(meanwhile(close))
        return real(*args)

    monkeypatch.setattr(fitting, "resize_part", fit)
    change = {"canceled_at": LATER} if what == "canceled" else {}
    lines = (replace(line, quantity=2),) if what == "more" else (line,)
    capture_order(own_store, replace(remote, version=LATER, lines=lines, **change))
    [thread.join() for thread in threads]

    assert threads
    sent = sum(one["quantity"] for s in Submission.objects.all() for one in s.content["lines"])
    behind = PartnerOrderLine.objects.filter(canceled_at=None, submission__isnull=False)
    assert sent == sum(part.quantity for part in behind)


def test_two_parcels_received_at_once_complete_the_partner_order(
    own_store, partner, system, user, monkeypatch
):
    capture_order(own_store, channel_order([channel_line(make_variant(partner=partner).sku, 2)]))
    placed = place()
    for number in (1, 2):
        record_shipment(placed.connection, parcel(placed, "ETH250", external_id=f"F{number}"))
    real, gate = center._all_received, threading.Barrier(2)

    def all_received(row):
        answer = real(row)
        meet(gate)
        return answer

    monkeypatch.setattr(center, "_all_received", all_received)
    parcels = list(Shipment.objects.order_by("pk"))
    at_once(2, lambda index: receive_shipment(Shipment.objects.get(pk=parcels[index].pk), user))

    assert PartnerOrder.objects.get().status == "delivered"
    assert Order.objects.get().status == "received"


def test_two_partners_that_take_an_order_at_once_leave_its_status_true(
    own_store, partner, system, monkeypatch
):
    skus = []
    for slug in ("one", "two"):
        theirs = make_partner(slug, dispatch="immediate")
        skus.append(make_variant(f"PARTNER-{slug}-A", partner=theirs).sku)
    capture_order(own_store, channel_order([channel_line(sku) for sku in skus]))
    rows = [close_and_submit(row) for row in PartnerOrder.objects.order_by("pk")]
    for row in rows:
        assert claim(row, timezone.now())
    answers = [PlacedOrder(f"X{row.pk}", row.reference, "") for row in rows]
    real, gate = status._facts, threading.Barrier(2)

    def facts(order):
        found = real(order)
        meet(gate)
        return found

    monkeypatch.setattr(status, "_facts", facts)
    at_once(2, lambda index: settle_submitted(rows[index], answers[index]))

    assert set(PartnerOrder.objects.values_list("status", flat=True)) == {"submitted"}
    assert Order.objects.get().status == "exported"


def test_receiving_a_parcel_while_the_partner_reports_it_does_not_deadlock(
    own_store, partner, system, user, monkeypatch
):
    capture_order(own_store, channel_order([channel_line(make_variant(partner=partner).sku)]))
    placed = place()
    remote = parcel(placed, "ETH250", tracking_number="")
    reported, _ = record_shipment(placed.connection, remote)
    gate = threading.Barrier(2)
    real_received, real_follow = center._all_received, shipments.follow

    def all_received(row):
        meet(gate)
        return real_received(row)

    def follow(*args):
        meet(gate)
        return real_follow(*args)

    monkeypatch.setattr(center, "_all_received", all_received)
    monkeypatch.setattr(shipments, "follow", follow)

    def act(index):
        if index:
            return receive_shipment(Shipment.objects.get(pk=reported.pk), user)
        return record_shipment(placed.connection, replace(remote, tracking_number="T9"))

    at_once(2, act)

    assert PartnerOrder.objects.get().status == "delivered"


def test_a_line_held_while_its_order_closes_is_held_or_sent_not_both(
    own_store, partner, system, monkeypatch
):
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])
    type(partner).objects.update(trigger="paid")
    capture_order(own_store, replace(remote, paid_at=None))
    as_loaded = PartnerOrderLine.objects.get()
    capture_order(own_store, replace(remote, version=LATER))
    placed, threads = PartnerOrder.objects.get(), []
    real = closing.put_up

    def close(*args, **fields):
        done = real(*args, **fields)
        threads.append(meanwhile(lambda: holding.hold_line(as_loaded, "Wait.")))
        return done

    monkeypatch.setattr(closing, "put_up", close)
    close_and_submit(placed)
    [thread.join() for thread in threads]

    part = PartnerOrderLine.objects.get()
    assert (part.held_at, part.partner_order_id) == (None, placed.pk)
