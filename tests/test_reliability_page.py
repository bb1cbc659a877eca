"""docs/reliability.md names tests that exist, and leaves out no case."""

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
PAGE = (TESTS.parent / "docs" / "reliability.md").read_text()
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (\w+) \|.*$", re.MULTILINE)
CASES = [
    *(f"P{number}" for number in range(1, 15)),
    *(f"V{number}" for number in range(1, 22)),
    *(f"W{number}" for number in (1, 2, *range(4, 13))),
    *(f"H{number}" for number in (1, 3, 5, 10, 11)),
    *(str(number) for number in range(1, 26) if number not in (4, 19)),
]


@cache
def names_in(path: str) -> frozenset[str]:
    file = TESTS / path
    text = file.read_text() if file.is_file() else ""
    return frozenset(re.findall(r"^def (test_\w+)\(", text, re.MULTILINE))


def missing(page: str) -> list[str]:
    """The tests a page names that are not there."""
    named = sorted(set(NAMED.findall(page)))
    return [f"{path}::{name}" for path, name in named if name not in names_in(path)]


def rows(page: str) -> dict[str, str]:
    """Each case's row of a table."""
    return {found[1]: found[0] for found in ROW.finditer(page)}


def test_every_test_it_names_exists() -> None:
    assert missing(PAGE) == []


@pytest.mark.parametrize("case", CASES)
def test_every_case_says_what_happens_and_which_tests_show_it(case: str) -> None:
    row = rows(PAGE)[case]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert all(cells)
    assert NAMED.findall(row)


def test_no_test_is_named_in_another_form() -> None:
    assert len(re.findall(r"::test_", PAGE)) == len(NAMED.findall(PAGE))


def test_a_test_that_was_renamed_is_noticed() -> None:
    known = "`test_reliability_page.py::test_every_test_it_names_exists`"
    assert missing(known) == []
    assert missing(known.replace("exists", "exist")) == [known.replace("exists", "exist")[1:-1]]
    assert missing("`orders/test_gone.py::test_it`") == ["orders/test_gone.py::test_it"]
