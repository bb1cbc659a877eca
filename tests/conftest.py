"""Fixtures every test may use: a moment, a scripted provider with a connection, a user."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from hypothesis import settings as hypothesis_settings

from config.environment import TEST_CREDENTIAL_KEYS
from integrations import registry
from integrations.models import Connection
from integrations.providers.base import PullsProducts, PullsStock
from integrations.services.runs import Run
from tests.fakes import SECRET, FakeProvider, Script

# The same examples in every run; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis_settings.register_profile("portal", derandomize=True, deadline=None, database=None)
hypothesis_settings.register_profile("explore", deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "portal"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A database per test process. SQLite in a file, as in production: in memory, threads would
    collide in other ways."""
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)


@pytest.fixture
def now() -> datetime:
    """Friday noon, UTC."""
    return datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_environment(settings: object, request: pytest.FixtureRequest) -> None:
    """No test calls a sandbox, knows an app or has another key, unless it says so."""
    settings.CREDENTIAL_KEYS = TEST_CREDENTIAL_KEYS
    settings.SANDBOX_URL = settings.SHOPIFY_API_KEY = settings.SHOPIFY_API_SECRET = ""
    settings.SELLERCLOUD_BASE_URL = settings.SELLERCLOUD_USERNAME = ""
    settings.SELLERCLOUD_PASSWORD = ""
    settings.STRIPE_ACCOUNT = settings.STRIPE_WEBHOOK_SECRET = settings.STRIPE_API_KEY = ""
    settings.ALLOW_PRIVATE_HOSTS = False
    # The real one takes half a second a password, by intent. A portal of its own knows only that.
    if request.node.get_closest_marker("e2e") is None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Counts of one test are not those of the next."""
    cache.clear()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """The provider `fake` is known; what it answers is set here."""
    script = Script()
    monkeypatch.setattr(FakeProvider, "script", script)
    monkeypatch.setitem(registry._providers, "fake", FakeProvider)
    return script


@pytest.fixture
def fake(script: Script, db: None) -> Connection:
    """An active connection to beans.fake."""
    return make_fake()


def make_fake(account: str = "beans.fake", **fields: object) -> Connection:
    handle = account.partition(".")[0]
    values = {"name": handle.title(), "status": "active", "settings": {"shop": account}} | fields
    row = Connection(provider="fake", slug=handle, account=account, **values)
    row.secrets = {"client_secret": SECRET}
    row.save()
    return row


@pytest.fixture
def flow(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Run], None]], None]:
    """Only the flows `stock` and `products` exist; call it with what a stock run does."""
    flows: dict[str, registry.Flow] = {}
    monkeypatch.setattr(registry, "_flows", flows)

    def do(handler: Callable[[Run], None]) -> None:
        flows["stock"] = registry.Flow("stock", PullsStock, handler, "Stock")

    flows["products"] = registry.Flow("products", PullsProducts, lambda run: None, "Products")
    do(lambda run: None)
    return do


@pytest.fixture
def listeners(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Callable[..., object]]]:
    """Who listens to which webhook topic: nobody, until the test says so."""
    topics: dict[str, list[Callable[..., object]]] = {}
    monkeypatch.setattr(registry, "_topics", topics)
    return topics


@pytest.fixture
def staff(db: None) -> Iterator[User]:
    return User.objects.create_user("ann", is_staff=True)
