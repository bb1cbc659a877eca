from decimal import Decimal

import pytest

from catalog.money import from_minor_units, places_of, round_money, say_money, to_minor_units


@pytest.mark.parametrize(
    ("currency", "places"), [("USD", 2), ("JPY", 0), ("jpy", 0), ("KWD", 3), ("CLF", 4), ("ZZZ", 2)]
)
def test_each_currency_has_its_decimals(currency: str, places: int) -> None:
    assert places_of(currency) == places


def test_half_a_cent_is_rounded_up() -> None:
    assert round_money(Decimal("1.005")) == Decimal("1.01")
    assert str(round_money(Decimal("2.5"), 0)) == "3"


@pytest.mark.parametrize("units", [0, 1, 99, 100, 123_456_789])
@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_minor_units_survive_the_way_there_and_back(units: int, currency: str) -> None:
    assert to_minor_units(from_minor_units(units, currency), currency) == units


def test_a_part_of_the_smallest_unit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10\.5 JPY is not a whole number"):
        to_minor_units(Decimal("10.5"), "JPY")


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1204.5", "USD", "1,204.50 USD"),
        ("1204.0000", "JPY", "1,204 JPY"),
        ("3.5", "KWD", "3.500 KWD"),
        ("0.125", "USD", "0.125 USD"),
        ("0", "EUR", "0.00 EUR"),
        ("1200", "USD", "1,200.00 USD"),
    ],
)
def test_an_amount_in_a_sentence_has_the_decimals_of_its_currency(amount, currency, said):
    assert say_money(Decimal(amount), currency) == said
