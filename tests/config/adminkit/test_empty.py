"""Empty lists: nothing yet, nothing matches, nothing connected; one step for who may take it."""

import re

import pytest
from django.contrib.auth.models import Group, User

from config.adminkit.empty import Empty
from tests.config.adminkit.sample import site

LIST, GROUPS = "/admin/auth/user/", "/admin/auth/group/"
STORE = Empty("Your store is not connected", "Then.", "Connect it", "/connect/", "auth.add_group")


def said(page):
    """(heading, sentence, button, where it leads) of the empty list."""
    part = page.text.partition('class="empty"')[2].partition("</div>")[0]
    title, text = re.search(r"<h2>(.*?)</h2>\s*<p>(.*?)</p>", part, re.DOTALL).groups()
    step = re.search(r'<a class="btn primary" href="([^"]*)">(.*?)</a>', part)
    return title, text, *(step.groups()[::-1] if step else ("", ""))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=zzz", ("Nothing matches", "No users fit “zzz”.", "Clear the search", "?")),
        (
            "id__from=999999",
            ("Nothing matches", "No users fit these filters.", "Reset filters", "?"),
        ),
        (
            "q=zzz&view=on&state=off",
            ("Nothing matches", "No users fit “zzz” and these filters.", "Reset filters", "?"),
        ),
    ],
)
def test_what_nothing_fits_can_be_reset(as_operator, people, query, expected):
    assert said(as_operator.get(f"{LIST}?{query}")) == expected


def test_what_is_searched_for_is_shown_as_text(as_operator, people):
    page = as_operator.get(f"{LIST}?q=<b>x</b>")

    assert "“&lt;b&gt;x&lt;/b&gt;”" in page.text


def test_an_empty_tab_leads_to_the_others(as_operator, people):
    User.objects.update(is_active=True)
    expected = ("Nothing under “Disabled”", "No user is there now.", "Show all", "?")

    assert said(as_operator.get(f"{LIST}?view=off")) == expected


def test_a_tab_of_a_list_without_any_row_says_what_the_list_is_for(admin_client, monkeypatch):
    Group.objects.all().delete()
    views = (("", "All", None, ""), ("east", "East", {"name": "East"}, ""))
    monkeypatch.setattr(site._registry[Group], "views", views)

    assert said(admin_client.get(f"{GROUPS}?view=east"))[0] == "Nothing here yet"


def test_nothing_yet_says_what_the_list_is_for(admin_client):
    Group.objects.all().delete()
    page = admin_client.get(GROUPS)

    assert said(page) == ("Nothing here yet", "Rows appear as soon as there are some.", "", "")


@pytest.fixture
def store_missing(monkeypatch):
    asked = []
    monkeypatch.setattr(site._registry[Group], "comes_from", "store")
    monkeypatch.setattr(site, "not_connected", lambda *words: asked.append(words) or STORE)
    return asked


def test_nothing_connected_comes_before_nothing_yet(admin_client, store_missing):
    Group.objects.all().delete()
    expected = ("Your store is not connected", "Then.", "Connect it", "/connect/")

    assert said(admin_client.get(GROUPS)) == expected
    assert store_missing == [("store", "Teams")]


def test_a_list_with_rows_asks_nothing(admin_client, store_missing):
    Group.objects.create(name="East")
    admin_client.get(GROUPS)

    assert store_missing == []


def test_a_step_is_absent_for_who_may_not_take_it(viewer, client, store_missing):
    from django.contrib.auth.models import Permission

    Group.objects.all().delete()
    viewer.user_permissions.add(Permission.objects.get(codename="view_group"))
    client.force_login(viewer)

    assert said(client.get(GROUPS)) == ("Your store is not connected", "Then.", "", "")
