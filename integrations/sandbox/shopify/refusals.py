"""Why a store says no; the API turns it into userErrors, pages into a sentence."""

from collections.abc import Sequence


class Refusal(Exception):
    """One thing the store refuses: nothing was changed. `code` is Shopify's enum value."""

    def __init__(self, message: str, code: str = "INVALID", field: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = list(field) or None
