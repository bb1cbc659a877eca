"""Counts that stop, and pages of lists nobody counted to their end."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.paginator import EmptyPage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.adminkit import counting
from config.adminkit.counting import KitPaginator, count_each, count_words

pytestmark = pytest.mark.django_db
LIST = "/admin/auth/user/"


@pytest.fixture
def few(monkeypatch):
    """Counting stops at 10 rows, and a page is far behind after 4."""
    monkeypatch.setattr(counting, "MOST", 10)
    monkeypatch.setattr(counting, "DEEP", 4)


def make_people(number):
    User.objects.bulk_create(User(username=f"p{n:02}") for n in range(number))


def pages(per_page=4):
    return KitPaginator(User.objects.order_by("-username"), per_page)


def names(page):
    return [user.username for user in page]


def test_several_sets_are_counted_by_one_query(django_assert_num_queries):
    make_people(3)
    Group.objects.all().delete()
    sets = {
        "all": User.objects.order_by("username"),
        "p01": User.objects.filter(username="p01").select_related(),
        "nobody": User.objects.filter(username__contains="%s"),
        "never": User.objects.filter(pk__in=[]),
        "groups": Group.objects.all(),
    }
    with django_assert_num_queries(1):
        counts = count_each(sets)

    assert counts == {"all": 3, "p01": 1, "nobody": 0, "never": 0, "groups": 0}


def test_counting_stops_one_behind_the_most():
    make_people(5)
    counts = [count_each({"": User.objects.all()}, most)[""] for most in (3, 4, 5, 6)]

    assert counts == [4, 5, 5, 5]


def test_sets_that_cannot_have_rows_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert count_each({"a": User.objects.none()}) == {"a": 0}


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0"), (1204, "1,204"), (10_000, "10,000"), (10_001, "10,000+")]
)
def test_a_count_in_words(number, words):
    assert count_words(number) == words


@pytest.mark.parametrize(
    ("rows", "count", "last", "is_open"),
    [(0, 0, 1, False), (9, 9, 3, False), (10, 10, 3, False), (11, 10, 4, True), (30, 10, 4, True)],
)
def test_pages_are_counted_up_to_the_most_and_one_more(few, rows, count, last, is_open):
    make_people(rows)
    found = pages()

    assert (found.count, found.num_pages, found.is_open_ended) == (count, last, is_open)


def test_every_page_has_its_rows_whether_counted_or_not(few):
    make_people(18)
    rows = [name for number in range(1, 6) for name in names(pages().page(number))]

    assert rows == [f"p{n:02}" for n in reversed(range(18))]


def test_the_page_that_was_read_says_whether_another_follows(few):
    make_people(18)
    fourth, last = pages(), pages()
    fourth.page(4)
    last.page(5)

    assert (fourth.num_pages, fourth.is_open_ended) == (5, True)
    assert (last.num_pages, last.is_open_ended) == (5, False)


@pytest.mark.parametrize("number", [6, 999_999, 10**30, 0, -1])
def test_there_is_no_page_behind_the_last_or_before_the_first(few, number):
    make_people(18)

    with pytest.raises(EmptyPage):
        pages().page(number)


def test_the_links_go_on_in_dots_while_nobody_knows_the_end(few):
    make_people(60)
    found = pages()
    found.page(12)
    links = " ".join(map(str, found.get_elided_page_range(12)))

    assert links == "1 2 … 9 10 11 12 13 …"


def test_a_page_far_behind_reads_only_the_rows_it_shows(few, django_assert_num_queries):
    make_people(18)
    with django_assert_num_queries(3) as caught:  # count, keys, rows
        list(pages().page(4))

    assert "password" not in caught.captured_queries[1]["sql"]
    assert "OFFSET" not in caught.captured_queries[2]["sql"]


@pytest.mark.parametrize(
    ("page", "first", "last", "count"),
    [(1, 1, 8, "10+"), (2, 9, 16, "16+"), (3, 17, 18, "18")],
)
def test_a_list_says_how_far_it_was_counted(
    few, as_operator, monkeypatch, page, first, last, count
):
    monkeypatch.setattr("tests.config.adminkit.sample.PersonAdmin.list_per_page", 8)
    make_people(17)
    shown = as_operator.get(f"{LIST}?p={page}").text

    assert f"<b>{first}\u2013{last}</b> of {count}</span>" in shown


def test_a_page_that_is_not_there_leads_back_to_the_list(few, as_operator, monkeypatch):
    monkeypatch.setattr("tests.config.adminkit.sample.PersonAdmin.list_per_page", 8)
    make_people(17)

    assert as_operator.get(f"{LIST}?p=9").headers["Location"] == f"{LIST}?e=1"


@pytest.mark.parametrize(
    ("query", "count", "is_counted"),
    [("", 19, False), ("view=off", 1, False), ("view=on&q=p", 18, False), ("view=gone", 19, True),
     ("date_joined__from=2020-01-01", 19, True), ("view=off&is_staff=1", 0, True)],
)  # fmt: skip
def test_what_a_tab_or_a_search_counted_is_not_counted_again(as_operator, query, count, is_counted):
    make_people(17)
    User.objects.create(username="cid", is_active=False)
    with CaptureQueriesContext(connection) as caught:
        page = as_operator.get(f"{LIST}?{query}")
    counts = [one for one in caught.captured_queries if one["sql"].count("LIMIT 10001)") == 1]

    assert page.context["cl"].result_count == count
    assert bool(counts) is is_counted


def test_tabs_are_counted_no_further(few, as_operator, monkeypatch):
    monkeypatch.setattr(counting.count_each, "__defaults__", (10,))
    monkeypatch.setattr(counting.count_words, "__defaults__", (10,))
    make_people(17)
    tabs = as_operator.get(LIST).context["tabs"]

    assert [tab["shown"] for tab in tabs] == ["10+", "10+", "0"]
