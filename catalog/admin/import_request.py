"""What a person asks to import: partner, ticked rows, markup, rounding, prices typed by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.http import QueryDict

from catalog.admin.catalog_query import CatalogQuery, partners_with_store
from catalog.models import Partner
from catalog.money import places_of
from catalog.services.own_store import own_currency

MOST_ROWS = 400
MOST_PRICE = Decimal(10) ** 9
PREFIX = "price_"


@dataclass(frozen=True)
class ImportRequest:
    """`prices` and `errors` are by listing id; a row with an error has no price in `prices`."""

    partner: Partner
    listing_ids: tuple[int, ...]
    markup: Decimal
    rounding: str
    prices: Mapping[int, Decimal] = field(default_factory=dict)
    typed: Mapping[int, str] = field(default_factory=dict)
    errors: Mapping[int, str] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        """How many of the ticked rows are past what one import takes."""
        return max(0, len(self.listing_ids) - MOST_ROWS)


def read_import(data: QueryDict) -> ImportRequest | None:
    """None where no partner one can import from is named."""
    partners = partners_with_store()
    query = CatalogQuery(data, partners)
    if query.partner is None or query.partner_key != data.get("partner"):
        return None
    ids = dict.fromkeys(int(v) for v in data.getlist("v") if v.isdecimal() and len(v) < 19)
    typed, prices, errors = _read_prices(data, list(ids)[:MOST_ROWS])
    return ImportRequest(
        query.partner, tuple(ids), query.markup, query.rounding, prices, typed, errors
    )


def _read_prices(
    data: QueryDict, ids: list[int]
) -> tuple[dict[int, str], dict[int, Decimal], dict[int, str]]:
    typed = {pk: data.get(f"{PREFIX}{pk}", "").strip() for pk in ids if f"{PREFIX}{pk}" in data}
    prices, errors = {}, {}
    places = places_of(own_currency()) if typed else 2
    for pk, text in typed.items():
        try:
            prices[pk] = read_price(text, places)
        except ValueError as exc:
            errors[pk] = str(exc)
    return typed, prices, errors


def read_price(text: str, places: int) -> Decimal:
    """A price above zero with at most `places` decimals. Raises ValueError with a sentence."""
    try:
        price = Decimal(text)
    except InvalidOperation as exc:
        raise ValueError("Enter a price such as 15.99.") from exc
    if not price.is_finite() or not 0 < price < MOST_PRICE:
        raise ValueError("Enter a price above zero.")
    if price != round(price, places):
        raise ValueError(f"At most {places} decimals.")
    return price
