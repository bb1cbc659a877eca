"""A system that asks us to slow down: the whole connection waits."""

from datetime import timedelta

import pytest

from integrations.services import breaker
from integrations.services.breaker import admit, state_of, take_probe
from tests.integrations.breaking import MINUTE, SECOND, fail, fresh, open_alerts


@pytest.mark.parametrize(
    ("asked", "wait"), [(7, 7), (None, 30), (0, 1), (-5, 1), (86400, 3600), (0.25, 1)]
)
def test_the_whole_connection_waits_as_long_as_it_was_asked_to(fake, now, asked, wait):
    breaker.record_slow_down(fake.pk, asked, now, now)
    until = now + timedelta(seconds=wait)
    assert fresh(fake).paused_until == until
    assert admit(fake, until - SECOND / 2) is False
    assert admit(fake, until) is True


def test_to_be_asked_to_slow_down_is_no_failure_and_no_alert(fake, now):
    fail(fake, now, 2)
    breaker.record_slow_down(fake.pk, 7, now, now)
    fail(fake, now, 2)
    assert state_of(fresh(fake), now) == "closed"
    assert open_alerts() == []


def test_a_shorter_wait_does_not_shorten_a_longer_one(fake, now):
    breaker.record_slow_down(fake.pk, 600, now, now)
    breaker.record_slow_down(fake.pk, 7, now, now)
    breaker.record_good(fake.pk, now + SECOND)
    assert fresh(fake).paused_until == now + 10 * MINUTE


def test_no_person_gets_past_a_wait_we_were_asked_for(fake, now):
    breaker.record_slow_down(fake.pk, 60, now, now)
    assert take_probe(fake, now) is False
