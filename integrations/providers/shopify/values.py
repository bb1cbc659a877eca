"""Values as Shopify writes them, read strictly: what is missing is never taken for zero."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.errors import BadResponse

DIGITS = 12
GID = re.compile(r"gid://shopify/(\w+)/(\d+)", re.ASCII)
# A database column takes neither: NUL, and halves of surrogate pairs (JSON may spell them).
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def text(value: object) -> str:
    """The text, or "" for null; characters no database takes are dropped."""
    return "" if value is None else UNSTORABLE.sub("", str(value))


def money(value: object, name: str) -> Decimal:
    """An amount from its string. Raises BadResponse for null and for what is no number."""
    try:
        amount = Decimal(str(value)) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        amount = None
    if amount is None or isinstance(value, bool) or not amount.is_finite():
        raise BadResponse(f"Shopify sent no usable amount as {name}.")
    if amount.adjusted() >= DIGITS:
        raise BadResponse(f"Shopify sent an absurd amount as {name}.")
    return amount


def shop_money(node: object, name: str) -> Decimal:
    """The shop-currency amount of a MoneyBag, in GraphQL's or REST's spelling."""
    bag = mapping(node, name)
    part = mapping(bag.get("shopMoney") or bag.get("shop_money"), name)
    return money(part.get("amount"), name)


def whole(value: object, name: str) -> int:
    """A count of units. Raises BadResponse for anything but an integer."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**DIGITS:
        raise BadResponse(f"Shopify sent no whole number as {name}.")
    return value


def moment(value: object, name: str) -> datetime:
    """An aware time in UTC. Raises BadResponse."""
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise BadResponse(f"Shopify sent no usable time as {name}.")
    return parsed.astimezone(UTC)


def moment_or_none(value: object, name: str) -> datetime | None:
    return None if value is None else moment(value, name)


def mapping(value: object, name: str) -> Mapping[str, Any]:
    """A JSON object. Raises BadResponse."""
    if not isinstance(value, Mapping):
        raise BadResponse(f"Shopify sent no {name}.")
    return value


def rows(value: object, name: str) -> list[Mapping[str, Any]]:
    """A list of JSON objects; null is an empty list. Raises BadResponse."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadResponse(f"Shopify sent no list as {name}.")
    return [mapping(one, name) for one in value]


def gid(kind: str, value: object) -> str:
    """The one spelling of Shopify's ids we keep: gid://shopify/Order/123; "" for null."""
    if value is None or value == "":
        return ""
    known = GID.match(str(value))
    if known:
        return f"gid://shopify/{known[1]}/{known[2]}"
    if isinstance(value, bool) or not str(value).isdecimal():
        raise BadResponse(f"Shopify sent no usable id of a {kind}.")
    return f"gid://shopify/{kind}/{value}"


def need_gid(kind: str, value: object) -> str:
    """Like `gid`, for an id that must be there."""
    found = gid(kind, value)
    if not found:
        raise BadResponse(f"Shopify sent no id of a {kind}.")
    return found


def legacy_id(external_id: str) -> str:
    """The number in a gid, as the admin's addresses use it; "" if there is none."""
    known = GID.match(external_id)
    return known[2] if known else ""


def quoted(value: str) -> str:
    """A value inside a search: quoted, with quotes and backslashes escaped."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def search_time(value: datetime) -> str:
    """A time as the search of orders and stock takes it."""
    return quoted(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
