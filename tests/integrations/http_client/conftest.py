"""The client on a network that is not there, with a clock that only sleep moves."""

from datetime import UTC, datetime

import pytest
import responses

from integrations.http import Client

BASE = "https://api.example.com"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def calls():
    return []


@pytest.fixture
def client(time, calls):
    client = Client(
        BASE,
        sleep=time.sleep,
        clock=lambda: time.at,
        now=lambda: NOW,
        jitter=lambda: 0.25,
        on_call=calls.append,
    )
    yield client
    client.close()


@pytest.fixture
def net():
    with responses.RequestsMock() as mock:
        yield mock
