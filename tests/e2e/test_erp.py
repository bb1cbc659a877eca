"""The ERP by `manage.py` in processes of its own, against the simulated one on real HTTP."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.db import connection

from integrations.models import Alert, Connection, ExternalRef
from integrations.sandbox.config import DEFAULT_ERP_PASSWORD, DEFAULT_ERP_USERNAME, Config
from integrations.sandbox.sellercloud.models import Erp
from integrations.sandbox.sellercloud.seed_data import ACCOUNT
from integrations.sandbox.server import Server, serve
from inventory.models import PurchaseOrder, PurchaseOrderLine, StockLevel
from tests.catalog.builders import make_variant
from tests.e2e.stack import ROOT, database_url

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
TABLES = (PurchaseOrder, PurchaseOrderLine, ExternalRef)
WRONG = "not-the-password-7"


@dataclass
class Desk:
    """A terminal of whoever runs the portal, and the ERP beside it."""

    server: Server
    env: dict[str, str]
    said: list[str] = field(default_factory=list)

    @property
    def erp(self) -> Erp:
        return self.server.world.erp(ACCOUNT)

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.said += [done.stdout, done.stderr]
        return done

    def connect(self, password: str = DEFAULT_ERP_PASSWORD) -> None:
        done = self.manage(
            "connect", "sellercloud", "erp", "--name", "SellerCloud",
            "--set", f"base_url=https://{ACCOUNT}/rest",
            "--secret", f"username={DEFAULT_ERP_USERNAME}", "--secret", f"password={password}",
            "--check",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def sync(self, flow: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code of a run, and the object it prints."""
        done = self.manage("sync", "erp", flow, "--json", *arguments)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def control(self, action: str, **given: Any) -> Any:
        url = f"{self.server.url}/control/erps/{ACCOUNT}/{action}"
        answer = requests.post(url, json=given, timeout=10)
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture
def desk(transactional_db: None, tmp_path: Path) -> Iterator[Desk]:
    assert connection.vendor == "postgresql", "End-to-end tests run with `make test-postgres`."
    server = serve(Config(port=0, smtp_port=None))
    passed_on = ("PATH", "PYTHONPATH", "DJANGO_SETTINGS_MODULE")
    env = {
        **{name: os.environ[name] for name in passed_on if name in os.environ},
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "CREDENTIAL_KEYS": settings.CREDENTIAL_KEYS,
        "SANDBOX_URL": server.url,
        "ALLOW_PRIVATE_HOSTS": "1",
        "ENV_FILE": str(tmp_path / "none.env"),
    }
    yield Desk(server, env)
    server.close()


def versions() -> dict[str, list[tuple[int, str]]]:
    """The database's own mark of every row's last writing: it changes with any UPDATE."""
    found = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            table = model._meta.db_table
            cursor.execute(f"SELECT id, xmin::text FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def there(desk: Desk) -> dict[str, tuple[int, int]]:
    """Units ordered and received of each purchase order, as the ERP has them."""
    return {str(one.id): (one.ordered, one.received) for one in desk.erp.orders.values()}


def here() -> dict[str, tuple[int, int]]:
    """The same, as we have them."""
    rows = PurchaseOrder.objects.in_bulk()
    refs = ExternalRef.objects.filter(kind="purchase_order")
    return {
        ref.external_id: (rows[ref.object_id].ordered_units, rows[ref.object_id].received_units)
        for ref in refs
    }


def forget_tokens(row: Connection) -> None:
    row.tokens = {}
    row.save(update_fields=["tokens"])


def test_purchase_orders_and_stock_come_by_command_and_nothing_is_written_twice(desk: Desk) -> None:
    desk.connect()

    code, first = desk.sync("purchase_orders")
    assert (code, first["status"], first["error"]) == (0, "completed", "")
    assert (first["processed"], first["created"], first["updated"]) == (120, 120, 0)
    assert here() == there(desk)

    before = versions()
    code, second = desk.sync("purchase_orders")
    assert (code, second["status"]) == (0, "completed")
    assert (second["created"], second["updated"]) == (0, 0)
    assert versions() == before

    desk.control("order", lines=[{"sku": "CD-SPOON", "quantity": 12}])
    late = next(one.id for one in desk.erp.orders.values() if one.status.name == "ORDERED")
    desk.control("receive", order=late)
    code, third = desk.sync("purchase_orders")
    assert (code, third["created"], third["updated"]) == (0, 1, 1)
    assert here() == there(desk)

    for sku in ("CD-SPOON", "K\u00dcHLTASCHE 2 L"):
        make_variant(sku)
    code, stock = desk.sync("stock", "--sku", "CD-SPOON", "--sku", "K\u00dcHLTASCHE 2 L")
    assert (code, stock["status"], stock["processed"]) == (0, "completed", 2)
    levels = dict(StockLevel.objects.values_list("variant__sku", "available"))
    assert levels == {sku: desk.erp.goods[sku].available for sku in levels}
    assert len(levels) == 2
    # One sign-in for five processes: the token is kept, and found again.
    assert desk.erp.calls["token"] == 1


def test_without_credentials_a_run_is_skipped_and_names_what_is_missing(desk: Desk) -> None:
    Connection.objects.create(
        provider="sellercloud", slug="erp", name="SellerCloud", account=ACCOUNT,
        settings={"base_url": f"https://{ACCOUNT}/rest"},
    )  # fmt: skip
    code, said = desk.sync("purchase_orders")
    assert (code, said["status"]) == (4, "skipped")
    for name in ("SELLERCLOUD_USERNAME", "SELLERCLOUD_PASSWORD"):
        assert name in said["error"]
    assert (said["processed"], said["created"], said["updated"]) == (0, 0, 0)
    assert not desk.erp.calls
    assert not Alert.objects.exists()


def test_a_password_that_is_wrong_fails_once_and_is_said_nowhere(desk: Desk) -> None:
    desk.connect()
    desk.control("login", password=WRONG)
    # A token that young would not be replaced again, whatever the ERP says.
    forget_tokens(Connection.objects.get(slug="erp"))

    code, said = desk.sync("purchase_orders")
    assert (code, said["status"], said["processed"]) == (1, "failed", 0)
    assert "password" in said["error"].lower()
    code, said = desk.sync("stock", "--sku", "CD-SPOON")
    assert (code, said["status"]) == (4, "skipped")

    assert Connection.objects.get(slug="erp").status == "needs_attention"
    alert = Alert.objects.get(closed_at=None)
    assert alert.kind == "credentials"
    assert desk.erp.calls["token"] == 2
    assert not PurchaseOrder.objects.exists()
    told = "".join([*desk.said, alert.title, alert.advice])
    for secret in (DEFAULT_ERP_PASSWORD, WRONG):
        assert secret not in told
