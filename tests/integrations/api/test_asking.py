"""Asking for runs: narrowed to what, of which system, and where that one cannot be called."""

import pytest
from django.test import override_settings
from django_q.models import OrmQ

from integrations.models import Connection, SyncRun
from tests.conftest import make_fake
from tests.integrations.api.calling import INVENTORY, ORDERS, counts_of, problem, refused
from tests.integrations.api.conftest import make_erp

pytestmark = pytest.mark.django_db


# --- what it is narrowed to


def test_what_was_asked_for_is_kept_with_the_run(erp, caller):
    caller.post(
        f"{ORDERS}?wait=0",
        {
            "connection": "erp",
            "date_from": "2026-11-01",
            "date_to": "2026-11-20",
            "updated_from": "2026-11-20T09:00:00+02:00",
            "updated_to": "2026-11-20T09:30",
            "statuses": ["Ordered", "cancelled", "ordered"],
        },
    )

    assert SyncRun.objects.get().params == {
        "created_from": "2026-11-01T00:00:00+00:00",
        "created_to": "2026-11-20T23:59:59.999999+00:00",
        "updated_from": "2026-11-20T07:00:00+00:00",
        "updated_to": "2026-11-20T09:30:00+00:00",
        "statuses": ["ordered", "canceled"],
    }


def test_dates_may_be_spelled_as_the_erp_world_does(erp, caller):
    caller.post(f"{ORDERS}?wait=0", {"dateFrom": "2026-11-01", "dateTo": "2026-11-01"})

    assert SyncRun.objects.get().params == {
        "created_from": "2026-11-01T00:00:00+00:00",
        "created_to": "2026-11-01T23:59:59.999999+00:00",
    }


@pytest.mark.parametrize("name", ["skus", "skuIds"])
def test_a_stock_run_may_be_of_some_skus(erp, caller, name):
    caller.post(f"{INVENTORY}?wait=0", {name: ["MUG/11 ü&+", "B", "B"]})

    assert SyncRun.objects.get().params == {"skus": ["MUG/11 ü&+", "B"]}


@pytest.mark.parametrize("path", [ORDERS, INVENTORY])
@pytest.mark.parametrize("body", ["", "{}"])
def test_nothing_asked_for_means_everything(erp, caller, path, body):
    caller.post(f"{path}?wait=0", body)

    assert SyncRun.objects.get().params == {}


@pytest.mark.parametrize(
    ("path", "body", "field", "message"),
    [
        (ORDERS, {"statuses": []}, "statuses", "at least 1 item"),
        (ORDERS, {"statuses": ["Saved"]}, "statuses.0", "Known are draft, ordered, pending,"),
        (ORDERS, {"date_from": "11/20/2026"}, "date_from", "Write it like 2026-11-20"),
        (ORDERS, {"date_from": 20261120}, "date_from", "Write it like 2026-11-20"),
        (ORDERS, {"date_from": "2026-02-30"}, "date_from", "Write it like 2026-11-20"),
        (ORDERS, {"date_from": "2026-11-02", "date_to": "2026-11-01"}, "", "date_to lies before"),
        (ORDERS, {"skus": ["A"]}, "skus", "Unknown field."),
        (ORDERS, {"connection": 7}, "connection", "valid string"),
        (INVENTORY, {"skus": []}, "skus", "at least 1 item"),
        (INVENTORY, {"skus": [""]}, "skus.0", "at least 1 character"),
        (INVENTORY, {"skus": "A"}, "skus", "valid list"),
        (INVENTORY, {"skus": ["A"] * 1001}, "skus", "at most 1000 items"),
        (INVENTORY, {"sku": ["A"]}, "sku", "Unknown field."),
        (f"{ORDERS}?wait=61", {}, "wait", "less than or equal to 60"),
        (f"{ORDERS}?wait=-1", {}, "wait", "greater than or equal to 0"),
        (f"{ORDERS}?wait=soon", {}, "wait", "valid integer"),
        (f"{ORDERS}?wiat=0", {}, "wiat", "Unknown parameter."),
    ],
)
def test_a_wrong_value_starts_nothing_and_is_named(erp, caller, path, body, field, message):
    answer = caller.post(path, body)

    assert refused(answer) == (422, "invalid")
    found = {one["field"]: one["message"] for one in answer.json()["errors"]}
    assert message in found[field]


@pytest.mark.parametrize("body", ["{", "date_from=2026-11-01", "\x00"])
def test_a_body_that_is_no_json_starts_nothing(erp, caller, body):
    assert refused(caller.post(ORDERS, body)) == (400, "unreadable")


@pytest.mark.parametrize("body", ["[]", "null", "7", '"all"'])
def test_a_body_that_is_no_object_starts_nothing(erp, caller, body):
    assert refused(caller.post(ORDERS, body)) == (422, "invalid")


# --- of which system


def test_the_only_system_that_can_do_it_need_not_be_named(erp, script, caller):
    make_fake()  # has stock, no purchase orders
    make_erp("old", status="archived")
    make_erp("new", status="draft")

    caller.post(f"{ORDERS}?wait=0")

    assert SyncRun.objects.get().connection == erp


def test_of_several_that_have_stock_the_erp_is_meant(erp, script, caller):
    make_fake("beans.fake")

    caller.post(f"{INVENTORY}?wait=0")

    assert SyncRun.objects.get().connection == erp


def test_of_several_systems_one_must_be_named(erp, caller):
    make_erp("second")

    answer = caller.post(ORDERS)

    assert refused(answer) == (422, "ambiguous_connection")
    assert problem(answer)[2] == (
        "Several systems can do this: erp, second. Say which one in `connection`."
    )
    caller.post(f"{ORDERS}?wait=0", {"connection": "second"})
    assert SyncRun.objects.get().connection.slug == "second"


@pytest.mark.parametrize(
    ("slug", "code"),
    [("nowhere", "unknown_connection"), ("old", "unknown_connection"), ("beans", "not_capable")],
)
def test_a_system_that_cannot_do_it_starts_nothing(erp, script, caller, slug, code):
    make_fake("beans.fake")
    make_erp("old", status="archived")

    assert refused(caller.post(ORDERS, {"connection": slug})) == (422, code)


def test_where_no_such_system_is_known_nothing_can_be_asked_for(flows, caller, monkeypatch):
    monkeypatch.setattr("integrations.registry._providers", {})

    assert refused(caller.post(ORDERS)) == (409, "nothing_connected")
    assert not Connection.objects.exists()


# --- not configured, or not in use


@pytest.mark.parametrize(("path", "flow"), [(ORDERS, "purchase_orders"), (INVENTORY, "stock")])
def test_an_erp_that_is_not_configured_is_a_skipped_run_that_names_what_is_missing(
    flows, caller, no_worker, path, flow
):
    answer = caller.post(path)

    found = answer.json()
    assert answer.status_code == 200
    assert (found["status"], found["flow"]) == ("skipped", flow)
    assert found["missing"] == [
        "SELLERCLOUD_BASE_URL",
        "SELLERCLOUD_USERNAME",
        "SELLERCLOUD_PASSWORD",
    ]
    assert counts_of(answer) == (0, 0, 0, 0, 0, 0)
    assert found["run_id"] == SyncRun.objects.get().pk
    assert (no_worker, OrmQ.objects.count()) == ([], 0)


def test_a_draft_may_be_named(flows, caller):
    draft = make_erp("second", status="draft")

    found = caller.post(ORDERS, {"connection": "second"}).json()

    assert (found["status"], len(found["missing"])) == ("skipped", 3)
    assert SyncRun.objects.get().connection == draft


def test_asking_again_makes_no_second_draft(flows, caller):
    first, second = caller.post(ORDERS), caller.post(INVENTORY)

    assert (first.json()["status"], second.json()["status"]) == ("skipped", "skipped")
    assert Connection.objects.get().status == "draft"


@pytest.mark.parametrize("status", ["paused", "needs_attention"])
def test_a_system_that_is_not_in_use_answers_at_once_without_a_worker(
    erp, caller, no_worker, status
):
    Connection.objects.update(status=status)

    answer = caller.post(ORDERS)

    assert (answer.status_code, answer.json()["status"]) == (200, "skipped")
    assert answer.json()["error"].startswith("ERP is ")
    assert (no_worker, OrmQ.objects.count()) == ([], 0)


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_body_that_is_too_large_starts_nothing(erp, caller):
    assert refused(caller.post(INVENTORY, {"skus": ["A" * 90, "B" * 90]})) == (413, "too_large")
