"""Buttons on one row: who may press them, what they ask, what they leave behind."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.template import Context, Template
from django.urls import reverse

from tests.config.adminkit.conftest import log_in
from tests.config.adminkit.sample import calls


def do_url(user, name):
    return reverse("admin:auth_user_do", args=[user.pk, name])


def texts(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_button_address_rejects_get(as_operator, people):
    response = as_operator.get(do_url(people[0], "disable"))

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert calls == []


def test_a_button_without_csrf_token_is_forbidden(operator, people):
    strict = log_in(operator, enforce_csrf_checks=True)

    assert strict.post(do_url(people[0], "disable")).status_code == 403
    assert calls == []


def test_a_button_without_permission_is_forbidden_and_does_nothing(as_viewer, people):
    assert as_viewer.post(do_url(people[0], "disable")).status_code == 403
    assert calls == []
    assert LogEntry.objects.count() == 0


def test_a_logged_out_person_is_sent_to_the_list_after_login(client, people):
    response = client.post(do_url(people[0], "disable"))

    assert response.headers["Location"] == "/admin/login/?next=/admin/auth/user/"
    assert calls == []


@pytest.mark.parametrize("name", ["nothing", "only_ticked", "get_urls"])
def test_a_name_that_is_no_row_button_is_not_found(as_operator, people, name):
    assert as_operator.post(do_url(people[0], name)).status_code == 404


def test_a_missing_row_is_not_found(as_operator, people):
    assert as_operator.post("/admin/auth/user/99999/do/disable/").status_code == 404


def test_a_button_that_asks_nothing_acts_at_once(as_operator, people):
    response = as_operator.post(do_url(people[0], "disable"))

    assert calls == [("disable", ["ann"], {})]
    assert response.headers["Location"] == f"/admin/auth/user/{people[0].pk}/change/"


def test_what_was_done_is_logged_with_before_and_after(as_operator, operator, people):
    as_operator.post(do_url(people[0], "disable"))

    entry = LogEntry.objects.get()
    assert entry.get_change_message() == "Disable: active → disabled"
    assert (entry.user, entry.object_id) == (operator, str(people[0].pk))


def test_the_message_links_to_the_run_and_escapes_the_address(as_operator, people):
    response = as_operator.post(do_url(people[0], "disable"))

    link = '<a href="/admin/auth/user/?a=1&amp;b=2">See run #12</a>'
    assert texts(response) == [f"1 disabled. {link}"]


def test_a_message_is_escaped_on_the_page(as_operator, people):
    data = {"confirmed": "1", "first_name": "Eve"}
    page = as_operator.post(do_url(people[0], "rename"), data, follow=True)

    assert "Renamed to &lt;b&gt;Eve&lt;/b&gt;." in page.text


def test_a_row_in_the_wrong_state_is_left_alone(as_operator, people):
    response = as_operator.post(do_url(people[2], "disable"))

    assert texts(response) == ["Disable is not possible: already disabled."]
    assert calls == []
    assert LogEntry.objects.count() == 0


def test_a_refusal_is_shown_as_the_sentence_it_carries(as_operator, people):
    response = as_operator.post(do_url(people[0], "refuse"))

    assert texts(response) == ["The partner has no terms yet. Confirm them first."]
    assert LogEntry.objects.count() == 0


def test_a_row_refused_one_by_one_is_not_logged(as_operator, people):
    response = as_operator.post(do_url(people[0], "say_no"))

    assert texts(response) == ["Nothing done. 1 skipped (not today)."]
    assert LogEntry.objects.count() == 0


def test_a_form_is_asked_for_on_a_page_of_its_own(as_operator, people):
    page = as_operator.post(do_url(people[0], "rename"))

    assert page.status_code == 200
    assert 'name="first_name"' in page.text
    assert '<input type="hidden" name="confirmed" value="1">' in page.text
    assert calls == []


def test_a_wrong_answer_comes_back_with_its_error(as_operator, people):
    page = as_operator.post(do_url(people[0], "rename"), {"confirmed": "1"})

    assert "This field is required." in page.text
    assert calls == []


def test_form_data_reaches_the_method_cleaned(as_operator, people):
    data = {"confirmed": "1", "first_name": " Eve "}
    as_operator.post(do_url(people[0], "rename"), data)

    assert calls == [("rename", ["ann"], {"first_name": "Eve"})]


@pytest.mark.parametrize(
    ("typed", "done"), [("", False), ("anne", False), ("ann", True), (" ann ", True)]
)
def test_danger_runs_only_when_the_name_was_typed(as_operator, people, typed, done):
    data = {"confirmed": "1", "typed": typed}
    response = as_operator.post(do_url(people[0], "archive"), data)

    assert (response.status_code == 302) is done
    assert LogEntry.objects.exists() is done


def test_a_dangerous_question_says_what_happens(as_operator, people):
    page = as_operator.post(do_url(people[0], "archive"))

    assert "<h1>Archive ann?</h1>" in page.text
    assert "Their keys stop working." in page.text
    assert 'class="btn danger">Archive</button>' in page.text


def test_a_button_leads_back_to_the_page_it_was_pressed_on(as_operator, people):
    listing = "http://testserver/admin/auth/user/?view=on"
    response = as_operator.post(do_url(people[0], "disable"), headers={"referer": listing})

    assert response.headers["Location"] == listing


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_a_button_never_leads_to_a_foreign_site(as_operator, people, where):
    response = as_operator.post(do_url(people[0], "disable"), {"next": where})

    assert response.headers["Location"] == f"/admin/auth/user/{people[0].pk}/change/"


def test_buttons_are_shown_to_those_who_may_press_them(as_operator, people):
    page = as_operator.get(f"/admin/auth/user/{people[0].pk}/change/").text

    assert f'form="action-form" formaction="{do_url(people[0], "disable")}"' in page
    assert 'type="button" popovertarget="do-archive"' in page
    assert '<dialog id="do-archive" class="dialog" popover' in page
    assert "Say no" not in page


def test_a_viewer_sees_only_what_a_viewer_may_press(as_viewer, people):
    page = as_viewer.get(f"/admin/auth/user/{people[0].pk}/change/").text

    assert re.findall(r"/do/(\w+)/", page) == ["export"]
    assert re.findall(r"<dialog id=\"([^\"]+)", page) == ["keys"]
    assert "History" in page


def test_buttons_of_another_state_are_not_shown(as_operator, people):
    page = as_operator.get(f"/admin/auth/user/{people[2].pk}/change/").text

    assert do_url(people[2], "disable") not in page
    assert do_url(people[2], "refuse") in page


def test_the_history_page_tells_what_staff_did(as_operator, people):
    as_operator.post(do_url(people[0], "disable"))

    page = as_operator.get(f"/admin/auth/user/{people[0].pk}/history/")
    assert "Disable: active → disabled" in page.text
    assert User.objects.get(username="ann").is_active is False


def render_button(client, user, name, of):
    """What {% action_button %} puts on the page of `user` for the row `of`."""
    page = client.get(f"/admin/auth/user/{user.pk}/change/")
    context = {key: page.context[key] for key in set(page.context.keys())} | {
        "of": of,
        "name": name,
    }
    source = "{% load adminkit %}{% action_button name 'small' of %}"
    return Template(source).render(Context(context))


def test_a_template_may_put_a_button_anywhere(as_operator, people):
    html = render_button(as_operator, people[0], "say_no", None)

    assert f'formaction="{do_url(people[0], "say_no")}"' in html


def test_the_button_of_another_row_asks_on_a_page_of_its_own(as_operator, people):
    html = render_button(as_operator, people[0], "archive", people[1])

    assert f'formaction="{do_url(people[1], "archive")}"' in html
    assert "popovertarget" not in html


def test_the_button_of_another_row_is_absent_when_it_does_not_apply(as_operator, people):
    assert render_button(as_operator, people[0], "disable", people[2]).strip() == ""


def test_the_button_of_another_row_is_absent_without_permission(as_viewer, people):
    assert render_button(as_viewer, people[0], "disable", people[1]).strip() == ""
