"""Filters: ranges of numbers, several values, named conditions, chips that go away one by one."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from tests.config.adminkit.sample import site

LIST = "/admin/auth/user/"


def names(page):
    return [user.username for user in page.context["cl"].result_list]


def spec_of(page, title):
    return next(spec for spec in page.context["cl"].filter_specs if spec.title == title)


def links(page, title):
    cl = page.context["cl"]
    return {c["display"]: c["query_string"] for c in spec_of(page, title).choices(cl)}


@pytest.fixture
def numbered(people):
    """Their ids stand in for amounts."""
    return [user.pk for user in people]


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [(0, 0, ["ann"]), (0, 1, ["ann", "bob"]), (1, 2, ["bob", "cid"])],
)
def test_a_range_of_numbers_includes_both_ends(as_operator, numbered, first, last, found):
    query = f"id__from={numbered[first]}&id__until={numbered[last]}"

    assert names(as_operator.get(f"{LIST}?{query}")) == found


def test_one_end_is_enough(as_operator, numbered):
    assert "ann" not in names(as_operator.get(f"{LIST}?id__from={numbered[1]}"))
    assert "cid" not in names(as_operator.get(f"{LIST}?id__until={numbered[1]}"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("id__from=1000&id__until=2500", "1,000 – 2,500"),  # noqa: RUF001
        ("id__from=-5", "from −5"),  # noqa: RUF001
        ("id__until=7", "up to 7"),
        ("id__from=7&id__until=7", "7"),
    ],
)
def test_the_chip_says_the_range(as_operator, people, query, words):
    page = as_operator.get(f"{LIST}?{query}")

    assert spec_of(page, "Number").shown == words
    assert f"Number: <b>{words}</b>" in page.text


@pytest.mark.parametrize("text", ["many", "1.5", "NaN", "1e999", "9" * 16])
def test_a_number_that_is_none_is_ignored_politely(as_operator, people, text):
    assert as_operator.get(f"{LIST}?id__from={text}").headers["Location"] == f"{LIST}?e=1"


def test_ready_made_ranges_are_one_click(as_operator, people):
    page = as_operator.get(f"{LIST}?id__from=3&view=on")

    assert links(page, "Number") == {
        "Any": "?view=on",
        "Below 0": "?id__until=-1&view=on",
        "1 to 5": "?id__from=1&id__until=5&view=on",
    }


def test_the_form_of_a_range_keeps_the_tab_the_search_and_the_other_filters(as_operator, people):
    page = as_operator.get(f"{LIST}?view=on&q=a&state=off&id__from=1&p=1")

    assert dict(spec_of(page, "Number").hidden) == {"view": "on", "q": "a", "state": "off"}


def test_named_conditions_add_up(as_operator, people):
    old = timezone.now().replace(year=2020)
    User.objects.filter(username="ann").update(date_joined=old)

    assert names(as_operator.get(f"{LIST}?state=off")) == ["cid"]
    assert names(as_operator.get(f"{LIST}?state=off,old")) == ["ann", "cid"]
    assert names(as_operator.get(f"{LIST}?state=nonsense")) == ["ann", "bob", "cid", "operator"]


def test_values_of_a_text_column_are_those_it_has(as_operator, people):
    User.objects.filter(username="ann").update(last_name="Berg, Stone")
    User.objects.filter(username="bob").update(last_name="Cole")
    page = as_operator.get(f"{LIST}?last_name__in=Berg, Stone|Cole")

    assert names(page) == ["ann", "bob"]
    assert list(links(page, "last name")) == ["All", "Berg, Stone", "Cole"]
    assert spec_of(page, "last name").shown == "Berg, Stone, Cole"


def test_many_chosen_values_are_told_as_a_number(as_operator, people):
    groups = [Group.objects.create(name=f"A group with a long name {n}") for n in range(3)]
    chosen = ",".join(str(group.pk) for group in groups)

    assert spec_of(as_operator.get(f"{LIST}?groups__in={chosen}"), "groups").shown == "3 chosen"


def test_each_active_chip_has_a_cross_that_removes_only_it(as_operator, people):
    page = as_operator.get(f"{LIST}?view=on&state=old&id__from=1")

    crosses = dict(
        re.findall(r'chip-x" href="([^"]*)" aria-label="Remove filter (\w+)"', page.text)
    )
    assert page.text.count('class="chip on"') == 2
    assert crosses == {"?state=old&amp;view=on": "Number", "?id__from=1&amp;view=on": "State"}


def test_clear_all_keeps_the_tab(as_operator, people):
    page = as_operator.get(f"{LIST}?view=on&state=old&id__from=1")

    assert '<a class="btn ghost" href="?view=on">Clear all</a>' in page.text


def test_without_filters_there_is_nothing_to_clear(as_operator, people):
    page = as_operator.get(f"{LIST}?view=on").text

    assert "Clear all" not in page
    assert 'class="chip on"' not in page


def test_the_sample_has_a_filter_of_each_kind():
    assert len(site._registry[User].list_filter) == 5
