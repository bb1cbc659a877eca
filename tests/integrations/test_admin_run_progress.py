"""Runs on open pages: numbers that go on counting, and the button that stops them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import ApiCall, SyncRun
from integrations.providers.shopify.partner_store import PartnerStore
from tests.integrations.admin_rows import (
    get_page,
    list_url,
    log_in,
    make_run,
    make_store,
    page_url,
    press,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/integrations/syncrun/progress/"


@pytest.fixture
def store():
    return make_store("blue-door")


def running(store, flow="stock", **fields):
    values = {"status": "running", "total": 5000, "processed": 1200, "pages": 24} | fields
    return make_run(store, flow, **values)


def ask(*runs, group="Viewer"):
    return log_in(group).get(ADDRESS, {"run": [run.pk for run in runs]}).json()["runs"]


def test_a_running_run_says_how_far_it_is(store):
    run = running(store, created=3)
    said = ask(run)[str(run.pk)]
    assert (said["alive"], said["running"], said["percent"]) == (True, True, 24)
    assert said["text"].startswith("1,200 of 5,000 rows, 24 pages, about ")
    assert said["badge"] == '<span class="badge info">Running</span>'
    assert said["counts"] == {
        "processed": "1,200", "created": "3", "updated": "0", "unchanged": "0", "skipped": "0",
        "failed": "0", "pages": "24",
    }  # fmt: skip


def test_without_a_total_there_are_rows_and_no_bar(store):
    run = running(store, total=None, pages=1)
    said = ask(run)[str(run.pk)]
    assert (said["percent"], said["text"]) == (None, "1,200 rows, 1 page")


def test_what_is_read_must_still_be_written(store):
    run = running(store, processed=9000)
    assert ask(run)[str(run.pk)]["percent"] == 99


def test_a_queued_run_says_what_it_waits_for(store):
    free = make_run(store, status="queued")
    waits = make_run(store, "products", status="queued", error="Blue-Door asked us to slow down.")
    said = ask(free, waits)
    assert said[str(free.pk)]["text"] == "It waits for a free worker."
    assert said[str(waits.pk)]["text"] == "Blue-Door asked us to slow down."


def test_a_run_that_ended_is_not_alive(store):
    run = make_run(store)
    said = ask(run)[str(run.pk)]
    assert (said["alive"], said["running"]) == (False, False)


def test_all_runs_of_a_page_are_asked_for_at_once(store):
    runs = [running(store, f"f{number}") for number in range(5)]
    client = log_in("Viewer")
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as captured:
        client.get(ADDRESS, {"run": [run.pk for run in runs]})
    about_runs = [one for one in captured.captured_queries if "integrations_syncrun" in one["sql"]]
    assert len(about_runs) == 1


@pytest.mark.parametrize("asked", ["", "x", "-1", "9" * 30, "999999"])
def test_what_is_not_there_is_left_out(store, asked):
    assert log_in("Viewer").get(ADDRESS, {"run": asked}).json() == {"runs": {}}


def test_the_page_of_a_running_run_is_kept_up_to_date_and_loaded_at_the_end(store):
    run, ended = running(store), make_run(store, "products")
    client = log_in("Viewer")
    html = get_page(client, page_url(run))
    assert f'data-run="{run.pk}" data-progress="{ADDRESS}" data-progress-reload' in html
    assert 'value="24"' in html
    assert f'data-run-count="{run.pk}:created"' in html
    assert "data-run=" not in get_page(client, page_url(ended))


def test_without_script_the_page_shows_the_state_and_a_way_to_load_it_again(store):
    html = get_page(log_in("Viewer"), page_url(running(store)))
    assert "1,200 of 5,000 rows" in html
    assert '<noscript><a href="">Load the page again</a>' in html


def test_the_list_counts_on_for_what_runs_and_not_for_what_ended(store):
    run, ended = running(store), make_run(store, "products", processed=7)
    html = get_page(log_in("Viewer"), list_url("syncrun"))
    assert f'data-run="{run.pk}"' in html
    assert (
        f'<span data-run-count="{run.pk}:processed">1,200</span> <span class="q">of 5,000' in html
    )
    assert f'"{ended.pk}:processed"' not in html


def test_the_page_of_a_connection_shows_what_is_under_way(store):
    client = log_in("Viewer")
    assert "Under way" not in get_page(client, page_url(store))
    run = running(store)
    html = get_page(client, page_url(store))
    assert f'data-run="{run.pk}" data-progress="{ADDRESS}" data-progress-reload' in html


# --- the budget


def call_it(store, number):
    now = timezone.now()
    old = now - timedelta(minutes=61)
    ApiCall.objects.bulk_create(
        ApiCall(connection=store, method="GET", path="/", ms=1, at=at)
        for at in [old, *[now] * number]
    )


def test_the_budget_of_calls_is_on_the_page_of_the_connection_and_of_its_runs(store, monkeypatch):
    monkeypatch.setattr(PartnerStore, "hourly_budget", classmethod(lambda cls, settings: 10_000))
    call_it(store, 1204)
    client = log_in("Viewer")
    assert "1,204 of 10,000 calls in the last hour" in get_page(client, page_url(make_run(store)))
    html = get_page(client, page_url(store))
    assert "<b>1,204</b>" in html
    assert "of 10,000 we may make" in html


def test_where_nobody_counts_nothing_is_said_of_a_budget(store):
    client = log_in("Viewer")
    assert "calls in the last hour" not in get_page(client, page_url(make_run(store)))
    assert "we may make" not in get_page(client, page_url(store))


# --- canceling


def test_a_queued_run_is_canceled_at_once(store):
    run = make_run(store, status="queued", started_at=None)
    assert press(log_in("Operator"), run, "cancel") == "1 canceled"
    run.refresh_from_db()
    assert (run.status, run.reason) == ("canceled", "canceled")
    assert run.error == "Canceled by Operator before it began."


def test_a_running_run_is_told_to_stop_and_says_so(store):
    run, operator = running(store), log_in("Operator")
    assert press(operator, run, "cancel").startswith("1 told to stop: within seconds")
    run.refresh_from_db()
    assert (run.status, run.reason, run.decided_by.username) == ("running", "canceling", "operator")
    assert ask(run)[str(run.pk)]["badge"] == '<span class="badge info">Canceling</span>'
    assert "it was asked to stop already" in press(operator, run, "cancel")


def test_a_run_that_ended_cannot_be_canceled(store):
    run = make_run(store)
    assert "it has ended" in press(log_in("Operator"), run, "cancel")
    run.refresh_from_db()
    assert run.status == "completed"


# --- how it ended


def test_a_run_that_was_put_off_leads_to_the_one_that_goes_on(store):
    said = "Blue-Door asked us to slow down until 14:05 UTC; it goes on by itself then."
    run = make_run(store, status="skipped", reason="put_off", error=said)
    later = make_run(store, status="queued", put_off=1)
    html = get_page(log_in("Viewer"), page_url(run))
    assert f"<b>{said}</b> There is nothing to do." in html
    assert f'href="{page_url(later)}">See run #{later.pk}</a>' in html
    assert ">Put off</span>" in html


def test_an_interrupted_run_says_what_happens_next(store):
    run = make_run(store, status="interrupted", reason="silent", error="Its worker stopped.")
    client = log_in("Viewer")
    assert "It is not started again by itself" in get_page(client, page_url(run))
    later = make_run(store, status="queued")
    html = get_page(client, page_url(run))
    assert "It was started once more by itself; what is done already is not done twice." in html
    assert f'href="{page_url(later)}">See run #{later.pk}</a>' in html


def test_progress_is_shown_to_the_roles_that_see_runs(store):
    run = running(store)
    for group in ("Operator", "Manager", "Owner"):
        assert ask(run, group=group).keys() == {str(run.pk)}
    assert SyncRun.objects.get().status == "running"
