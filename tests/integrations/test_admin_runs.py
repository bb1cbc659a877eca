"""Sync runs: the list, the page of one, run again."""

from types import SimpleNamespace

import pytest

from integrations import registry
from integrations.models import ApiCall, SyncChange, SyncRun
from integrations.providers.base import PullsStock
from tests.integrations.admin_rows import (
    MOST_QUERIES,
    button_status,
    count_queries,
    get_page,
    list_url,
    log_in,
    make_run,
    make_store,
    page_url,
    press,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make_store("blue-door")


def test_without_runs_the_list_says_so(store):
    assert "No runs yet" in get_page(log_in("Viewer"), list_url("syncrun"))


def test_the_list_has_counts_and_who_started_it(store, staff):
    make_run(store, trigger="staff", user=staff, processed=84, failed=3, status="partial")
    html = get_page(log_in("Viewer"), list_url("syncrun"))
    assert "Blue-Door" in html
    assert '<b class="down">3</b>' in html
    assert ">ann<" in html


def test_the_list_takes_the_same_few_queries_for_five_and_fifty_rows(store, staff):
    client = log_in("Owner")
    for _ in range(5):
        make_run(store, user=staff)
    few = count_queries(client, list_url("syncrun"))
    for _ in range(45):
        make_run(store, user=staff)
    assert count_queries(client, list_url("syncrun")) == few <= MOST_QUERIES


def test_a_number_in_the_search_opens_the_run(store):
    run = make_run(store)
    answer = log_in("Viewer").get(list_url("syncrun"), {"q": f"#{run.pk}"})
    assert answer.url == page_url(run)


def test_the_page_shows_numbers_the_error_with_a_hint_and_calls(store):
    run = make_run(store, status="failed", reason="auth", error="HTTP 401.", processed=7)
    call = {"method": "GET", "path": "/stock", "status": None, "error_kind": "retryable", "ms": 5}
    ApiCall.objects.create(connection=store, run=run, attempt=2, at=run.created_at, **call)
    html = get_page(log_in("Viewer"), page_url(run))
    assert "HTTP 401." in html
    assert "connect it again" in html
    assert "Retryable" in html
    assert "1, 1 retried" in html


def test_changes_stand_in_tabs_failed_first(store):
    run = make_run(store, status="partial")
    SyncChange.objects.create(
        run=run, key="A-1", field="available", before="40", after="31", outcome="applied"
    )
    SyncChange.objects.create(run=run, key="B-2", outcome="rejected", message="No SKU.")
    client = log_in("Viewer")
    html = get_page(client, page_url(run))
    assert html.index("B-2") < html.index("A-1")
    assert '<em class="down">-9</em>' in html
    failed = get_page(client, f"{page_url(run)}?show=failed")
    assert "No SKU." in failed
    assert "A-1" not in failed


def test_a_flow_may_say_what_changed_from_its_own_table(store, monkeypatch):
    row = SimpleNamespace(
        key="C-3", field="available", before=None, after=5, outcome="applied", message=""
    )
    flow = registry.Flow("stock", PullsStock, lambda run: None, "Stock", lambda pk: [row])
    monkeypatch.setitem(registry._flows, "stock", flow)
    html = get_page(log_in("Viewer"), page_url(make_run(store)))
    assert "C-3" in html
    assert ">Created</span>" in html


def test_run_again_queues_the_same_flow(store):
    run = make_run(store, status="failed")
    said = press(log_in("Operator"), run, "run_again")
    again = SyncRun.objects.get(status="queued")
    assert f"Queued run #{again.pk}" in said
    assert (again.flow, again.connection_id, again.trigger) == ("stock", store.pk, "staff")


def test_a_viewer_has_no_buttons_and_is_refused(store):
    run, viewer = make_run(store), log_in("Viewer")
    assert "/do/" not in get_page(viewer, page_url(run))
    assert button_status(viewer, run, "run_again") == 403
    assert button_status(log_in("Operator"), run, "run_again", "get") == 405
    assert SyncRun.objects.count() == 1
