"""What a system said, in a form that every database keeps and that compares equal."""

import hashlib
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def storable(said: Any) -> Any:
    """The same as plain JSON: amounts as numbers where no digit is lost, else as text.

    Without what PostgreSQL cannot store in JSON: NUL, lone surrogates, NaN.
    """
    if isinstance(said, Mapping):
        return {_text(str(key)): storable(value) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [storable(one) for one in said]
    if isinstance(said, Decimal):
        return _number(said)
    if isinstance(said, float) and not math.isfinite(said):
        return str(said)
    if said is None or isinstance(said, bool | int | float):
        return said
    return _text(str(said))


def _number(amount: Decimal) -> Any:
    as_float = float(amount)
    is_same = amount.is_finite() and math.isfinite(as_float) and Decimal(str(as_float)) == amount
    return as_float if is_same else str(amount)


def _text(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def digest_of(*parts: Any) -> str:
    """The same for the same facts, whatever the order of their keys."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
