"""Schedules: human words, the form, the next run times."""

from datetime import UTC, datetime, time

import pytest
from django.utils import timezone

from integrations.admin.cadence import cadence_words, next_times
from integrations.models import FlowSchedule, SyncRun
from integrations.services.heartbeats import beat
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

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OFFICE = {
    "every_minutes": 30,
    "weekdays": 0b11111,
    "window_from": time(9),
    "window_to": time(19),
    "timezone": "America/Los_Angeles",
}
FORM = {"mode": "minutes", "every_minutes": "30", "days": list("01234"), "timezone": "UTC"}


@pytest.fixture
def schedule(db):
    return FlowSchedule.objects.get(connection=make_store("blue-door"), flow="stock")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (OFFICE, "Every 30 min, 09:00-19:00 Mon-Fri America/Los_Angeles"),
        ({"every_minutes": 60}, "Every hour"),
        ({"every_minutes": 120, "weekdays": 0b1100000}, "Every 2 h, Sat-Sun UTC"),
        ({"daily_at": time(3)}, "Daily at 03:00, UTC"),
        ({"daily_at": time(3), "weekdays": 0b101}, "03:00 Mon, Wed, UTC"),
        ({}, "Only when asked"),
    ],
)
def test_cadences_in_human_words(fields, words):
    assert cadence_words(FlowSchedule(**fields)) == words


def test_the_next_times_keep_to_the_window():
    found = next_times(FlowSchedule(**OFFICE), NOW, 2)
    assert found == [NOW.replace(hour=17), NOW.replace(hour=17, minute=30)]


def test_its_next_times_are_in_its_own_zone_whoever_looks(schedule):
    FlowSchedule.objects.filter(pk=schedule.pk).update(
        every_minutes=None, daily_at=time(3), weekdays=127, enabled=True, timezone="Asia/Kolkata"
    )
    client = log_in("Viewer")
    client.post("/admin/time-zone/", {"zone": "America/Los_Angeles"})
    html = get_page(client, page_url(schedule))

    assert html.count(", 03:00</time>") == 5
    assert html.count("03:00:00 IST") == 10


def test_a_manual_schedule_has_no_next_times():
    assert next_times(FlowSchedule(), NOW) == []


def test_the_list_has_words_results_and_a_warning_without_workers(schedule):
    make_run(schedule.connection, status="failed")
    client = log_in("Viewer")
    html = get_page(client, list_url("flowschedule"))
    assert "Every hour" in html
    assert "Failed" in html
    assert "No worker was heard from lately (crossdock, flows)" in html
    beat("crossdock", timezone.now())
    beat("flows", timezone.now())
    assert "No worker" not in get_page(client, list_url("flowschedule"))


@pytest.mark.django_db
def test_without_schedules_the_list_says_so():
    make_store("blue-door")
    FlowSchedule.objects.all().delete()
    assert "No schedules yet" in get_page(log_in("Viewer"), list_url("flowschedule"))


@pytest.mark.django_db
def test_the_list_takes_the_same_few_queries_for_few_and_many_rows():
    client = log_in("Owner")
    make_run(make_store("first"))
    few = count_queries(client, list_url("flowschedule"))
    for number in range(16):
        make_run(make_store(f"store-{number}"))
    assert count_queries(client, list_url("flowschedule")) == few <= MOST_QUERIES


def test_the_form_saves_and_plans_the_next_run(schedule):
    client = log_in("Owner")
    answer = client.post(page_url(schedule), FORM | {"window_from": "09:00", "enabled": "on"})
    assert answer.status_code == 302
    schedule.refresh_from_db()
    assert (schedule.every_minutes, schedule.weekdays) == (30, 0b11111)
    assert schedule.window_from == time(9)
    assert schedule.next_due_at > timezone.now()


def test_only_the_chosen_way_to_repeat_counts(schedule):
    form = FORM | {"mode": "daily", "daily_at": "03:00", "window_from": "09:00"}
    log_in("Owner").post(page_url(schedule), form)
    schedule.refresh_from_db()
    assert (schedule.every_minutes, schedule.daily_at) == (None, time(3))
    assert schedule.window_from is None
    assert (schedule.enabled, schedule.next_due_at) == (False, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"every_minutes": "3"}, "Choose from 5 to 1440 minutes."),
        ({"every_minutes": ""}, "Say how many minutes lie between two runs."),
        ({"mode": "daily"}, "Say at what time of day it runs."),
        ({"timezone": "Mars/Base"}, "Mars/Base is not a time zone."),
        ({"days": []}, "Choose at least one day of the week."),
        ({"window_from": "19:00", "window_to": "09:00"}, "The window ends before it starts."),
    ],
)
def test_mistakes_are_sentences_at_the_fields(schedule, change, sentence):
    html = log_in("Owner").post(page_url(schedule), FORM | change).content.decode()
    assert sentence in html
    schedule.refresh_from_db()
    assert schedule.every_minutes == 60


def test_what_was_refused_is_not_shown_as_if_it_were_so(schedule):
    typed = {"every_minutes": "45.5", "window_from": "19:00", "window_to": "09:00"}
    html = log_in("Owner").post(page_url(schedule), FORM | typed).content.decode()
    assert "Every hour" in html
    assert "It runs only when somebody presses" not in html


def test_the_page_shows_the_next_five_times(schedule):
    html = get_page(log_in("Owner"), page_url(schedule))
    assert html.partition("Next runs")[2].partition("</ul>")[0].count("<li>") == 5


def test_run_now_pause_and_resume(schedule):
    owner = log_in("Owner")
    assert "Queued run" in press(owner, schedule, "run_now")
    assert SyncRun.objects.get().trigger == "staff"
    press(owner, schedule, "pause")
    schedule.refresh_from_db()
    assert (schedule.enabled, schedule.next_due_at) == (False, None)
    press(owner, schedule, "resume")
    schedule.refresh_from_db()
    assert schedule.enabled
    assert schedule.next_due_at > timezone.now()


@pytest.mark.parametrize("group", ["Operator", "Manager"])
def test_only_an_owner_changes_it_and_others_may_run_it(schedule, group):
    person = log_in(group)
    assert button_status(person, schedule, "pause") == 403
    assert person.post(page_url(schedule), FORM).status_code == 403
    assert "Queued run" in press(person, schedule, "run_now")
    schedule.refresh_from_db()
    assert schedule.every_minutes == 60


def test_a_viewer_has_no_buttons_and_no_form(schedule):
    viewer = log_in("Viewer")
    html = get_page(viewer, page_url(schedule))
    assert "/do/" not in html
    assert 'name="every_minutes"' not in html
    assert button_status(viewer, schedule, "run_now") == 403
    assert button_status(log_in("Owner"), schedule, "run_now", "get") == 405
