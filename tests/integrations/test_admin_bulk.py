"""A button on all rows of a list: asked about once, done in the background, told when over."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from integrations.jobs import waiting_ids
from integrations.models import Alert, BulkAction, FlowSchedule
from integrations.services.bulk import TASK
from integrations.tasks import do_bulk
from tests.integrations.admin_rows import (
    MOST_QUERIES,
    button_status,
    count_queries,
    get_page,
    list_url,
    log_in,
    make_store,
    page_url,
    press,
)

pytestmark = pytest.mark.django_db
SCHEDULES = "integrations_flowschedule"


@pytest.fixture
def rows():
    """Two that run by themselves and one that is paused already."""
    make_store("blue-door")
    FlowSchedule.objects.update(every_minutes=30, daily_at=None)
    kept = list(FlowSchedule.objects.order_by("flow")[:3])
    FlowSchedule.objects.exclude(pk__in=[row.pk for row in kept]).delete()
    FlowSchedule.objects.filter(pk=kept[2].pk).update(enabled=False)
    return kept


@pytest.fixture
def manager(db):
    """A manager of a company that lets its managers change schedules."""
    right = Permission.objects.get(codename="change_flowschedule")
    Group.objects.get(name="Manager").permissions.add(right)
    return log_in("Manager")


def ask_all(client, name="pause"):
    """Press a button with all rows chosen; returns the address of its question."""
    some = FlowSchedule.objects.first().pk
    data = {"action": name, "index": "0", "select_across": "1", "_selected_action": some}
    return client.post(list_url("flowschedule"), data)


def start(client):
    answer = ask_all(client)
    client.post(answer.url, {"confirmed": "1"})
    return BulkAction.objects.get()


def test_the_question_names_how_many_and_nothing_is_done_before_a_yes(manager, rows):
    answer = ask_all(manager)
    page = get_page(manager, answer.url)

    assert "<h1>Pause: 3 flow schedules?</h1>" in page
    assert f"<li>{rows[0]}</li>" in page
    assert (BulkAction.objects.get().status, waiting_ids(TASK)) == ("draft", set())


def test_a_yes_leads_to_the_page_that_follows_it(manager, rows):
    bulk = start(manager)
    page = get_page(manager, page_url(bulk))

    assert waiting_ids(TASK) == {bulk.pk}
    assert 'data-poll="2000"' in page
    assert "0 of 3." in page


def test_a_second_click_starts_nothing_more(manager, rows):
    answer = ask_all(manager)
    first = manager.post(answer.url, {"confirmed": "1"})
    second = manager.post(answer.url, {"confirmed": "1"})

    bulk = BulkAction.objects.get()
    assert first.url == second.url == page_url(bulk)
    assert manager.get(answer.url).url == page_url(bulk)
    from django_q.models import OrmQ

    assert OrmQ.objects.count() == 1


def test_rows_that_join_the_list_later_are_not_touched(manager, rows):
    answer = ask_all(manager)
    make_store("kettle")
    FlowSchedule.objects.update(every_minutes=30, daily_at=None)
    manager.post(answer.url, {"confirmed": "1"})
    do_bulk(BulkAction.objects.get().pk)

    assert FlowSchedule.objects.filter(connection__slug="kettle", enabled=False).count() == 0
    assert FlowSchedule.objects.filter(connection__slug="blue-door", enabled=True).count() == 0


def test_the_result_says_what_was_done_and_why_the_rest_was_not(manager, rows):
    bulk = start(manager)
    assert do_bulk(bulk.pk) == "completed"

    page = get_page(manager, page_url(bulk))
    assert "2 done, 1 skipped (paused already)." in page
    assert f'<a href="{page_url(rows[2])}">{rows[2]}</a>' in page
    done = get_page(manager, f"{page_url(bulk)}?show=done")
    assert f'<a href="{page_url(rows[0])}">{rows[0]}</a>' in done
    assert f'<a href="{page_url(rows[2])}">' not in done


def test_each_row_that_was_done_is_in_its_history_under_the_person_who_asked(manager, rows):
    do_bulk(start(manager).pk)

    entries = LogEntry.objects.order_by("object_repr")
    assert [(entry.user.username, entry.object_repr) for entry in entries] == [
        ("manager", str(rows[0])),
        ("manager", str(rows[1])),
    ]
    assert {entry.get_change_message() for entry in entries} == {"Pause: Active → Paused"}


def test_who_asked_is_told_on_the_next_page_and_once(manager, rows):
    bulk = start(manager)
    home = reverse("admin:integrations_alert_changelist")
    assert not list(manager.get(home).context["messages"])
    do_bulk(bulk.pk)

    polled = manager.get(home, headers={"Sec-Fetch-Dest": "empty"})
    assert not list(polled.context["messages"])
    (message,) = manager.get(home).context["messages"]
    assert str(message) == (
        f'Pause: 3 flow schedules: 2 done, 1 skipped. <a href="{page_url(bulk)}">See the result</a>'
    )
    assert not list(manager.get(home).context["messages"])


def test_who_looked_at_the_result_is_not_told_again(manager, rows):
    bulk = start(manager)
    do_bulk(bulk.pk)

    assert not list(manager.get(page_url(bulk)).context["messages"])
    assert not list(manager.get(list_url("alert")).context["messages"])


def test_a_right_that_is_lost_meanwhile_counts_at_once(manager, rows):
    bulk = start(manager)
    User.objects.get(username="manager").groups.clear()
    do_bulk(bulk.pk)

    notes = set(bulk.rows.values_list("outcome", "note"))
    assert notes == {("skipped", "manager may not do this")}
    assert FlowSchedule.objects.filter(enabled=False).count() == 1


def test_canceling_leaves_the_rest_as_it_is(manager, rows):
    bulk = start(manager)

    assert press(manager, bulk, "cancel") == "Canceled. 0 done."
    assert do_bulk(bulk.pk) == "canceled"
    assert "0 done, 3 not done." in get_page(manager, page_url(bulk))
    assert FlowSchedule.objects.filter(enabled=False).count() == 1


def test_what_was_interrupted_says_so_and_goes_on(manager, rows):
    bulk = start(manager)
    reason = "Its worker stopped 3 times at the same row."
    BulkAction.objects.update(status="interrupted", reason=reason, at_row=rows[0].pk)

    assert reason in get_page(manager, page_url(bulk))
    assert press(manager, bulk, "go_on") == "It goes on with the rows that are left."
    assert do_bulk(bulk.pk) == "completed"
    assert set(bulk.rows.values_list("object_id", "outcome")) == {
        (rows[0].pk, "failed"),
        (rows[1].pk, "done"),
        (rows[2].pk, "skipped"),
    }


def test_a_button_that_is_gone_stops_it_with_an_alert(manager, rows):
    bulk = start(manager)
    BulkAction.objects.update(action="no_such_button")

    assert do_bulk(bulk.pk) == "interrupted"
    assert Alert.objects.get().title == "Pause: 3 flow schedules was interrupted"
    assert "The button is gone" in get_page(manager, page_url(bulk))


# --- questions with a form, and danger


def test_answers_of_the_question_are_used_for_every_row(rows):
    operator = log_in("Operator")
    alerts = [
        Alert.objects.create(
            fingerprint=f"a{n}", kind="sync", title=f"Alert {n}", first_at="2026-11-20T12:00Z",
            last_at="2026-11-20T12:00Z",
        )
        for n in (1, 2)
    ]  # fmt: skip
    data = {"action": "close", "index": "0", "select_across": "1"}
    answer = operator.post(list_url("alert"), data | {"_selected_action": alerts[0].pk})
    refused = operator.post(answer.url, {"confirmed": "1", "reason": ""})
    assert "This field is required." in refused.text
    assert BulkAction.objects.get().status == "draft"

    operator.post(answer.url, {"confirmed": "1", "reason": "Told them"})
    do_bulk(BulkAction.objects.get().pk)
    said = {entry.get_change_message() for entry in LogEntry.objects.all()}
    assert said == {"Close by hand: Open → Closed: Told them"}
    assert not Alert.objects.filter(closed_at=None).exists()


# --- who may


def test_nobody_else_answers_the_question(manager, rows):
    answer = ask_all(manager)

    assert log_in("Owner").get(answer.url).status_code == 403
    assert log_in("Operator").post(answer.url, {"confirmed": "1"}).status_code == 403
    assert BulkAction.objects.get().status == "draft"


def test_who_may_not_press_the_button_any_more_cannot_start_it(manager, rows):
    answer = ask_all(manager)
    user = User.objects.get(username="manager")
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="view_flowschedule"))

    assert manager.post(answer.url, {"confirmed": "1"}).status_code == 403
    assert BulkAction.objects.get().status == "draft"


def test_a_viewer_reads_the_result_and_may_not_cancel(manager, rows):
    bulk = start(manager)
    viewer = log_in("Viewer")

    assert "/do/" not in get_page(viewer, page_url(bulk))
    assert button_status(viewer, bulk, "cancel") == 403
    assert BulkAction.objects.get().status == "queued"


def test_who_may_press_the_button_may_cancel_what_a_colleague_asked_for(manager, rows):
    bulk = start(manager)

    assert press(log_in("Owner"), bulk, "cancel") == "Canceled. 0 done."


def test_what_is_about_rows_a_person_may_not_see_is_not_there(manager, rows):
    bulk = start(manager)
    user = User.objects.create_user("alerts-only", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_alert"))
    manager.force_login(user)

    assert "Nothing was done in bulk yet" in get_page(manager, list_url("bulkaction"))
    assert manager.get(page_url(bulk), follow=True).redirect_chain[-1][0] == "/admin/"


def test_the_list_shows_begun_ones_with_their_numbers(manager, rows):
    do_bulk(start(manager).pk)
    ask_all(manager)
    get_page(manager, list_url("alert"))
    page = get_page(manager, list_url("bulkaction"))

    assert page.count("Pause: 3 flow schedules") == 1
    assert count_queries(manager, list_url("bulkaction")) <= MOST_QUERIES


def test_the_page_of_many_rows_costs_few_queries(manager, rows):
    bulk = start(manager)

    assert count_queries(manager, page_url(bulk)) <= 16
