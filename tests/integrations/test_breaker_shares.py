"""The circuit breaker counts how many of many calls failed."""

import pytest

from integrations.models import ApiCall
from integrations.services import breaker
from integrations.services.breaker import admit, state_of, why_waiting
from tests.conftest import make_fake
from tests.integrations.breaking import MINUTE, SECOND, fail, fresh


def calls(row, now, good=0, failed=0, ago=MINUTE):
    rows = [(good, "good"), (failed, "failed")]
    ApiCall.objects.bulk_create(
        ApiCall(connection=row, method="GET", path="/", ms=1, at=now - ago, verdict=verdict)
        for number, verdict in rows
        for _ in range(number)
    )


@pytest.mark.parametrize(
    ("good", "failed", "ago", "state"),
    [
        (10, 10, MINUTE, "open"),
        (10, 9, MINUTE, "closed"),  # 19 calls
        (11, 9, MINUTE, "closed"),  # less than half
        (10, 10, 5 * MINUTE, "closed"),  # too long ago
    ],
)
def test_half_of_twenty_calls_within_five_minutes_open_it(fake, now, good, failed, ago, state):
    calls(fake, now, good, failed, ago)
    fail(fake, now)
    assert state_of(fresh(fake), now) == state


def test_calls_of_another_connection_do_not_count(fake, now):
    calls(make_fake("tea.fake"), now, good=10, failed=10)
    fail(fake, now)
    assert state_of(fresh(fake), now) == "closed"


def test_the_page_names_how_many_of_many_failed(fake, now):
    calls(fake, now, good=10, failed=12)
    fail(fake, now)
    assert "(12 failed calls)" in why_waiting(fresh(fake), now)


def test_what_failed_before_it_closed_is_forgotten(fake, now):
    calls(fake, now, good=0, failed=30)
    fail(fake, now)
    later = now + 2 * MINUTE
    assert admit(fake, later) is True
    breaker.record_good(fake.pk, later)
    fail(fake, later + SECOND)
    assert state_of(fresh(fake), later + SECOND) == "closed"
