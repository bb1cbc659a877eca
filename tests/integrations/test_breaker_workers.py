"""The circuit breaker with many workers at once."""

import pytest

from integrations.models import Alert
from integrations.services import breaker
from integrations.services.breaker import admit
from tests.conftest import make_fake
from tests.integrations.breaking import MINUTE, SECOND, fail, fresh, open_alerts
from tests.threads import at_once


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_ten_workers_exactly_one_is_the_probe(script, now):
    row = make_fake()
    fail(row, now, 3)
    later = now + 2 * MINUTE
    assert sum(at_once(10, lambda index: admit(fresh(row), later))) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_ten_failures_at_once_open_it_once(script, now):
    row = make_fake()
    at_once(10, lambda index: fail(row, now))
    found = fresh(row)
    assert (found.opened, found.failed_calls, found.paused_until) == (1, 3, now + 2 * MINUTE)
    assert Alert.objects.get().count == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_probe_that_fails_in_ten_places_at_once_opens_it_once_more(script, now):
    row = make_fake()
    fail(row, now, 3)
    later = now + 2 * MINUTE
    admit(row, later)
    at_once(10, lambda index: breaker.record_failed(row.pk, later, later + SECOND))
    assert (fresh(row).opened, fresh(row).failed_calls) == (2, 4)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_whether_it_opens_or_closes_last_the_alert_agrees_with_the_row(script, now):
    row = make_fake()
    fail(row, now, 3)
    later = now + 2 * MINUTE
    admit(row, later)

    def end(index):
        if index % 2:
            breaker.record_good(row.pk, later)
        else:
            fail(row, later + SECOND, 2)

    at_once(8, end)
    assert bool(open_alerts()) == bool(fresh(row).opened)
