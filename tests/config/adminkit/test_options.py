"""Lists and detail pages: tabs, search, filters, read-only summaries."""

from datetime import datetime

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.adminkit.nav import Nav
from tests.config.adminkit.sample import site
from tests.config.adminkit.test_actions import do_url

LIST = "/admin/auth/user/"


def names(page):
    return [user.username for user in page.context["cl"].result_list]


def test_tabs_are_plain_addresses_with_counts(as_operator, people):
    tabs = as_operator.get(f"{LIST}?view=off").context["tabs"]

    assert [(t["label"], t["url"], t["count"], t["active"]) for t in tabs] == [
        ("All", "?", 4, False),
        ("Active", "?view=on", 3, False),
        ("Disabled", "?view=off", 1, True),
    ]


def test_a_tab_narrows_the_list(as_operator, people):
    assert names(as_operator.get(f"{LIST}?view=off")) == ["cid"]


def test_all_tab_counts_are_one_query(as_operator, people, django_assert_num_queries):
    admin = site._registry[User]
    request = as_operator.get(LIST).wsgi_request
    with django_assert_num_queries(1):
        assert admin.tab_counts(request) == {"": 4, "on": 3, "off": 1}


def test_a_list_costs_the_same_queries_for_many_rows(as_operator, people):
    as_operator.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        as_operator.get(LIST)
    User.objects.bulk_create(User(username=f"u{n}") for n in range(40))
    with CaptureQueriesContext(connection) as many:
        as_operator.get(LIST)

    assert len(many) == len(few)
    assert len(many) <= 12


def test_an_exact_name_in_the_search_box_opens_the_row(as_operator, people):
    response = as_operator.get(f"{LIST}?q=ANN")

    assert response.headers["Location"] == f"/admin/auth/user/{people[0].pk}/change/"


def test_part_of_a_name_lists_what_fits(as_operator, people):
    assert names(as_operator.get(f"{LIST}?q=o")) == ["bob", "operator"]


def test_several_values_of_a_filter_are_joined(as_operator, people):
    groups = [Group.objects.create(name=name) for name in ("x", "y", "z")]
    for user, group in zip(people, groups, strict=True):
        user.groups.add(group)

    page = as_operator.get(f"{LIST}?groups__in={groups[0].pk},{groups[2].pk}")
    assert names(page) == ["ann", "cid"]
    assert "<b>x, z</b>" in page.text
    assert f'href="?groups__in={groups[0].pk}%2C{groups[2].pk}%2C{groups[1].pk}"' in page.text


def test_a_date_range_includes_both_days(as_operator, people):
    day = datetime(2025, 3, 5, 23, 30, tzinfo=timezone.get_current_timezone())
    User.objects.filter(username="ann").update(date_joined=day)
    wanted = "date_joined__from=2025-03-05&date_joined__until=2025-03-05"

    page = as_operator.get(f"{LIST}?{wanted}")
    assert names(page) == ["ann"]
    assert "<b>Mar 05, 2025</b>" in page.text


def test_a_date_that_is_none_is_ignored_politely(as_operator, people):
    response = as_operator.get(f"{LIST}?date_joined__from=soon")

    assert response.headers["Location"] == f"{LIST}?e=1"


def test_nobody_deletes_a_row(admin_client, people):
    assert admin_client.get(f"/admin/auth/user/{people[0].pk}/delete/").status_code == 403
    assert "deletelink" not in admin_client.get(f"/admin/auth/user/{people[0].pk}/change/").text


@pytest.fixture
def team(db):
    return Group.objects.create(name="East team")


@pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
def test_a_summary_admin_neither_adds_nor_deletes(admin_client, team, page):
    assert admin_client.get(f"/admin/auth/group/{page.format(pk=team.pk)}").status_code == 403


def test_a_summary_admin_saves_nothing(admin_client, team):
    address = f"/admin/auth/group/{team.pk}/change/"

    assert admin_client.post(address, {"name": "West team"}).status_code == 403
    team.refresh_from_db()
    assert team.name == "East team"


def test_a_summary_leads_with_badges_and_note_and_has_no_form(admin_client, team):
    page = admin_client.get(f"/admin/auth/group/{team.pk}/change/").text

    assert '<span class="badge ok">Active</span>' in page
    assert '<span class="q">Formed today</span>' in page
    assert 'name="_save"' not in page
    assert "jsi18n" not in page


def test_an_empty_list_says_so(admin_client):
    Group.objects.all().delete()

    assert "Nothing here yet" in admin_client.get("/admin/auth/group/").text


@pytest.mark.parametrize(
    ("group", "crumb"),
    [("Sell", "<span>Sell</span>"), ("", '<span aria-current="page">Users</span>')],
)
def test_the_breadcrumb_of_a_list_is_never_empty(as_operator, monkeypatch, group, crumb):
    monkeypatch.setattr(site._registry[User], "nav", Nav(group, 10, "user"))

    assert f'<div class="breadcrumbs">{crumb}</div>' in as_operator.get(LIST).text


def test_a_slow_view_is_counted_anew_only_where_it_is_looked_at(as_operator, people, monkeypatch):
    monkeypatch.setattr(site._registry[User], "slow_views", ("off",))

    def count(view: str) -> int:
        tabs = as_operator.get(LIST, {"view": view}).context["tabs"]
        return next(tab["count"] for tab in tabs if tab["label"] == "Disabled")

    assert count("") == 1
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    assert count("") == 1
    assert count("off") == 2
    assert count("") == 2


def test_whoever_presses_a_button_sees_its_effect_in_every_tab(as_operator, people, monkeypatch):
    monkeypatch.setattr(site._registry[User], "slow_views", ("off",))
    as_operator.get(LIST)

    as_operator.post(do_url(people[0], "disable"))

    tabs = as_operator.get(LIST).context["tabs"]
    assert [tab["count"] for tab in tabs if tab["label"] == "Disabled"] == [2]
