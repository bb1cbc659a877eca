"""Reading ahead: the same items, some of them early; the database stays with its thread."""

import threading
import time
from functools import partial

import pytest
from django.db import connections
from django.utils import timezone

from integrations.errors import BadResponse
from integrations.handover import ask
from integrations.models import ApiCall, Connection
from integrations.prefetch import ahead
from integrations.services.connections import provider_for
from integrations.types import Tokens
from tests.integrations.reading.conftest import helpers


def test_the_items_are_the_same_in_the_same_order():
    assert list(ahead(iter(range(1234)), size=100)) == list(range(1234))
    assert list(ahead([], size=100)) == []
    assert helpers() == []


def test_it_reads_on_while_the_consumer_works():
    read = []

    def source():
        for number in range(6):
            read.append(number)
            yield number

    items = ahead(source(), size=2)
    assert next(items) == 0
    deadline = time.monotonic() + 5
    while len(read) < 6 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert read == [0, 1, 2, 3, 4, 5]
    items.close()


def test_it_is_no_more_than_two_chunks_ahead():
    read = []
    items = ahead(map(read.append, range(1000)), size=10)
    next(items)
    time.sleep(0.1)
    assert len(read) == 30
    items.close()


def test_a_slow_source_is_handed_on_in_small_chunks(monkeypatch):
    monkeypatch.setattr("integrations.prefetch.LONGEST_S", 0.02)
    go_on = threading.Event()

    def source():
        yield 1
        time.sleep(0.03)
        yield 2
        go_on.wait(5)
        yield 3

    items = ahead(source(), size=1000)
    assert [next(items), next(items)] == [1, 2]
    go_on.set()
    assert list(items) == [3]


def test_an_error_comes_after_the_items_before_it():
    def source():
        yield from range(5)
        raise BadResponse("A web page.")

    got = []
    with pytest.raises(BadResponse, match="A web page"):
        got.extend(ahead(source(), size=2))
    assert got == [0, 1, 2, 3, 4]
    assert helpers() == []


def test_closed_early_the_source_is_closed_in_its_thread():
    closed_in = []

    def source():
        try:
            yield from range(100)
        finally:
            closed_in.append(threading.current_thread().name)

    items = ahead(source(), size=10)
    next(items)
    items.close()
    assert closed_in == ["ahead"]
    assert helpers() == []


def test_closed_while_the_source_asks_for_something_it_ends():
    def source():
        yield 1
        ask(lambda: None)
        yield 2

    items = ahead(source(), size=1, chunks=2)
    assert next(items) == 1
    items.close()
    assert helpers() == []


def test_whatever_is_asked_is_done_by_the_consumer_and_errors_come_back():
    def source():
        yield ask(lambda: threading.current_thread().name)
        try:
            ask(partial(int, "x"))
        except ValueError as problem:
            yield str(problem)

    here = threading.current_thread().name
    assert list(ahead(source())) == [here, "invalid literal for int() with base 10: 'x'"]


def test_a_pool_inside_a_source_hands_over_through_it(client, told):
    def source():
        for answer in client.read_many(("GET", f"/{page}", {}) for page in range(1, 10)):
            yield answer.json()["page"]

    assert list(ahead(source(), size=3)) == list(range(1, 10))
    assert {thread for thread, _, _ in told} == {threading.current_thread().name}
    assert len(told) == 9
    assert helpers() == []


def test_calls_are_recorded_inside_the_transaction_of_the_consumer(fake, net):
    """With rows of its own that are not committed: another connection could not even see them."""
    net.get("https://beans.fake.example/page", json={})
    http = provider_for(fake).access.http

    def source():
        for number in range(4):
            http.read("GET", "/page")
            yield number

    for number in ahead(source(), size=1):
        Connection.objects.filter(pk=fake.pk).update(failures=number)
    assert ApiCall.objects.filter(connection=fake, verdict="good").count() == 4
    http.close()


def test_a_call_is_dated_when_it_was_made_however_late_it_is_recorded(fake, net):
    net.get("https://beans.fake.example/page", json={})
    http, made_at, is_made = provider_for(fake).access.http, [], threading.Event()

    def source():
        yield 1
        http.read("GET", "/page")
        made_at.append(timezone.now())
        is_made.set()
        yield 2

    for number in ahead(source(), size=1):
        if number == 1:
            is_made.wait(5)
            time.sleep(0.05)
    assert ApiCall.objects.get().at <= made_at[0]
    http.close()


def test_tokens_are_renewed_by_the_consumer(fake):
    provider = provider_for(fake)

    def source():
        fresh = Tokens(access="fresh")
        yield provider.access.tokens.renew("", lambda old: fresh).access

    assert list(ahead(source())) == ["fresh"]
    fake.refresh_from_db()
    assert fake.tokens.reveal()["access"] == "fresh"


@pytest.mark.django_db
def test_a_database_connection_the_source_opened_is_closed():
    opened = []

    def source():
        Connection.objects.count()
        opened.append(connections["default"])
        assert connections["default"].connection is not None
        yield 1

    assert list(ahead(source())) == [1]
    assert [one.connection for one in opened] == [None]
