"""An ERP that is connected, and somebody who calls the API."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from pydantic import BaseModel

from integrations import registry
from integrations.models import Connection, SyncRun
from integrations.providers.base import PullsPurchaseOrders, PullsStock
from integrations.services import sync_requests
from integrations.services.api_keys import make_key
from integrations.services.runs import Run, run_flow
from tests.fakes import FakeProvider
from tests.integrations.api.calling import ERP, Caller


class ErpSettings(BaseModel):
    base_url: str = ""
    username: str = ""


class ErpSecrets(BaseModel):
    password: str = ""


class FakeErp(PullsPurchaseOrders, FakeProvider):
    """Purchase orders and stock; the environment may configure it."""

    slug = "sellercloud"
    label = "SellerCloud"
    account_field = ""
    Settings = ErpSettings
    Secrets = ErpSecrets
    bootstrap = {
        "SELLERCLOUD_BASE_URL": "base_url",
        "SELLERCLOUD_USERNAME": "username",
        "SELLERCLOUD_PASSWORD": "password",
    }

    def pull_purchase_orders(self, query: object) -> Iterator[object]:
        return iter(())


@pytest.fixture
def flows(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[Run], None]]:
    """What runs of the two flows do; the provider `sellercloud` is known."""
    handlers: dict[str, Callable[[Run], None]] = {}
    known = {
        "purchase_orders": ("Purchase orders", PullsPurchaseOrders),
        "stock": ("Stock", PullsStock),
    }
    flows = {
        name: registry.Flow(
            name, capability, lambda run, name=name: handlers.get(name, _nothing)(run), label
        )
        for name, (label, capability) in known.items()
    }
    monkeypatch.setattr(registry, "_flows", flows)
    monkeypatch.setitem(registry._providers, "sellercloud", FakeErp)
    for name in FakeErp.bootstrap:
        monkeypatch.delenv(name, raising=False)
    return handlers


def _nothing(run: Run) -> None:
    """A run that finds nothing."""


@pytest.fixture
def erp(db: None, flows: object) -> Connection:
    """Connected and in use."""
    return make_erp(ERP)


def make_erp(slug: str, **fields: object) -> Connection:
    values = {"name": slug.upper(), "status": "active", "provider": "sellercloud"} | fields
    if values["status"] != "draft":
        values |= {"settings": {"base_url": f"https://{slug}.example"}}
        values |= {"secrets": {"username": "ops", "password": "hush"}}
    return Connection.objects.create(slug=slug, account=f"{slug}.example", **values)


@pytest.fixture
def owner(db: None) -> User:
    """One who may do everything a key can be made for."""
    user = User.objects.create_user("olga", is_staff=True, password="correct horse")
    user.groups.add(Group.objects.get(name="Owner"))
    return user


@pytest.fixture
def caller(owner: User) -> Caller:
    """Calls with a key of the owner that may do everything."""
    _, text = make_key(
        owner, "Nightly", ["sync:run", "sync:read"], timedelta(days=30), timezone.now()
    )
    return Caller(text)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Works off the queue while a caller waits; holds the seconds that were slept."""
    slept: list[float] = []

    def nap(seconds: float) -> None:
        slept.append(seconds)
        for run in SyncRun.objects.filter(status="queued"):
            run_flow(run.pk)

    monkeypatch.setattr(sync_requests.time, "sleep", nap)
    return slept


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody works: the clock jumps as far as somebody sleeps."""
    clock = [1000.0]
    slept: list[float] = []

    def nap(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(sync_requests.time, "sleep", nap)
    monkeypatch.setattr(sync_requests.time, "monotonic", lambda: clock[0])
    return slept
