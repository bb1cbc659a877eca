"""Our price from a partner's, and the margin it leaves. Decimal only."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from catalog.models import Rounding
from catalog.money import round_money

FOUR_PLACES = Decimal("0.0001")


def our_price(cost: Decimal, markup: Decimal, rounding: str, places: int = 2) -> Decimal:
    """`cost` x (1 + `markup`), raised to the next price with the ending `rounding` asks for.

    `markup` is a fraction (0.25 is 25 %); `places` are the decimals of the currency. An ending
    never lowers the price; without one it is rounded half up. A currency without decimals has no
    endings: there the price is raised to the next whole unit.
    """
    exact = cost * (1 + markup)
    if rounding == Rounding.NONE:
        return round_money(exact, places)
    if places == 0:
        return exact.to_integral_value(rounding=ROUND_CEILING)
    price = exact.to_integral_value(rounding=ROUND_FLOOR) + Decimal(f"0{rounding}")
    return round_money(price if price >= exact else price + 1, places)


def margin(price: Decimal, cost: Decimal) -> Decimal:
    """What is left of `price` after `cost`, as a fraction of the price (0.2 is 20 %).

    Raises ValueError for a price that is not above zero.
    """
    if price <= 0:
        raise ValueError("A margin needs a price above zero.")
    return ((price - cost) / price).quantize(FOUR_PLACES)
