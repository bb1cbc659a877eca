"""Amounts and currencies: how many decimals each has, and rounding to them."""

from decimal import ROUND_HALF_UP, Decimal

from integrations.currencies import from_minor_units, places_of, to_minor_units

__all__ = ["from_minor_units", "places_of", "round_money", "say_money", "to_minor_units"]


def round_money(amount: Decimal, places: int = 2) -> Decimal:
    """The amount with exactly `places` decimals, half a unit up."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def say_money(amount: Decimal, currency: str) -> str:
    """As it stands in a sentence: 1,204.50 USD, 1,204 JPY. More decimals than usual are shown."""
    usual = places_of(currency)
    written = max(usual, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{written}f} {currency}"
