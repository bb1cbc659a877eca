"""What a spreadsheet would run goes out harmless, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing.formulas import escape_formula, unescape_formula

ODD = st.text(alphabet="'=+-@ \t\r\x00\uff1dA1", max_size=8)


@given(ODD | st.text(max_size=30))
def test_whatever_goes_out_comes_back(text):
    assert unescape_formula(escape_formula(text)) == text


@given(ODD)
def test_nothing_that_goes_out_is_run(text):
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r", "\x00"))


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("=1+1", "'=1+1"),
        (" @x", "' @x"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("'tis", "'tis"),
        ("A-1", "A-1"),
        ("", ""),
    ],
)
def test_only_what_would_be_run_gets_an_apostrophe(text, outside):
    assert escape_formula(text) == outside
