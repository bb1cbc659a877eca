"""One running stack per end-to-end test on the PostgreSQL test database; or a server to be hurt."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from integrations.models import Alert, InboundEvent, SyncRun
from orders.models import Submission
from tests.e2e.server import Server
from tests.e2e.stack import API_KEY, API_SECRET, Stack, make_stack, wait_until_up


@pytest.fixture
def stack(transactional_db: None, tmp_path: Path, settings: object) -> Iterator[Stack]:
    assert connection.vendor == "postgresql", "End-to-end tests run with `make test-postgres`."
    running = make_stack(tmp_path)
    settings.SANDBOX_URL = running.sandbox_url
    settings.ALLOW_PRIVATE_HOSTS = True
    settings.BASE_URL = running.portal_url
    settings.SHOPIFY_API_KEY, settings.SHOPIFY_API_SECRET = API_KEY, API_SECRET
    try:
        wait_until_up(running)
        yield running
    finally:
        running.stop()
        # pytest shows what is printed where the test failed.
        print(running.tail())
        print(*open_questions(), sep="\n")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL of the test file's own."""
    # Not in pytest's own folder, which is closed to the other user the server runs as.
    with tempfile.TemporaryDirectory(prefix="crossdock-", ignore_cleanup_errors=True) as folder:
        running = Server(Path(folder))
        running.create()
        yield running
        running.stop()


def open_questions() -> list[str]:
    """What the portal itself says is not done."""
    return [
        *(f"{s} {s.status}: {s.error}" for s in Submission.objects.exclude(status="submitted")),
        *(f"{e} {e.status}: {e.error}" for e in InboundEvent.objects.exclude(status="done")),
        *(f"{r} {r.flow} {r.status}: {r.error}" for r in SyncRun.objects.exclude(error="")),
        *(f"{a}: {a.advice}" for a in Alert.objects.filter(closed_at=None)),
    ]
