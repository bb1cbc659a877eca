"""Asking for runs: how a run that ends, and one that goes on, is answered."""

from datetime import timedelta
from threading import BoundedSemaphore

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import BadResponse
from integrations.models import SyncRun
from integrations.services import sync_requests
from integrations.services.runs import Held, run_flow
from tests.integrations.api.calling import INVENTORY, ORDERS, ROOT, counts_of

pytestmark = pytest.mark.django_db


# --- a run that ends


@pytest.mark.parametrize(("path", "flow"), [(ORDERS, "purchase_orders"), (INVENTORY, "stock")])
def test_a_run_that_ends_is_answered_with_its_counts(erp, flows, caller, worker, path, flow):
    flows[flow] = lambda run: run.count(
        total=9, processed=9, created=2, updated=3, unchanged=3, skipped=1
    )

    answer = caller.post(path)

    run, found = SyncRun.objects.get(), answer.json()
    assert answer.status_code == 200
    assert (found["run_id"], found["status"], found["flow"]) == (run.pk, "completed", flow)
    assert counts_of(answer) == (9, 2, 3, 3, 1, 0)
    assert (found["error"], found["missing"], found["already_running"]) == ("", [], False)
    assert found["finished_at"].endswith("Z")
    assert found["url"] == f"{ROOT}/runs/{run.pk}"
    assert caller.get(found["url"]).json()["processed"] == 9


def raising(error):
    def handler(run):
        run.count(processed=1)
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "status", "reason", "sentence"),
    [
        (BadResponse("A web page."), "failed", "bad_response", "A web page."),
        (Held("empty", "It was empty."), "held", "empty", "It was empty."),
    ],
)
def test_a_run_that_ends_badly_says_so(erp, flows, caller, worker, error, status, reason, sentence):
    flows["stock"] = raising(error)

    answer = caller.post(INVENTORY)

    found = answer.json()
    assert answer.status_code == 200
    assert (found["status"], found["reason"], found["error"]) == (status, reason, sentence)
    assert counts_of(answer) == (1, 0, 0, 0, 0, 0)


def test_no_transaction_is_open_while_a_caller_waits(erp, caller, monkeypatch):
    depth, seen = len(connection.savepoint_ids), []
    monkeypatch.setattr(
        sync_requests.time,
        "sleep",
        lambda seconds: seen.append(len(connection.savepoint_ids)) or _work(),
    )

    caller.post(ORDERS)

    assert seen == [depth]
    assert transaction.get_connection().in_atomic_block  # the test's own


def _work():
    run_flow(SyncRun.objects.get().pk)


# --- a run that goes on


def test_a_run_that_goes_on_is_answered_with_where_to_look_again(erp, caller, no_worker):
    answer = caller.post(f"{ORDERS}?wait=3")

    run = SyncRun.objects.get()
    assert answer.status_code == 202
    assert (answer.json()["status"], run.status) == ("queued", "queued")
    assert answer.headers["Location"] == f"{ROOT}/runs/{run.pk}"
    assert answer.headers["Retry-After"] == "5"
    assert sum(no_worker) == pytest.approx(3)
    assert OrmQ.objects.get().key == "flows"


def test_twenty_seconds_are_waited_if_nothing_is_said(erp, caller, no_worker):
    caller.post(ORDERS)

    assert sum(no_worker) == pytest.approx(20)


def test_who_does_not_want_to_wait_does_not(erp, caller, no_worker):
    assert caller.post(f"{ORDERS}?wait=0").status_code == 202
    assert no_worker == []


def test_callers_that_wait_do_not_take_every_thread_of_the_portal(
    erp, caller, no_worker, monkeypatch
):
    monkeypatch.setattr(sync_requests, "SEATS", BoundedSemaphore(1))
    sync_requests.SEATS.acquire()

    assert caller.post(ORDERS).status_code == 202
    assert no_worker == []

    sync_requests.SEATS.release()
    caller.post(ORDERS)
    assert sum(no_worker) == pytest.approx(20)


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_run_under_way_is_answered_instead_of_a_second_one(erp, caller, no_worker, status):
    first = SyncRun.objects.create(
        connection=erp, flow="stock", trigger="schedule", status=status, processed=4
    )

    answer = caller.post(f"{INVENTORY}?wait=0", {"skus": ["A"]})

    found = answer.json()
    assert answer.status_code == 202
    assert (found["run_id"], found["already_running"], found["processed"]) == (first.pk, True, 4)
    assert (found["trigger"], found["params"]) == ("schedule", {})
    assert SyncRun.objects.count() == 1


def test_the_time_a_run_was_asked_for_is_utc(erp, caller):
    found = caller.post(f"{ORDERS}?wait=0").json()

    assert found["asked_at"].endswith("Z")
    assert timezone.now() - SyncRun.objects.get().created_at < timedelta(minutes=1)
