"""Payloads of mutations."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.sandbox.shopify.gids import number_of
from integrations.sandbox.shopify.refusals import Refusal

Payload = dict[str, Any]


def refused(exc: Refusal, errors: str = "userErrors") -> Payload:
    """A payload that says no: everything else in it is null."""
    return {errors: [{"field": exc.field, "message": exc.message, "code": exc.code}]}


def done(**payload: Any) -> Payload:
    return {**payload, "userErrors": []}


def wanted_id(value: str | None, kind: str, field: Sequence[str], name: str = "") -> int:
    """The number of a global id of this kind. Raises Refusal."""
    number = number_of(value or "", kind)
    if number is None:
        raise Refusal(f"{name or kind} does not exist", "NOT_FOUND", field)
    return number


def amount(value: Any, field: Sequence[str]) -> Decimal:
    """Money or Decimal input. Raises Refusal."""
    try:
        number = Decimal(str(value))
    except InvalidOperation as exc:
        raise Refusal("is not a number", "INVALID", field) from exc
    if not number.is_finite() or number < 0:
        raise Refusal("must be greater than or equal to 0", "INVALID", field)
    return number
