"""`manage.py sync CONNECTION purchase_orders`: what it may be narrowed to, and how it ends."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integrations import registry
from integrations.errors import BadResponse
from integrations.models import Connection, FlowSchedule, SyncRun
from integrations.providers.base import PullsPurchaseOrders
from integrations.services.run_requests import request_run
from integrations.types import PurchaseOrderQuery, RemotePurchaseOrder
from inventory.models import PurchaseOrder
from tests.fakes import FakeProvider
from tests.integrations.test_commands import call
from tests.inventory.purchasing import line, order


class FakeErp(PullsPurchaseOrders, FakeProvider):
    """As the fake store, with purchase orders."""

    answer: list[Any]
    asked: list[PurchaseOrderQuery]

    def pull_purchase_orders(self, query: PurchaseOrderQuery) -> Iterator[RemotePurchaseOrder]:
        self.asked.append(query)
        for one in self.answer:
            if isinstance(one, Exception):
                raise one
            yield one


@pytest.fixture
def erp(fake: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """The connection `beans` is one of an ERP."""
    monkeypatch.setitem(registry._providers, "fake", FakeErp)
    monkeypatch.setattr(FakeErp, "answer", [], raising=False)
    monkeypatch.setattr(FakeErp, "asked", [], raising=False)
    return fake


def test_a_run_prints_its_counts_and_the_next_asks_for_what_changed_since(erp: Connection) -> None:
    FakeErp.answer = [order(1, line(1, "")), order(2, line(1, ""))]
    code, out, _ = call("sync", "beans", "purchase_orders", "--json")
    said = json.loads(out)
    assert (code, said["status"], said["processed"], said["created"], said["error"]) == (
        0, "completed", 2, 2, "",
    )  # fmt: skip
    code, out, _ = call("sync", "beans", "purchase_orders", "--json")
    said = json.loads(out)
    assert (code, said["created"], said["updated"], said["unchanged"]) == (0, 0, 0, 2)
    assert [query == PurchaseOrderQuery() for query in FakeErp.asked] == [True, False]
    assert FlowSchedule.objects.get().watermark["updated"] > "2026"


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ([order(1, line(1, "MUG", -1))], "partial", 5),
        ([BadResponse("It broke.")], "failed", 1),
    ],
)
def test_the_exit_code_says_how_it_ended(
    erp: Connection, answer: list[Any], status: str, code: int
) -> None:
    FakeErp.answer = answer
    assert call("sync", "beans", "purchase_orders")[0] == code
    assert SyncRun.objects.get().status == status
    assert not PurchaseOrder.objects.exists()


def test_an_empty_answer_to_everything_exits_with_3(erp: Connection) -> None:
    FakeErp.answer = [order(1)]
    call("sync", "beans", "purchase_orders")
    FakeErp.answer = []
    code, out, _ = call("sync", "beans", "purchase_orders", "--full")
    assert (code, "1 are known here" in out) == (3, True)


def test_every_option_reaches_the_run_in_words_it_keeps(erp: Connection) -> None:
    call(
        "sync", "beans", "purchase_orders", "--status=Ordered", "--status=cancelled",
        "--created-from=2026-11-01", "--created-to=2026-11-20",
        "--updated-from=2026-11-20T09:00:00+02:00", "--updated-to=2026-11-20T09:30", "--dry-run",
    )  # fmt: skip
    assert SyncRun.objects.get().params == {
        "statuses": ["ordered", "canceled"],
        "created_from": "2026-11-01T00:00:00+00:00",
        "created_to": "2026-11-20T23:59:59.999999+00:00",
        "updated_from": "2026-11-20T09:00:00+02:00",
        "updated_to": "2026-11-20T09:30:00+00:00",
        "dry_run": True,
    }
    (asked,) = FakeErp.asked
    assert asked.statuses == ("ordered", "canceled")


def test_full_is_kept_and_alone(erp: Connection) -> None:
    call("sync", "beans", "purchase_orders", "--full")
    assert SyncRun.objects.get().params == {"full": True}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["purchase_orders", "--status=Saved"], "'Saved' is not a status. Known: draft, ordered,"),
        (["purchase_orders", "--sku=MUG"], "--sku: not for the flow purchase_orders."),
        (["purchase_orders", "--created-from=soon"], "'soon' is not a time."),
        (["purchase_orders", "--created-to=2026-13-40"], "'2026-13-40' is not a time."),
        (
            ["purchase_orders", "--updated-from=2026-11-02", "--updated-to=2026-11-01"],
            "updated-to lies before updated-from.",
        ),
        (["purchase_orders", "--full", "--status=draft"], "--full means all of them"),
        (["purchase_orders", "--full", "--since=2026-11-01"], "--full means all of them"),
        (
            ["purchase_orders", "--since=2026-11-01", "--updated-from=2026-11-01"],
            "Give --since or --updated-from, not both.",
        ),
        (
            ["stock", "--status=draft", "--created-from=2026-11-01"],
            "--status, --created-from: only for the flow purchase_orders.",
        ),
    ],
)
def test_nonsense_exits_with_2_and_asks_nobody(
    erp: Connection, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError) as caught:
        call("sync", "beans", *arguments)
    assert caught.value.returncode == 2
    assert sentence in str(caught.value)
    assert not SyncRun.objects.exists()
    assert FakeErp.asked == []


def test_the_flow_runs_only_when_asked_unless_its_provider_says_otherwise(erp: Connection) -> None:
    request_run(erp, "purchase_orders", trigger="staff")
    schedule = FlowSchedule.objects.get()
    assert (schedule.is_manual, schedule.next_due_at) == (True, None)


def test_its_pages_call_the_flow_by_its_name(erp: Connection, admin_client: Client) -> None:
    call("sync", "beans", "purchase_orders")
    schedule = FlowSchedule.objects.get(flow="purchase_orders")
    pages = [
        reverse("admin:integrations_connection_change", args=[erp.pk]),
        reverse("admin:integrations_flowschedule_change", args=[schedule.pk]),
        reverse("admin:integrations_flowschedule_changelist"),
        reverse("admin:integrations_syncrun_changelist"),
    ]
    for address in pages:
        assert "purchase orders" in body_of(admin_client.get(address)).lower(), address


def body_of(page: HttpResponse) -> str:
    """Without the menu, which has a list of that name."""
    assert page.status_code == 200
    return page.content.decode().partition("<main")[2]
