"""Buttons on all rows or on many: handed over with the rows fixed, pressed row by row later."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.http import HttpResponse, QueryDict

from config.adminkit import background
from config.adminkit.background import press, request_of
from tests.config.adminkit.sample import calls, site
from tests.config.adminkit.test_bulk import LIST, texts, tick

handed = []


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """The project's background: it only writes down what it is given."""
    handed.clear()

    def start(admin, request, action, ids):
        names = {user.pk: user.username for user in User.objects.filter(pk__in=ids)}
        handed.append((action.name, [names[pk] for pk in ids]))
        return HttpResponse("kept")

    monkeypatch.setattr(site, "start_bulk", start)


def test_all_rows_are_handed_over_in_the_order_of_the_list(as_operator, people):
    answer = tick(as_operator, "disable", people[:1], select_across="1")

    assert answer.text == "kept"
    assert handed == [("disable", ["ann", "bob", "cid", "operator"])]
    assert calls == []


def test_all_rows_are_those_of_the_filtered_list(as_operator, people):
    fields = {"action": "disable", "index": "0", "select_across": "1"}
    as_operator.post(f"{LIST}?view=off", fields | {"_selected_action": people[2].pk})

    assert handed == [("disable", ["cid"])]


def test_few_ticked_rows_are_done_at_once(as_operator, people):
    tick(as_operator, "disable", people)

    assert calls == [("disable", ["ann", "bob"], {})]
    assert handed == []


def test_more_ticked_rows_than_fit_one_request_are_handed_over(as_operator, people, monkeypatch):
    monkeypatch.setattr(background, "LARGE", 2)
    tick(as_operator, "disable", people)

    assert handed == [("disable", ["ann", "bob", "cid"])]


def test_more_rows_than_the_most_are_refused_with_a_way_out(as_operator, people, monkeypatch):
    monkeypatch.setattr(background, "MOST", 3)
    answer = tick(as_operator, "disable", people[:1], select_across="1")

    (said,) = texts(answer)
    assert said == (
        "Disable: more than 3 users are chosen, which is the most at a time. Narrow the list with "
        "a filter or the search. Nothing was done."
    )
    assert (handed, calls) == ([], [])


def test_a_button_that_answers_with_a_file_is_never_handed_over(as_viewer, people):
    answer = tick(as_viewer, "export", people[:1], select_across="1")

    assert b"".join(answer.streaming_content) == b"ann\n"
    assert handed == []


def test_a_button_with_a_limit_of_its_own_says_so(as_viewer, people):
    answer = tick(as_viewer, "compare", people[:1], select_across="1")

    assert "Compare: more than 2 users are chosen" in texts(answer)[0]
    assert (handed, calls) == ([], [])


def test_within_its_limit_it_is_done_at_once(as_viewer, people):
    fields = {"action": "compare", "index": "0", "select_across": "1"}
    as_viewer.post(f"{LIST}?view=off", fields | {"_selected_action": people[2].pk})

    assert calls == [("compare", ["cid"], {})]


def test_all_rows_without_permission_are_forbidden(as_viewer, people):
    assert tick(as_viewer, "disable", people[:1], select_across="1").status_code == 403
    assert handed == []


# --- one row, without a browser


def press_as(user, name, pk, **data):
    admin = site._registry[User]
    return press(admin, admin.portal_actions[name], request_of(user, QueryDict()), pk, data)


def test_a_row_is_pressed_and_logged_like_by_hand(operator, people):
    assert press_as(operator, "disable", people[0].pk) == ("done", "1 disabled")

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (operator, "ann")
    assert entry.get_change_message() == "Disable: active → disabled"


def test_answers_to_the_question_reach_the_method(operator, people):
    press_as(operator, "rename", people[0].pk, first_name="Eve")

    assert calls == [("rename", ["ann"], {"first_name": "Eve"})]


@pytest.mark.parametrize(
    ("name", "row", "why"),
    [
        ("disable", 2, "already disabled"),
        ("say_no", 0, "not today."),
        ("refuse", 0, "The partner has no terms yet. Confirm them first."),
    ],
)
def test_a_row_it_does_not_fit_is_skipped_with_the_reason(operator, people, name, row, why):
    assert press_as(operator, name, people[row].pk) == ("skipped", why)
    assert not LogEntry.objects.exists()


def test_a_row_that_is_gone_is_skipped(operator):
    assert press_as(operator, "disable", 0) == ("skipped", "it is not there any more")


def test_whoever_lost_the_right_meanwhile_changes_nothing(operator, people):
    operator.user_permissions.clear()
    user = User.objects.get(pk=operator.pk)

    assert press_as(user, "disable", people[0].pk) == ("skipped", "operator may not do this")
    assert calls == []


@pytest.mark.parametrize("lost", ["is_active", "is_staff"])
def test_whoever_may_not_log_in_any_more_changes_nothing(operator, people, lost):
    setattr(operator, lost, False)

    assert press_as(operator, "disable", people[0].pk) == ("skipped", "operator may not do this")
    assert calls == []
