"""Values as Stripe writes them, read strictly: what is missing is never taken for zero."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.currencies import from_minor_units
from integrations.errors import BadResponse

Body = Mapping[str, Any]
MOST = 10**12
# docs.stripe.com/currencies, special cases: two have no smaller unit but are counted in hundredths.
PLACES = {"ISK": 2, "UGX": 2, "MGA": 0}
# A database column takes neither: NUL, and halves of surrogate pairs (JSON may spell them).
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def text(value: object) -> str:
    """The text, or "" for null; characters no database takes are dropped."""
    return "" if value is None else UNSTORABLE.sub("", str(value))


def mapping(value: object, name: str) -> Body:
    """A JSON object. Raises BadResponse."""
    if not isinstance(value, Mapping):
        raise BadResponse(f"Stripe sent no {name}.")
    return value


def part(body: Body, name: str) -> Body:
    """A JSON object inside another, empty where there is none."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def rows(value: object, name: str) -> list[Body]:
    """A list of JSON objects. Raises BadResponse."""
    if not isinstance(value, list):
        raise BadResponse(f"Stripe sent no list of {name}.")
    return [mapping(one, name) for one in value]


def id_of(value: object) -> str:
    """The id of what stands there by its id, or as a whole; "" for null."""
    return text(value.get("id") if isinstance(value, Mapping) else value)


def need_id(value: object, name: str) -> str:
    """Like `id_of`, for an id that must be there."""
    found = id_of(value)
    if not found:
        raise BadResponse(f"Stripe sent no id of a {name}.")
    return found


def whole(value: object, name: str) -> int:
    """A whole number. Raises BadResponse."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= MOST:
        raise BadResponse(f"Stripe sent no whole number as {name}.")
    return value


def moment(value: object, name: str) -> datetime:
    """An aware time in UTC from seconds since 1970. Raises BadResponse."""
    try:
        return datetime.fromtimestamp(whole(value, name), UTC)
    except (OverflowError, OSError, ValueError):
        pass
    raise BadResponse(f"Stripe sent no usable time as {name}.")


def currency(value: object) -> str:
    """Three capital letters from Stripe's small ones. Raises BadResponse."""
    code = text(value).upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise BadResponse("Stripe sent no usable currency.")
    return code


def money(value: object, code: str, name: str) -> Decimal:
    """An amount in units of the currency from its minor units: 1250 is 12.50 USD, 1250 JPY.

    Raises BadResponse for null and for what is no whole number.
    """
    return from_minor_units(whole(value, name), code, PLACES)
