"""An open list says how many rows joined it; it is asked cheaply and moves nothing."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.adminkit import live
from tests.config.adminkit.conftest import log_in
from tests.config.adminkit.sample import site

LIST = "/admin/auth/user/"
NEW = f"{LIST}new/"


def note(page):
    found = re.search(r'data-live="([^"]*)" data-live-every="(\d+)"><a href="([^"]*)" hidden', page)
    return tuple(part.replace("&amp;", "&") for part in found.groups()) if found else None


def opened(client, query=""):
    """What an open list asks every 30 seconds."""
    asks, *_ = note(client.get(f"{LIST}{query}").text)
    return f"{asks}&after={client.get(asks).json()['last']}"


def test_a_list_says_where_it_asks_and_where_refresh_leads(as_operator, people):
    asks, every, refresh = note(as_operator.get(f"{LIST}?view=on&p=1").text)

    assert (asks, every, refresh) == (f"{NEW}?view=on", "30000", "?view=on")
    assert as_operator.get(asks).json() == {"last": User.objects.latest("pk").pk}


def test_the_note_costs_the_list_no_query(as_operator, people, monkeypatch):
    as_operator.get(LIST)
    with CaptureQueriesContext(connection) as with_note:
        as_operator.get(LIST)
    monkeypatch.setattr(site._registry[User], "live", False)
    with CaptureQueriesContext(connection) as without:
        as_operator.get(LIST)

    assert len(with_note) == len(without)


@pytest.mark.parametrize("query", ["q=o", "state=off", "id__from=1"])
def test_a_searched_or_filtered_list_is_no_stream(as_operator, people, query):
    assert note(as_operator.get(f"{LIST}?{query}").text) is None


@pytest.mark.parametrize(
    ("made", "text"), [(0, ""), (1, "1 new user"), (3, "3 new users"), (5, "4+ new users")]
)
def test_it_says_how_many_joined(as_operator, people, monkeypatch, made, text):
    monkeypatch.setattr(live, "MOST_COUNTED", 4)
    asks = opened(as_operator)
    User.objects.bulk_create(User(username=f"new{n}") for n in range(made))

    assert as_operator.get(asks).json() == {"count": min(made, 4), "text": text}


def test_only_rows_of_the_open_tab_count(as_operator, people):
    asks = opened(as_operator, "?view=off")
    User.objects.create(username="on")
    User.objects.create(username="off", is_active=False)

    assert as_operator.get(asks).json()["text"] == "1 new user"


def test_asking_is_one_query_beside_those_of_the_login(as_operator, people):
    asks = opened(as_operator)
    with CaptureQueriesContext(connection) as caught:
        as_operator.get(asks)

    about_users = [q for q in caught.captured_queries if "LIMIT 101" in q["sql"]]
    assert len(about_users) == 1
    assert len(caught) <= 6


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 30, "1 OR 1=1"])
def test_a_question_that_makes_no_sense_is_answered_with_nothing(as_operator, people, after):
    assert as_operator.get(NEW, {"after": after}).json() == {"count": 0, "text": ""}


def test_who_may_not_see_the_rows_may_not_count_them(db):
    stranger = User.objects.create_user("stranger", is_staff=True)

    assert log_in(stranger).get(f"{NEW}?after=0").status_code == 403


def test_who_is_logged_out_is_sent_to_the_login(client, people):
    assert client.get(f"{NEW}?after=0").status_code == 302


def test_it_only_answers_and_is_never_kept(as_operator, people):
    assert as_operator.post(f"{NEW}?after=0").status_code == 405
    assert "no-cache" in as_operator.get(f"{NEW}?after=0").headers["Cache-Control"]


def test_a_list_that_is_not_live_has_no_such_address(admin_client):
    assert note(admin_client.get("/admin/auth/group/").text) is None
    assert admin_client.get("/admin/auth/group/new/?after=0").status_code != 200
