"""How many rows a list shows: chosen once, remembered per person and per list."""

import pytest
from django.contrib.auth.models import Group, User

from tests.config.adminkit.conftest import log_in

LIST, GROUPS = "/admin/auth/user/", "/admin/auth/group/"


@pytest.fixture
def many(db):
    User.objects.bulk_create(User(username=f"u{n:03}") for n in range(120))
    Group.objects.bulk_create(Group(name=f"g{n:03}") for n in range(120))


def shown(client, url=LIST):
    return len(client.get(url).context["cl"].result_list)


def test_a_list_shows_50_rows_until_somebody_chooses(as_operator, many):
    page = as_operator.get(LIST)

    assert len(page.context["cl"].result_list) == 50
    links = [(one["size"], one["url"], one["active"]) for one in page.context["cl"].size_links]
    assert links == [
        (25, "?rows=25", False),
        (50, "?rows=50", True),
        (100, "?rows=100", False),
        (200, "?rows=200", False),
    ]
    assert "Show all" not in page.text


@pytest.mark.parametrize(("size", "rows"), [(25, 25), (100, 100), (200, 121)])
def test_a_choice_is_kept_for_the_next_visit(as_operator, many, size, rows):
    answer = as_operator.get(f"{LIST}?view=on&rows={size}&p=2")

    assert answer.headers["Location"] == f"{LIST}?view=on"
    assert shown(as_operator) == rows


def test_each_list_has_its_own(admin_client, many):
    admin_client.get(f"{LIST}?rows=100")

    assert shown(admin_client) == 100
    assert shown(admin_client, GROUPS) == 50


def test_another_person_at_the_same_browser_has_their_own(as_operator, many, admin_user):
    as_operator.get(f"{LIST}?rows=100")
    as_operator.force_login(admin_user)

    assert shown(as_operator) == 50


def test_it_outlives_the_session(operator, many):
    client = log_in(operator)
    client.get(f"{LIST}?rows=25")
    client.post("/admin/logout/")
    client.force_login(operator)

    assert shown(client) == 25


@pytest.mark.parametrize("size", ["7", "0", "-1", "9999999", "many", ""])
def test_another_size_than_those_offered_is_passed_over(as_operator, many, size):
    answer = as_operator.get(f"{LIST}?rows={size}")

    assert answer.headers["Location"] == LIST
    assert shown(as_operator) == 50


@pytest.mark.parametrize("cookie", ["x", "1.auth_user:7", ":::|||", "1.auth_user", "|50:"])
def test_a_cookie_that_is_not_ours_changes_nothing(as_operator, many, cookie):
    as_operator.cookies["rows"] = cookie

    assert shown(as_operator) == 50


def test_the_cookie_is_not_for_scripts_and_does_not_grow_for_ever(as_operator, many, operator):
    filled = "|".join(f"{operator.pk}.list_{n}:25" for n in range(80))
    as_operator.cookies["rows"] = filled
    cookie = as_operator.get(f"{LIST}?rows=200").cookies["rows"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value.count("|") == 59
    assert cookie.value.endswith(f"{operator.pk}.auth_user:200")


def test_a_short_list_offers_no_sizes(as_operator, people):
    assert "Rows per page" not in as_operator.get(LIST).text
