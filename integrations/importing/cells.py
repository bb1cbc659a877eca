"""What a cell may hold: widgets of django-import-export that say in a sentence what is wrong."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from import_export.widgets import Widget

YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0", ""}


class Cell(Widget):  # type: ignore[misc]
    """Text. Raises ValueError with a sentence; `render` is how a value is shown and compared."""

    def __init__(self, most: int = 255, *, required: bool = False) -> None:
        super().__init__()
        self.most, self.required = most, required

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str(value).strip()
        if not text:
            return self.empty()
        if len(text) > self.most:
            raise ValueError(f"It has {len(text)} characters; at most {self.most} fit.")
        return self.read(text)

    def empty(self) -> Any:
        """What an empty cell means."""
        if self.required:
            raise ValueError("It is empty; fill it in.")
        return self.nothing

    nothing: Any = ""

    def read(self, text: str) -> Any:
        """The value."""
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class Kept(Cell):
    """Text of a field with `saves_null_values=False`: an empty cell keeps what is there."""

    nothing = None


class Whole(Cell):
    """A whole number within limits, in units; empty is None."""

    nothing = None

    def __init__(self, least: int = 0, greatest: int = 1_000_000, *, required: bool = False):
        super().__init__(required=required)
        self.least, self.greatest = least, greatest

    def read(self, text: str) -> int:
        """5, -2, +3; not 5.5 and not 1,000."""
        digits = text.removeprefix("+").removeprefix("-")
        if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18:
            raise ValueError(f"“{text}” is not a whole number. Write digits only, like 12.")
        number = int(text)
        if not self.least <= number <= self.greatest:
            raise ValueError(f"{number:,} is not between {self.least:,} and {self.greatest:,}.")
        return number


class Amount(Cell):
    """An amount of money, zero or more, with at most four decimals; empty is None."""

    nothing = None
    limit = Decimal(10) ** 10

    def read(self, text: str) -> Decimal:
        """12.5; a comma is not guessed at."""
        if "," in text:
            raise ValueError(f"“{text}” has a comma. Write 1250.50, with a point and no commas.")
        try:
            amount = Decimal(text) if text.isascii() and "_" not in text else None
        except InvalidOperation:
            amount = None
        if amount is None or not amount.is_finite():
            raise ValueError(f"“{text}” is not an amount. Write it like 12.50.")
        if amount < 0 or amount >= self.limit:
            raise ValueError(f"“{text}” is not between 0 and 10,000,000,000.")
        if amount != round(amount, 4):
            raise ValueError(f"“{text}” has more than four decimals.")
        return amount

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Without zeros at the end, so that 12.5 and 12.5000 are one amount."""
        return "" if value is None else f"{Decimal(value).normalize():f}"


class Day(Cell):
    """A date, 2026-11-20; empty is None."""

    nothing = None

    def read(self, text: str) -> date:
        """11/12/2026 is two days, depending on where one lives: it is not guessed at."""
        try:
            found = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            found = None
        if found is None:
            raise ValueError(f"“{text}” is not a date. Write year, month and day: 2026-11-20.")
        return found


class Choice(Cell):
    """One of a field's words, as it is stored or as it is shown."""

    def __init__(self, choices: Iterable[tuple[str, str]], *, required: bool = True) -> None:
        super().__init__(required=required)
        self.words = {word: value for value, label in choices for word in (value, label.casefold())}

    def read(self, text: str) -> str:
        """Whichever case."""
        if text.casefold() not in self.words:
            known = ", ".join(sorted(set(self.words.values())))
            raise ValueError(f"“{text}” is not one of: {known}.")
        return self.words[text.casefold()]


class Since(Cell):
    """A yes or no that is kept as the moment of the yes."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        """yes or no."""
        word = str(value).strip().casefold()
        if word not in YES | NO:
            raise ValueError(f"“{value}” is neither yes nor no.")
        return word in YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else "no"


def moment_of(wanted: bool, before: datetime | None) -> datetime | None:
    """The moment to keep for a yes: the one that is there already, or now."""
    return (before or timezone.now()) if wanted else None
