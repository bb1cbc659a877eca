"""Placing in vain: what is tried again, what fails, and what waits without being tried."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.errors import NotAuthorized, Rejected, Retryable
from integrations.models import Alert, Connection
from orders.models import Order, Submission
from orders.services.submission import _try_once, claim
from tests.orders.steps import run

pytestmark = pytest.mark.django_db


def test_a_system_that_is_left_alone_is_not_called_and_no_attempt_counts(pending, system, slept):
    Connection.objects.filter(slug="blue-door").update(
        opened=1, failed_calls=3, paused_until=timezone.now() + timedelta(minutes=2)
    )
    row = run(pending, slept)
    assert (row.status, row.attempts, system.pushed) == ("pending", 0, [])

    Connection.objects.filter(slug="blue-door").update(paused_until=timezone.now())
    system.script = [Retryable("No connection could be made.", counts=False)]
    assert claim(pending, timezone.now())
    _try_once(pending)
    row = Submission.objects.get()
    assert (row.status, row.attempts, len(system.pushed)) == ("pending", 0, 1)


def test_a_rejection_fails_with_one_alert_and_needs_work(pending, system, slept):
    system.script = [Rejected("They do not know the SKU ETH250.")]

    row = run(pending, slept)

    assert row.status == "failed"
    assert Order.objects.get().attention == "placement_failed"
    assert "They do not know the SKU ETH250." in Alert.objects.get().advice


def test_five_attempts_with_growing_gaps_then_failed(pending, system, slept):
    system.script = [Retryable("Server error.")] * 5

    row = run(pending, slept)

    assert (row.status, row.attempts) == ("failed", 5)
    assert slept == [2, 4, 8, 16]


def test_an_outage_delays_and_never_fails(pending, system, slept):
    system.script = [Retryable("No connection.", counts=False)] * 12

    row = run(pending, slept)

    assert (row.status, row.attempts) == ("submitted", 1)
    assert set(slept) == {2}


def test_a_long_wait_is_left_to_the_tick(pending, system, slept):
    system.script = [Retryable("Too many requests.", retry_after=120, counts=False)]

    row = run(pending, slept)

    assert (row.status, row.attempts, slept) == ("pending", 0, [])
    assert row.retry_at > timezone.now() + timedelta(seconds=100)


def test_refused_credentials_put_it_back_and_stop_the_connection(pending, system, slept):
    system.script = [NotAuthorized("The token was revoked.")]

    row = run(pending, slept)
    again = run(pending, slept)

    assert (row.status, row.attempts, again.attempts) == ("pending", 0, 0)
    assert row.partner_order.connection.status == "needs_attention"
    assert len(system.pushed) == 1


def test_nothing_is_claimed_while_the_connection_is_paused(pending, system, slept):
    Connection.objects.filter(pk=pending.partner_order.connection_id).update(status="paused")

    assert run(pending, slept).status == "pending"
    assert system.pushed == []
