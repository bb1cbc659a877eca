"""How many decimals each currency has, and whole minor units at the border."""

from collections.abc import Mapping
from decimal import Decimal

# ISO 4217; every currency not named here has two decimals.
_BY_PLACES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_PLACES = {code: places for places, codes in _BY_PLACES.items() for code in codes.split()}
USUAL: Mapping[str, int] = {}


def places_of(currency: str) -> int:
    """How many decimals an amount in this currency has: 2 for USD, 0 for JPY, 3 for KWD."""
    return _PLACES.get(currency.upper(), 2)


def to_minor_units(amount: Decimal, currency: str) -> int:
    """12.30 USD as 1230. Raises ValueError if the currency has no unit as small as that."""
    scaled = amount.scaleb(places_of(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} {currency} is not a whole number of its smallest unit.")
    return int(scaled)


def from_minor_units(units: int, currency: str, unusual: Mapping[str, int] = USUAL) -> Decimal:
    """1230 as 12.30 USD. `unusual` has the decimals of currencies a system counts its own way."""
    places = unusual.get(currency.upper())
    return Decimal(units).scaleb(-(places_of(currency) if places is None else places))
