"""The webhook inbox: tabs, who may read bodies, replay."""

import pytest
from django_q.models import OrmQ

from integrations.models import InboundEvent
from tests.integrations.admin_rows import (
    MOST_QUERIES,
    button_status,
    count_queries,
    get_page,
    list_url,
    log_in,
    make_event,
    make_store,
    page_url,
    press,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make_store("blue-door")


def test_without_events_the_list_says_so(store):
    assert "Nothing came in yet" in get_page(log_in("Viewer"), list_url("inboundevent"))


def test_tabs_narrow_the_list(store):
    make_event(store, 1)
    make_event(store, 2, status="done", error="")
    failed = get_page(log_in("Viewer"), f"{list_url('inboundevent')}?view=failed")
    assert failed.count('name="_selected_action"') == 0
    assert failed.count("delivery-000000000001") == 1
    assert "delivery-000000000002" not in failed


def test_the_list_takes_the_same_few_queries_for_five_and_fifty_rows(store):
    client = log_in("Owner")
    for number in range(5):
        make_event(store, number)
    few = count_queries(client, list_url("inboundevent"))
    for number in range(5, 50):
        make_event(store, number)
    assert count_queries(client, list_url("inboundevent")) == few <= MOST_QUERIES


def test_a_manager_reads_the_body_without_its_secrets(store):
    html = get_page(log_in("Manager"), page_url(make_event(store)))
    assert "dana@customer.example" in html
    assert "t0ps3cret" not in html


def test_others_see_only_the_shape_of_the_body(store):
    html = get_page(log_in("Operator"), page_url(make_event(store)))
    assert "dana@customer.example" not in html
    assert "email" in html
    assert "Values are hidden" in html


def test_a_body_that_is_no_json_is_hidden_too(store):
    event = make_event(store, body=b"name=Dana Petrov")
    assert "Dana" not in get_page(log_in("Operator"), page_url(event))
    assert "Dana" in get_page(log_in("Manager"), page_url(event))


def test_a_deleted_body_is_said(store):
    html = get_page(log_in("Manager"), page_url(make_event(store, body=b"")))
    assert "No body any more" in html


def test_replay_queues_the_stored_event(store):
    event = make_event(store)
    assert "1 queued for replay" in press(log_in("Operator"), event, "replay")
    assert InboundEvent.objects.get().status == "handling"
    assert [job.task["args"] for job in OrmQ.objects.all()] == [(event.pk,)]


def test_bulk_replay_says_what_was_skipped(store):
    rows = [make_event(store, 1), make_event(store, 2, body=b"")]
    data = {"action": "replay", "index": "0", "select_across": "0", "confirmed": "1"}
    data["_selected_action"] = [row.pk for row in rows]
    answer = log_in("Operator").post(list_url("inboundevent"), data, follow=True)
    said = str(next(iter(answer.context["messages"])))
    assert said == "1 queued for replay, 1 skipped (Its content was deleted after 30 days)."


def test_a_viewer_has_no_buttons_and_is_refused(store):
    event, viewer = make_event(store), log_in("Viewer")
    assert "/do/" not in get_page(viewer, page_url(event))
    assert button_status(viewer, event, "replay") == 403
    assert button_status(log_in("Operator"), event, "replay", "get") == 405
    assert InboundEvent.objects.get().status == "failed"
    assert not OrmQ.objects.exists()


def test_the_sidebar_counts_what_needs_a_person(store):
    make_event(store, 1)
    make_event(store, 2, status="unreadable")
    make_event(store, 3, status="done")
    assert 'aria-label="2 need attention"' in get_page(log_in("Viewer"), list_url("inboundevent"))
