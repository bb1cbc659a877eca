"""Many reads at once: in order, bounded, and each exactly as one read."""

import threading
import time

import pytest

from integrations.errors import BadResponse, NotAuthorized, Rejected, Retryable, Throttled
from integrations.many_reads import Gate
from tests.integrations.reading.conftest import OK, helpers

ME = threading.current_thread().name


def calls(number, **options):
    return [("GET", f"/{page}", options) for page in range(1, number + 1)]


def numbers(answers):
    return [answer.json()["page"] for answer in answers]


def test_answers_come_in_the_order_of_the_questions_whichever_is_first(client, pages):
    pages.script = lambda page, attempt: (200, {}, 0.03 * (page % 3))
    assert numbers(client.read_many(calls(20))) == list(range(1, 21))


@pytest.mark.parametrize("width", [1, 4, 8])
def test_so_many_are_in_flight_and_no_more(client, pages, width):
    together = threading.Barrier(width)

    def answer_all_at_once(page, attempt):
        together.wait(5)
        return OK

    pages.script = answer_all_at_once
    assert len(numbers(client.read_many(calls(24), at_once=width))) == 24
    assert pages.busiest == width


def test_whoever_reads_slowly_is_not_overtaken_by_far(client, pages):
    answers = client.read_many(calls(100), at_once=4)
    next(answers)
    time.sleep(0.2)
    assert sorted(pages.asked) == list(range(1, 10))
    answers.close()


def test_questions_may_depend_on_the_first_answers(client, pages):
    """Pages are asked for until one is empty: the questions are walked only a little ahead."""
    walked = []

    def endless():
        for page in range(1, 1000):
            walked.append(page)
            yield "GET", f"/{page}", {}

    for answer in client.read_many(endless(), at_once=2):
        if answer.json()["page"] == 5:
            break
    assert len(walked) <= 9


def test_every_try_is_recorded_in_the_thread_of_the_caller(client, pages, told):
    pages.script = lambda page, attempt: (500 if (page, attempt) == (3, 1) else 200, {}, 0.0)
    numbers(client.read_many(calls(5)))
    assert sorted(told) == [(ME, 200, 1)] * 4 + [(ME, 200, 2), (ME, 500, 1)]


def test_one_renewal_by_the_caller_serves_all_that_were_refused(client, pages):
    token, renewed_in = ["old"], []

    def renew():
        renewed_in.append(threading.current_thread().name)
        token[0] = "new"
        return True

    client.authorize(lambda: {"Authorization": token[0]}, renew)
    pages.script = lambda page, attempt: (200 if attempt > 1 or page > 4 else 401, {}, 0.02)
    answers = [answer.json() for answer in client.read_many(calls(8))]

    assert renewed_in == [ME]
    assert [one["page"] for one in answers] == list(range(1, 9))
    assert {one["by"] for one in answers[:4]} == {"new"}


def test_refused_again_after_the_renewal_is_the_end(client, pages):
    client.authorize(lambda: {"Authorization": "x"}, lambda: True)
    pages.script = lambda page, attempt: (401 if page == 2 else 200, {}, 0.0)
    answers = client.read_many(calls(50))
    assert next(answers).json()["page"] == 1
    with pytest.raises(NotAuthorized):
        next(answers)
    assert len(pages.asked) < 50
    assert helpers() == []


def test_the_error_that_is_first_in_order_is_raised_after_the_answers_before_it(client, pages):
    slow_refusal, quick_refusal = (400, {}, 0.1), (403, {}, 0.0)
    special = {3: slow_refusal, 4: quick_refusal}
    pages.script = lambda page, attempt: special.get(page, OK)
    read = []
    with pytest.raises(Rejected, match="HTTP 400"):
        read.extend(answer.json()["page"] for answer in client.read_many(calls(50)))
    assert read == [1, 2]
    assert max(pages.asked) <= 11
    assert helpers() == []


def test_what_is_in_flight_ends_before_an_error_is_raised(client, pages, told):
    pages.script = lambda page, attempt: (400, {}, 0.0) if page == 1 else (200, {}, 0.1)
    with pytest.raises(Rejected, match="HTTP 400"):
        next(client.read_many(calls(50)))
    assert len(told) == len(pages.asked)


def test_a_long_throttle_is_raised_and_nothing_new_is_asked(client, pages, naps):
    pages.script = lambda page, attempt: (
        (429, {"Retry-After": "600"}, 0.0) if page > 2 else (200, {}, 0.02)
    )
    with pytest.raises(Throttled) as error:
        numbers(client.read_many(calls(100)))
    assert error.value.retry_after == 600
    assert max(pages.asked) <= 10
    assert naps == []


def test_what_the_call_inspects_is_its_error(client):
    def refuse(answer):
        raise BadResponse("Not what was promised.")

    with pytest.raises(BadResponse, match="Not what was promised"):
        numbers(client.read_many(calls(3, inspect=refuse)))


def test_a_read_that_fails_three_times_gives_up_as_alone(client, pages, told):
    pages.script = lambda page, attempt: (503 if page == 1 else 200, {}, 0.0)
    with pytest.raises(Retryable) as error:
        numbers(client.read_many(calls(1)))
    assert error.value.gave_up is True
    assert [attempt for _, status, attempt in told] == [1, 2, 3]


def test_closed_early_it_asks_nothing_more_and_leaves_no_thread(client, pages, told):
    pages.script = lambda page, attempt: (200, {}, 0.03)
    answers = client.read_many(calls(100))
    next(answers)
    answers.close()
    asked = len(pages.asked)
    time.sleep(0.1)
    assert len(pages.asked) == asked < 15
    assert len(told) == asked
    assert helpers() == []


def test_an_error_of_whoever_records_reaches_the_caller(client, monkeypatch):
    def refuse(call):
        raise ValueError("The disk is full.")

    monkeypatch.setattr(client, "_on_call", refuse)
    with pytest.raises(ValueError, match="The disk is full"):
        numbers(client.read_many(calls(10)))
    assert helpers() == []


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self):
        self.at, self.slept = 100.0, []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds


def test_once_they_ask_for_time_every_call_of_the_pool_waits_for_it():
    time = Time()
    gate = Gate(lambda: time.at, time.sleep)
    gate.enter()
    gate.hold(5)
    gate.hold(3)
    gate.enter()
    gate.enter()
    assert time.slept == [5]
