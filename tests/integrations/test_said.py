"""Numbers of a system, read loosely, and never so that a worker is kept busy with one."""

from decimal import Decimal

import pytest

from integrations.answers import parse_json
from integrations.said import amount, units


@pytest.mark.parametrize("text", [b"1e999999999", b"-1e999999999", b"1e30", b"1e999999"])
def test_a_number_of_units_without_any_measure_is_none(text):
    assert units(parse_json(text)) is None


@pytest.mark.parametrize("text", [b"1e999999999", b"1e-999999999"])
def test_an_amount_without_any_measure_is_none(text):
    assert amount(parse_json(text)) is None


@pytest.mark.parametrize(("text", "count"), [(b"1e3", 1000), (b"45.0", 45), (b"2.5", None)])
def test_units_written_as_fractions_are_read_where_they_are_whole(text, count):
    assert units(parse_json(text)) == count


@pytest.mark.parametrize(("text", "money"), [(b"8.50", "8.50"), (b"0.00", "0.00"), (b"7", "7")])
def test_amounts_stay_as_they_were_written(text, money):
    found = amount(parse_json(text))
    assert (found, str(found)) == (Decimal(money), money)
