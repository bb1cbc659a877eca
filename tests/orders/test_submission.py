"""Placing: exactly once, and what follows when the answer leaves that in doubt."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.errors import BadResponse, Duplicate, Retryable, Unconfirmed
from integrations.models import Alert
from integrations.types import PlacedOrder
from inventory.models import Reservation
from orders.models import Order, PartnerOrder
from orders.services.confirming import confirm
from tests.orders.steps import look, run

pytestmark = pytest.mark.django_db


def test_it_is_placed_and_its_reservation_accepted(pending, system, slept):
    row = run(pending, slept)

    assert (row.status, row.attempts) == ("submitted", 1)
    placed = row.partner_order
    assert (placed.status, placed.external_number) == ("submitted", "#1001")
    assert Reservation.objects.get().accepted_at is not None
    assert Order.objects.get().status == "exported"
    assert [line.quantity for line in system.pushed[0].lines] == [2]


def test_a_center_bound_partner_never_gets_the_customer(pending, system, slept):
    run(pending, slept)

    sent = repr(system.pushed[0])
    assert system.pushed[0].ship_to.street1 == "2200 Adeline St"
    assert "Petrov" not in sent
    assert "Market St" not in sent


def test_sending_twice_places_once(pending, system, slept):
    run(pending, slept)
    run(pending, slept)

    assert len(system.pushed) == 1


def test_a_lost_answer_is_unconfirmed_and_found_by_reference(pending, system, slept):
    system.script = [("after", Unconfirmed("No answer came in time."))]

    row = run(pending, slept)
    assert row.status == "unconfirmed"
    assert row.retry_at >= timezone.now() + timedelta(seconds=50)
    confirm(row)
    assert system.looked_for == []

    row = look(pending)
    assert (row.status, len(system.pushed), len(system.orders)) == ("submitted", 1, 1)


def test_a_lost_answer_without_effect_is_sent_again_after_looking(pending, system, slept):
    system.script = [Unconfirmed("No answer came in time.")]

    run(pending, slept)
    assert look(pending).status == "pending"
    row = run(pending, slept)

    assert (row.status, row.attempts, len(system.orders)) == ("submitted", 2, 1)


def test_a_look_up_that_fails_changes_nothing(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost.")), Retryable("Busy."), BadResponse("HTML.")]

    run(pending, slept)
    assert look(pending).status == "unconfirmed"
    assert look(pending).status == "unconfirmed"
    assert look(pending).status == "submitted"
    assert len(system.pushed) == 1


def test_found_but_different_is_for_a_person(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost."))]
    run(pending, slept)
    system.change(pending.reference, lines=())

    row = look(pending)

    assert (row.status, row.error_kind) == ("failed", "different")
    assert "2 sent, 0 there" in row.error


def test_a_stranger_with_our_reference_is_not_adopted(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost."))]
    run(pending, slept)
    system.change(pending.reference, account="somebody-else.myshopify.com")

    row = look(pending)
    assert (row.status, row.looks, len(system.pushed)) == ("unconfirmed", 1, 1)
    assert row.error == f"Blue Door answered with another order than {pending.reference}."


def test_an_answer_that_names_another_order_is_looked_into_first(pending, system, slept):
    real = system.push_order

    def push(order):
        real(order)
        return PlacedOrder("gid://shopify/Order/77", "CD-9999999999", system.account, "#77")

    system.push_order = push
    row = run(pending, slept)

    assert (row.status, row.partner_order.external_id) == ("unconfirmed", "")
    assert look(pending).status == "submitted"
    assert PartnerOrder.objects.get().external_id == "gid://shopify/Order/1"


def test_a_person_is_told_when_looking_brings_no_answer(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost.")), *[BadResponse("HTML.")] * 5]
    run(pending, slept)

    for _ in range(4):
        look(pending)
    assert not Alert.objects.exists()
    look(pending)

    assert Alert.objects.get().title == f"Did Blue Door get {pending.reference}?"
    assert look(pending).status == "submitted"
    assert Alert.objects.get().closed_at is not None


def test_duplicate_is_looked_up(pending, system, slept):
    system.script = [("after", Duplicate("It is there already."))]

    run(pending, slept)

    assert look(pending).status == "submitted"
