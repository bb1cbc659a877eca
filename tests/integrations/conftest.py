"""Fixtures of whole calls over a mocked network."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import responses

from integrations.services import connections
from tests.integrations.remote_shop import RemoteShop


@pytest.fixture
def net() -> Iterator[responses.RequestsMock]:
    """The network: nothing is there but what a test put there."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds slept inside calls of connections; nobody waits for them."""
    slept: list[float] = []
    monkeypatch.setattr(connections, "time", SimpleNamespace(sleep=slept.append))
    return slept


@pytest.fixture
def shop(net: responses.RequestsMock, naps: list[float], db: None) -> RemoteShop:
    """A partner's store that is connected, and works."""
    return RemoteShop(net, "blue-door")
