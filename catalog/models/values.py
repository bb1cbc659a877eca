"""What several tables share: an amount of money, and the key of a SKU."""

import unicodedata
from typing import Any

from django.db import models


def normalize_sku(sku: str) -> str:
    """The one key two spellings of a SKU share: NFKC, trimmed, casefolded."""
    return unicodedata.normalize("NFKC", sku).strip().casefold()


class Money(models.DecimalField):  # type: ignore[type-arg]
    """An amount with four decimals; its currency stands on the parent row (ISO 4217)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)
