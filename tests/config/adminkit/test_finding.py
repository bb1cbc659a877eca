"""Search: whole first, then by parts, the newest first, capped, in one query."""

import pytest
from django.contrib.auth.models import Group, User

from config.adminkit import finding
from config.adminkit.finding import find

pytestmark = pytest.mark.django_db
FIELDS = ["=username", "=email", "first_name", "last_name", "groups__name"]
LIST = "/admin/auth/user/"


def make(username, first="", last="", **fields):
    return User.objects.create(username=username, first_name=first, last_name=last, **fields)


def found(text, fields=FIELDS, rows=None, cap=finding.CAP):
    rows = User.objects.all() if rows is None else rows
    names = dict(User.objects.values_list("pk", "username"))
    return [names[key] for key in find(rows, text, fields, cap).keys]


@pytest.mark.parametrize("text", ["1001", "#1001", "  #1001 "])
def test_a_number_is_found_with_and_without_its_hash(text):
    make("#1001")

    assert found(text) == ["#1001"]


@pytest.mark.parametrize("text", ["ANN", "ann"])
def test_a_whole_word_is_found_in_either_case(text):
    make("ann")

    assert found(text) == ["ann"]


def test_what_is_the_text_hides_what_only_has_it_in_it():
    make("anna", "Ann")
    make("ann")

    assert found("ann") == ["ann"]
    assert found("an") == ["anna"]


def test_a_field_looked_up_whole_is_not_found_by_its_parts():
    make("annabel")

    assert found("annab") == []


def test_hits_of_all_fields_come_once_and_the_newest_first():
    make("a", "Mia", "Miasma").groups.add(Group.objects.create(name="Mia & Co"))
    make("b", "Noor")
    make("c", "", "Amiable")

    assert found("mia") == ["c", "a"]


@pytest.mark.parametrize("text", ["Dana Petrov", "petrov dana", '"Dana Pet"', "dana \x00 petrov"])
def test_words_stand_in_any_order_in_one_field(text):
    make("a", "Dana Petrov")
    make("b", "Dana Moreau")

    assert found(text) == ["a"]


def test_words_stand_in_several_fields_where_none_has_them_all():
    make("a", "Dana", "Petrov")
    make("b", "Dana", "Moreau")
    make("c", "Mia", "Petrov")

    assert found("petrov dana") == ["a"]


def test_quoted_words_are_one():
    make("a", "Petrov Dana")

    assert found('"Dana Petrov"') == []


@pytest.mark.parametrize("text", ["100%", "a_b", "back\\slash", "it's", '"', "''"])
def test_signs_with_a_meaning_elsewhere_stand_for_themselves(text):
    make("a", f"is {text} here")
    make("b", "100 aXb")

    assert found(text) == ["a"]


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_nothing_finds_nothing(text, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find(User.objects.all(), text, FIELDS).keys == ()


def test_a_search_is_one_query_and_a_second_for_words_in_several_fields(django_assert_num_queries):
    make("a", "Dana", "Petrov")
    for text, queries in [("a", 2), ("dana", 1), ("nobody", 1), ("dana petrov", 2), ("a b c", 3)]:
        with django_assert_num_queries(queries):  # a short text asks for the size of the table
            find(User.objects.all(), text, FIELDS)


def test_the_newest_hits_are_kept_and_the_rest_is_said():
    for number in range(5):
        make(f"p{number}", "Dana")
    cut = find(User.objects.all(), "dana", FIELDS, cap=3)

    assert found("dana", cap=3) == ["p4", "p3", "p2"]
    assert cut.note == "The newest 3 that fit. Type more to narrow it down."
    assert find(User.objects.all(), "dana", FIELDS, cap=5).note == ""


def test_a_row_that_fits_several_times_takes_one_place():
    groups = [Group.objects.create(name=f"Roasters {n}") for n in range(4)]
    for number in range(3):
        make(f"p{number}").groups.set(groups)

    assert found("roasters", cap=3) == ["p2", "p1", "p0"]


def test_rows_left_out_by_a_filter_take_no_place():
    for number in range(4):
        make(f"p{number}", "Dana", is_active=number == 0)

    assert found("dana", rows=User.objects.filter(is_active=True), cap=1) == ["p0"]


def test_a_short_word_is_looked_for_at_the_beginning_of_a_long_list(monkeypatch):
    make("a", "Oz")
    make("b", "Moz")
    assert found("oz") == ["b", "a"]
    monkeypatch.setattr(finding, "FEW_ROWS", 1)

    assert found("oz") == ["a"]
    assert find(User.objects.all(), "oz", FIELDS).note.startswith("Fewer than 3 characters")


def test_a_list_says_that_there_is_more(as_operator, people, monkeypatch):
    monkeypatch.setattr("tests.config.adminkit.sample.PersonAdmin.search_cap", 2)
    page = as_operator.get(f"{LIST}?q=b&view=on")
    cut = as_operator.get(f"{LIST}?q=o")
    User.objects.create(username="bobolink")
    more = as_operator.get(f"{LIST}?q=bo")

    assert "1\u20131</b> of 1<" in page.text
    assert "1\u20132</b> of 2<" in cut.text
    assert "narrow it down" not in cut.text
    assert "1\u20132</b> of 2<" in more.text


def test_a_tab_is_searched_whole_however_many_hits_the_others_have(
    as_operator, people, monkeypatch
):
    monkeypatch.setattr("tests.config.adminkit.sample.PersonAdmin.search_cap", 1)
    User.objects.bulk_create(User(username=f"cido{n}") for n in range(5))
    page = as_operator.get(f"{LIST}?q=ci&view=off")
    all_of_them = as_operator.get(f"{LIST}?q=ci")

    assert [row.username for row in page.context["cl"].result_list] == ["cid"]
    assert "narrow it down" not in page.text
    assert "1\u20131</b> of 1+" in all_of_them.text
    assert "The newest 1 that fit. Type more to narrow it down." in all_of_them.text


def test_what_was_found_is_not_counted_again(as_operator, people):
    response = as_operator.get(f"{LIST}?q=o")

    assert response.context["cl"].paginator.__dict__["found"] == 2
