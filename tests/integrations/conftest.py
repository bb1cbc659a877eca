"""Fixtures of integrations: calls over a mocked network, an install link, a failing system,
variants a file is about."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import responses
from django.contrib.auth.models import User
from django.utils import timezone

from catalog.models import Variant
from integrations.models import Connection, InstallLink
from integrations.services import connections, imports, write_import
from integrations.services.installs import create_link
from tests.catalog.builders import make_variant
from tests.fakes import Script
from tests.integrations.breaking import fail, fresh
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


@pytest.fixture
def invite(script: Script, flow: object, staff: User) -> Callable[..., tuple[InstallLink, str]]:
    """Makes an install link; returns it and its path."""

    def make(
        account: str = "beans.fake", now: datetime | None = None, **options: object
    ) -> tuple[InstallLink, str]:
        link, url = create_link("fake", account, "", staff, now or timezone.now(), **options)
        return link, urlsplit(url).path

    return make


@pytest.fixture
def opened(fake: Connection, now: datetime) -> Connection:
    """A connection that failed three times just now."""
    fail(fake, now, 3)
    return fresh(fake)


@pytest.fixture
def three(db: None) -> list[Variant]:
    """A-1 to A-3 at 10."""
    return [make_variant(f"A-{n}", price=Decimal(10)) for n in (1, 2, 3)]


@pytest.fixture
def in_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row is a chunk, and every file is large."""
    for module in (imports, write_import):
        monkeypatch.setattr(module, "CHUNK", 1)
        monkeypatch.setattr(module, "AT_ONCE", 0)
