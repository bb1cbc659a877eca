"""The circuit breaker: every step from closed to open to half-open and back, and who may call."""

from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.answers import Call
from integrations.models import Alert
from integrations.services import breaker
from integrations.services.breaker import (
    admit,
    cool_down,
    give_back,
    state_of,
    take_probe,
    why_waiting,
)
from tests.conftest import make_fake
from tests.integrations.breaking import MINUTE, SECOND, fail, fresh, open_alerts


def test_a_new_connection_is_closed_and_may_be_called(fake, now):
    assert (state_of(fake, now), admit(fake, now), why_waiting(fake, now)) == ("closed", True, "")


def test_two_failures_and_a_good_call_are_forgotten(fake, now):
    fail(fake, now, 2)
    breaker.record_good(fake.pk, now)
    fail(fake, now, 2)
    row = fresh(fake)
    assert (state_of(row, now), row.failed_calls, admit(row, now)) == ("closed", 2, True)
    assert open_alerts() == []


def test_the_third_failure_in_a_row_opens_for_two_minutes(opened, now):
    assert (state_of(opened, now), opened.opened) == ("open", 1)
    assert opened.paused_until == now + 2 * MINUTE
    assert admit(opened, now + 119 * SECOND) is False


def test_while_it_is_open_there_is_one_alert(opened, now):
    assert open_alerts() == ["Beans does not answer"]
    alert = Alert.objects.get()
    assert (alert.kind, alert.subject) == ("outage", opened)
    assert alert.advice.startswith("3 calls in a row failed. Nothing is lost")


def test_a_good_call_costs_one_query_while_all_is_well(fake, now):
    call = Call("GET", "/", 200, 5, 1, 2, "", verdict="good")
    with CaptureQueriesContext(database) as queries:
        breaker.record(fake.pk, call, now)
    assert len(queries) == 1


def test_a_try_that_says_nothing_costs_nothing(fake, now):
    with CaptureQueriesContext(database) as queries:
        breaker.record(fake.pk, Call("GET", "/", 500, 5, 1, 2, "retryable"), now)
    assert len(queries) == 0


def test_other_connections_are_unaffected(fake, now):
    other = make_fake("tea.fake")
    breaker.record_slow_down(fake.pk, 60, now, now)
    assert admit(other, now) is True
    fail(fake, now, 3)
    assert admit(other, now) is True


# --- open


def test_calls_under_way_when_it_opened_change_nothing(opened, now):
    fail(opened, now + SECOND, 5)
    breaker.record_good(opened.pk, now - SECOND)
    row = fresh(opened)
    assert (row.opened, row.failed_calls, row.paused_until) == (1, 3, now + 2 * MINUTE)


# --- half-open


def test_after_the_cool_down_one_caller_may_call(opened, now):
    later = now + 2 * MINUTE
    assert state_of(opened, later) == "half_open"
    assert [admit(fresh(opened), later) for _ in range(4)] == [True, False, False, False]
    assert state_of(fresh(opened), later) == "open"


def test_a_probe_that_was_killed_blocks_for_a_minute_only(opened, now):
    later = now + 2 * MINUTE
    assert admit(opened, later)
    assert admit(opened, later + 59 * SECOND) is False
    assert admit(opened, later + MINUTE) is True


def test_a_probe_that_called_nobody_makes_way_at_once(opened, now):
    later, idle, other = now + 2 * MINUTE, fresh(opened), fresh(opened)
    assert (admit(idle, later), admit(other, later)) == (True, False)
    give_back(other)  # which never was the probe
    assert admit(other, later) is False
    give_back(idle)
    assert (admit(other, later + SECOND), admit(idle, later + SECOND)) == (True, False)
    give_back(idle)
    assert fresh(opened).probed_at == later + SECOND


def test_a_probe_whose_call_was_told_of_has_nothing_to_give_back(opened, now):
    later = now + 2 * MINUTE
    admit(opened, later)
    breaker.record_failed(opened.pk, later, later + SECOND)
    give_back(opened)
    row = fresh(opened)
    assert (row.opened, row.paused_until) == (2, later + SECOND + 4 * MINUTE)
    assert take_probe(row, later + 2 * SECOND)
    give_back(row)  # a longer pause stays
    assert fresh(row).paused_until == later + SECOND + 4 * MINUTE


def test_a_good_probe_closes_it_and_resets_all_counts(opened, now):
    later = now + 2 * MINUTE
    admit(opened, later)
    breaker.record_good(opened.pk, later)
    row = fresh(opened)
    assert (row.opened, row.failed_calls, row.paused_until) == (0, 0, None)
    assert admit(row, later)
    assert open_alerts() == []


def test_a_failed_probe_opens_it_for_longer_each_time_up_to_half_an_hour(opened, now):
    at, pauses = opened.paused_until, []
    for _ in range(6):
        assert admit(opened, at)
        breaker.record_failed(opened.pk, at, at + SECOND)
        row = fresh(opened)
        pauses.append((row.paused_until - at - SECOND) / MINUTE)
        at = row.paused_until
    assert pauses == [4, 8, 16, 30, 30, 30]
    assert open_alerts() == ["Beans does not answer"]
    assert Alert.objects.get().count == 7


def test_a_probe_asked_to_slow_down_was_answered(opened, now):
    later = now + 2 * MINUTE
    admit(opened, later)
    breaker.record_slow_down(opened.pk, 7, later, later + SECOND)
    row = fresh(opened)
    assert (row.opened, row.paused_until) == (0, later + 8 * SECOND)
    assert open_alerts() == []


def test_a_late_answer_of_a_probe_whose_time_was_over_does_not_count(opened, now):
    first = now + 2 * MINUTE
    admit(opened, first)
    second = first + MINUTE
    admit(opened, second)
    breaker.record_failed(opened.pk, first, second + SECOND)
    assert (fresh(opened).opened, fresh(opened).probed_at) == (1, second)


# --- a person tries before the time


def test_a_person_may_be_the_probe_before_the_time(opened, now):
    soon = now + 10 * SECOND
    assert [take_probe(fresh(opened), soon) for _ in range(3)] == [True, False, False]
    breaker.record_good(opened.pk, soon)
    assert state_of(fresh(opened), soon) == "closed"


def test_a_person_who_tries_too_early_does_not_make_it_wait_longer(opened, now):
    soon = now + 10 * SECOND
    assert take_probe(opened, soon)
    breaker.record_failed(opened.pk, soon, soon + SECOND)
    row = fresh(opened)
    assert (row.opened, row.failed_calls, row.paused_until) == (1, 4, now + 2 * MINUTE)
    assert take_probe(row, soon + 2 * SECOND)


def test_a_closed_one_needs_no_probe(fake, now):
    assert take_probe(fake, now) is False


# --- words and settings


def test_the_page_says_what_happens_in_plain_words(opened, now):
    begin = "Beans does not answer (3 failed calls)."
    assert why_waiting(opened, now) == f"{begin} Its orders wait; we try again at 12:02 UTC."
    assert why_waiting(opened, now, 1) == f"{begin} 1 order waits; we try again at 12:02 UTC."
    assert why_waiting(opened, now, 4) == f"{begin} 4 orders wait; we try again at 12:02 UTC."
    later = now + 2 * MINUTE
    assert why_waiting(opened, later, 0) == f"{begin} No order waits; we try now."


def test_the_page_says_until_when_it_was_asked_to_slow_down(fake, now):
    breaker.record_slow_down(fake.pk, 120, now, now)
    assert why_waiting(fresh(fake), now) == "Beans asked us to slow down until 12:02 UTC."
    assert why_waiting(fresh(fake), now + 2 * MINUTE) == ""


def test_the_first_cool_down_is_a_setting(settings):
    settings.BREAKER_COOL_S = 1
    assert [cool_down(times).total_seconds() for times in (1, 2, 3, 11, 12, 99)] == [
        1, 2, 4, 1024, 1024, 1024,
    ]  # fmt: skip
    settings.BREAKER_COOL_S = 3600
    assert cool_down(5).total_seconds() == 3600
