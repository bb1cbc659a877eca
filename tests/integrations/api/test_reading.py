"""What ran last: the newest runs, each flow's last success, one run."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import FlowSchedule, SyncRun
from tests.integrations.api.calling import LAST, ROOT, STATUS, problem
from tests.integrations.api.conftest import make_erp

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, 0, 250_000, tzinfo=UTC)


def ran(store, flow="stock", status="completed", **fields):
    FlowSchedule.objects.get_or_create(connection=store, flow=flow)
    values = {"trigger": "schedule", "started_at": NOON, "finished_at": NOON} | fields
    return SyncRun.objects.create(connection=store, flow=flow, status=status, **values)


def last_successes(found):
    return {
        (one["connection"], flow["flow"]): (flow["last_success"] or {}).get("run_id")
        for one in found["connections"]
        for flow in one["flows"]
    }


def test_the_last_ten_runs_come_newest_first(erp, caller, owner):
    runs = [ran(erp, processed=number) for number in range(11)]
    newest = ran(erp, "purchase_orders", "failed", error="It broke.", trigger="api", user=owner)

    found = caller.get(STATUS).json()["runs"]

    assert [one["run_id"] for one in found] == [newest.pk, *(run.pk for run in runs[:1:-1])]
    assert (found[0]["error"], found[0]["trigger"]) == ("It broke.", "api")
    assert (found[0]["triggered_by"], found[1]["triggered_by"]) == ("olga", "")
    assert found[1]["finished_at"] == "2026-11-20T12:00:00.250Z"
    assert found[1]["processed"] == 10


def test_each_flow_of_each_connection_says_when_it_last_worked(erp, caller):
    other = make_erp("annex")
    make_erp("gone", status="archived")
    FlowSchedule.objects.create(connection=other, flow="purchase_orders")
    good = ran(erp, processed=5, created=1, updated=2)
    ran(erp, status="failed")
    ran(erp, "purchase_orders")
    partial = ran(erp, "purchase_orders", "partial", failed=1)
    ran(erp, "purchase_orders", "held")
    ran(erp, "purchase_orders", "running")
    theirs = ran(other)

    found = caller.get(STATUS).json()

    assert [one["connection"] for one in found["connections"]] == ["annex", "erp"]
    assert last_successes(found) == {
        ("annex", "purchase_orders"): None,
        ("annex", "stock"): theirs.pk,
        ("erp", "purchase_orders"): partial.pk,
        ("erp", "stock"): good.pk,
    }
    stock = found["connections"][1]["flows"][1]["last_success"]
    assert (stock["processed"], stock["created"], stock["updated"]) == (5, 1, 2)


def queries_of(caller, path):
    with CaptureQueriesContext(connection) as caught:
        assert caller.get(path).status_code == 200
    return len(caught)


def test_the_status_takes_as_many_queries_for_many_connections_as_for_one(erp, caller):
    ran(erp)
    caller.get(STATUS)  # notes the use of the key
    few = queries_of(caller, STATUS)
    for number in range(12):
        store = make_erp(f"annex{number}")
        for flow in ("stock", "purchase_orders"):
            ran(store, flow)

    assert queries_of(caller, STATUS) == few
    # The key, the rights of its owner (2), the runs, the flows, their last successes.
    assert few == 6


def test_a_secret_of_a_connection_is_not_even_read(erp, caller):
    ran(erp)
    with CaptureQueriesContext(connection) as caught:
        caller.get(STATUS)
        caller.get(LAST)

    read = [one["sql"] for one in caught if '"tokens"' in one["sql"] or '"secrets"' in one["sql"]]
    assert read == []


# --- the last run of a flow


def test_the_last_run_and_the_last_that_worked(erp, caller):
    good = ran(erp)
    bad = ran(erp, status="failed")
    ran(erp, "purchase_orders")

    found = caller.get(LAST).json()

    assert found["flow"] == "stock"
    assert (found["last"]["run_id"], found["last_success"]["run_id"]) == (bad.pk, good.pk)


def test_the_last_run_of_one_connection(erp, caller):
    good = ran(erp)
    ran(make_erp("annex"))

    assert caller.get(f"{LAST}&connection=erp").json()["last"]["run_id"] == good.pk


def test_a_flow_that_never_ran_has_no_last_run(erp, caller):
    assert caller.get(LAST).json() == {"flow": "stock", "last": None, "last_success": None}


@pytest.mark.parametrize(
    ("name", "flow"),
    [("inventory", "stock"), ("purchase-orders", "purchase_orders"), ("stock", "stock")],
)
def test_the_flows_of_an_erp_may_be_called_as_it_calls_them(erp, caller, name, flow):
    assert caller.get(f"{ROOT}/last?flow={name}").json()["flow"] == flow


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid"),
        ("?flow=invoices", 422, "invalid"),
        ("?flow=stock&connection=nowhere", 422, "unknown_connection"),
        ("?flow=stock&since=today", 422, "invalid"),
    ],
)
def test_a_wrong_question_is_no_empty_answer(erp, caller, query, status, code):
    assert problem(caller.get(f"{ROOT}/last{query}"))[:2] == (status, code)


# --- one run


def test_a_run_is_read_by_its_number(erp, caller, owner):
    run = ran(
        erp, status="running", finished_at=None, total=100, processed=40, params={"skus": ["A"]},
        user=owner, trigger="api",
    )  # fmt: skip

    found = caller.get(f"{ROOT}/runs/{run.pk}").json()

    assert found == {
        "run_id": run.pk, "connection": "erp", "connection_name": "ERP", "flow": "stock",
        "status": "running", "trigger": "api", "triggered_by": "olga", "params": {"skus": ["A"]},
        "total": 100, "processed": 40, "created": 0, "updated": 0, "unchanged": 0, "skipped": 0,
        "failed": 0, "reason": "", "error": "", "asked_at": found["asked_at"],
        "started_at": "2026-11-20T12:00:00.250Z", "finished_at": None,
        "url": f"{ROOT}/runs/{run.pk}",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        ("77", 404, "not_found"),
        ("0", 422, "invalid"),
        (str(2**63), 422, "invalid"),
        ("newest", 422, "invalid"),
    ],
)
def test_a_number_no_run_has(erp, caller, number, status, code):
    assert problem(caller.get(f"{ROOT}/runs/{number}"))[:2] == (status, code)
