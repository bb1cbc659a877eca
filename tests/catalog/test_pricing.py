from decimal import Decimal

import pytest

from catalog.models import Rounding
from catalog.pricing import margin, our_price

ENDINGS = [r for r in Rounding.values if r != Rounding.NONE]
COSTS = [Decimal(cents) / 100 for cents in [*range(1, 400), 999, 1000, 12_345, 99_999_999]]
MARKUPS = [Decimal(m) for m in ("0", "0.005", "0.25", "0.3333", "1", "10")]


@pytest.mark.parametrize(
    ("rounding", "price"),
    [("none", "12.50"), (".00", "13.00"), (".50", "12.50"), (".95", "12.95"), (".99", "12.99")],
)
def test_ten_at_25_percent(rounding: str, price: str) -> None:
    assert str(our_price(Decimal("10.00"), Decimal("0.25"), rounding)) == price


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("rounding", ENDINGS)
def test_an_ending_raises_to_the_next_such_price_and_never_lowers(
    rounding: str, markup: Decimal
) -> None:
    for cost in COSTS:
        exact, price = cost * (1 + markup), our_price(cost, markup, rounding)
        assert str(price).endswith(rounding)
        assert exact <= price < exact + 1


@pytest.mark.parametrize("markup", MARKUPS)
def test_without_an_ending_the_price_is_the_nearest_cent(markup: Decimal) -> None:
    for cost in COSTS:
        price = our_price(cost, markup, Rounding.NONE)
        assert price == round(price, 2)
        assert abs(price - cost * (1 + markup)) <= Decimal("0.005")


def test_a_currency_without_decimals_is_raised_to_the_next_unit() -> None:
    assert str(our_price(Decimal(101), Decimal("0.25"), ".99", places=0)) == "127"
    assert str(our_price(Decimal(101), Decimal("0.25"), "none", places=0)) == "126"


def test_three_decimals_keep_the_ending() -> None:
    assert str(our_price(Decimal("1.001"), Decimal(0), ".95", places=3)) == "1.950"


def test_margin_is_a_fraction_of_the_price() -> None:
    assert margin(Decimal("12.50"), Decimal("10.00")) == Decimal("0.2")
    assert margin(Decimal("5"), Decimal("10")) == Decimal(-1)


@pytest.mark.parametrize("price", ["0", "-1"])
def test_a_margin_of_no_price_is_refused(price: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        margin(Decimal(price), Decimal(1))
