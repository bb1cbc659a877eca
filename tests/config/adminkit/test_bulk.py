"""Buttons on ticked rows: only eligible ones are touched, and the others are accounted for."""

import re
from dataclasses import replace

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages

from tests.config.adminkit.conftest import log_in
from tests.config.adminkit.sample import calls, site

LIST = "/admin/auth/user/"


def tick(client, name, people, **data):
    pks = [user.pk for user in people]
    fields = {"action": name, "index": "0", "select_across": "0", "_selected_action": pks}
    return client.post(LIST, fields | data)


def texts(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_only_rows_in_the_right_state_are_done_and_the_rest_is_counted(as_operator, people):
    response = tick(as_operator, "disable", people)

    link = '<a href="/admin/auth/user/?a=1&amp;b=2">See run #12</a>'
    assert calls == [("disable", ["ann", "bob"], {})]
    assert texts(response) == [f"2 disabled, 1 skipped (already disabled). {link}"]


def test_each_row_done_is_logged_and_no_other(as_operator, people):
    tick(as_operator, "disable", people)

    logged = LogEntry.objects.values_list("object_repr", flat=True)
    assert sorted(logged) == ["ann", "bob"]


def test_nothing_is_done_when_no_row_fits(as_operator, people):
    response = tick(as_operator, "disable", people[2:])

    assert texts(response) == ["Nothing done. 1 skipped (already disabled)."]
    assert calls == []


def test_ticked_rows_without_permission_are_forbidden(as_viewer, people):
    assert tick(as_viewer, "disable", people).status_code == 403
    assert calls == []


def test_ticked_rows_without_csrf_token_are_forbidden(operator, people):
    strict = log_in(operator, enforce_csrf_checks=True)

    assert tick(strict, "disable", people).status_code == 403
    assert calls == []


def test_a_question_names_the_number_and_the_rows(as_operator, people):
    page = tick(as_operator, "archive", people[:2])

    assert "Archive: 2 users?" in page.text
    assert "<li>ann</li><li>bob</li>" in page.text
    assert "All their keys stop working." in page.text
    assert LogEntry.objects.count() == 0


def test_the_number_is_typed_before_danger_runs_on_several(as_operator, people):
    assert tick(as_operator, "archive", people[:2], confirmed="1", typed="3").status_code == 200
    assert LogEntry.objects.count() == 0

    assert tick(as_operator, "archive", people[:2], confirmed="1", typed="2").status_code == 302
    assert LogEntry.objects.count() == 2


def test_one_ticked_row_is_asked_about_like_a_single_one(as_operator, people):
    page = tick(as_operator, "archive", people[:1], confirmed="1", typed="1")

    assert "<h1>Archive ann?</h1>" in page.text
    assert "That is not ann." in page.text
    assert LogEntry.objects.count() == 0


def test_rows_the_method_skipped_are_told_and_not_logged(as_operator, people):
    User.objects.filter(username="ann").update(first_name="Ann")
    response = tick(as_operator, "archive", people[:2], confirmed="1", typed="2")

    assert texts(response) == ["Archived, 1 skipped (has orders)."]
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["bob"]


def test_a_form_is_answered_once_for_all_rows(as_operator, people):
    tick(as_operator, "rename", people[:2], confirmed="1", first_name="Eve")

    assert calls == [("rename", ["ann", "bob"], {"first_name": "Eve"})]


def test_all_rows_of_the_list_are_taken_without_naming_each(as_operator, people):
    tick(as_operator, "only_ticked", people[:1], select_across="1")

    assert calls == [("only_ticked", ["ann", "bob", "cid", "operator"], {})]


def test_all_rows_stay_chosen_through_the_question(as_operator, people):
    page = tick(as_operator, "rename", people[:1], select_across="1")

    assert '<input type="hidden" name="select_across" value="1">' in page.text
    assert page.text.count('name="_selected_action"') == 1


def test_the_bar_offers_what_may_be_done_and_no_bulk_delete(as_operator, people):
    page = as_operator.get(LIST).text

    assert 'name="action" value="disable">Disable</button>' in page
    assert 'name="action" value="archive">Archive…</button>' in page
    assert "delete_selected" not in page


@pytest.mark.parametrize("part", ['value="disable"', 'value="archive"', "/do/"])
def test_a_viewer_is_offered_nothing_to_change(as_viewer, people, part):
    page = as_viewer.get(LIST).text

    assert part not in page
    assert 'value="export"' in page


def test_a_row_button_posts_the_list_form_to_its_address(as_operator, people):
    page = as_operator.get(LIST).text

    address = f"/admin/auth/user/{people[0].pk}/do/disable/"
    assert f'form="changelist-form" formmethod="post" formaction="{address}"' in page
    assert f"/admin/auth/user/{people[2].pk}/do/disable/" not in page


def test_a_file_is_sent_as_it_is_and_logged_on_each_row(as_viewer, people):
    response = tick(as_viewer, "export", people[:2])

    assert b"".join(response.streaming_content) == b"ann\n"
    logged = [entry.get_change_message() for entry in LogEntry.objects.all()]
    assert logged == ["Export", "Export"]


def test_a_quiet_row_button_stands_before_the_others_and_waits_for_the_mouse(
    as_operator, people, monkeypatch
):
    actions = site._registry[User].portal_actions
    quiet = replace(actions["refuse"], quiet=True, where=frozenset({"row"}))
    monkeypatch.setitem(actions, "refuse", quiet)
    page = as_operator.get(LIST).text

    found = re.findall(rf'row-act( \w+)?" [^>]*/{people[0].pk}/do/(\w+)/"', page)
    assert found == [(" quiet", "refuse"), (" on", "disable")]


def test_a_row_button_may_be_quiet_on_some_rows_only(as_operator, people, monkeypatch):
    actions = site._registry[User].portal_actions
    quiet = replace(actions["disable"], quiet=lambda person: person.username == "ann")
    monkeypatch.setitem(actions, "disable", quiet)
    page = as_operator.get(LIST).text

    found = dict(re.findall(r'row-act( \w+)?" [^>]*/(\d+)/do/disable/"', page))
    assert {" quiet", " on"} == set(found)


def test_what_a_page_is_mostly_opened_for_may_depend_on_the_row(as_operator, people, monkeypatch):
    actions = site._registry[User].portal_actions
    chosen = replace(actions["refuse"], primary=lambda person: person.username == "ann")
    monkeypatch.setitem(actions, "refuse", chosen)

    shown = {one.username: _primary_buttons(as_operator, one) for one in people[:2]}

    assert "Refuse" in shown["ann"]
    assert "Refuse" not in shown["bob"]


def _primary_buttons(client, person):
    page = client.get(f"/admin/auth/user/{person.pk}/change/")
    return [button["label"] for button in page.context["buttons"]["primary"]]


def test_the_cell_of_the_row_buttons_has_its_place_on_a_phone(as_operator, people):
    page = as_operator.get(LIST).text

    assert re.search(r'<td class="num acts m-f [^"]*"><button class="btn small row-act on"', page)
