"""Reading loosely written JSON: names in many spellings, numbers as text, dates without a zone."""

import re
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

# .NET's empty date and the first one of its calendars: nobody entered anything.
FIRST_YEAR = 1902
FORMATS = (
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y",
)
WHOLE = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?")
AMOUNT = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
# As an integer 1e999999999 would fill the memory of a worker, digit by digit.
LARGEST_EXPONENT = 29


class Said:
    """A JSON object whose names are looked up in any case, and through others: `inventory.qty`."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._folded = {str(name).lower(): one for name, one in value.items()}

    def get(self, *names: str) -> Any:
        """The first of these that is there and not null; None if none is."""
        for name in names:
            value = self._find(name.lower())
            if value is not None:
                return value
        return None

    def _find(self, name: str) -> Any:
        if name in self._folded:  # `.expires` too: its dot leads nowhere
            return self._folded[name]
        head, _, rest = name.partition(".")
        value = self._folded.get(head)
        return Said(value).get(rest) if rest and isinstance(value, Mapping) else None

    def text(self, *names: str) -> str:
        """The first of these as text, trimmed; empty where none says anything."""
        for name in names:
            value = as_text(self.get(name))
            if value:
                return value
        return ""

    def rows(self, *names: str) -> list[Mapping[str, Any]]:
        """The first of these that is a list, its objects only."""
        value = self.get(*names)
        found = value if isinstance(value, list) else []
        return [one for one in found if isinstance(one, Mapping)]


def as_text(value: Any) -> str:
    """Text or a whole number as text; nothing else is a name."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if type(value) is int else ""


def units(value: Any) -> int | None:
    """A number of units: 12, "12", "45.0", "1,204". None for null, "", a fraction and "100+".

    "100+" is a floor, not a count: whatever number we made of it would be wrong, and a level that
    is wrong is worse than one that is a day old.
    """
    if type(value) is int:
        return value
    if isinstance(value, Decimal):
        return int(value) if _has_measure(value) and value == value.to_integral_value() else None
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()) and len(value) < 30:
        return int(value.strip().replace(",", "").partition(".")[0])
    return None


def amount(value: Any) -> Decimal | None:
    """Money, or None where nothing usable is said: never 0 for a null."""
    if type(value) is int or isinstance(value, Decimal):
        number = Decimal(value)
        return number if _has_measure(number) else None
    if isinstance(value, str) and AMOUNT.fullmatch(value.strip()):
        try:
            return Decimal(value.strip().replace(",", ""))
        except InvalidOperation:
            return None
    return None


def _has_measure(number: Decimal) -> bool:
    return abs(number.adjusted()) <= LARGEST_EXPONENT


def moment(value: Any, zone: tzinfo) -> datetime | None:
    """An aware time; `zone` is where their clock stands if they do not say it.

    Fractions have seven digits. 0001-01-01 and 1900-01-01 mean that there is none.
    """
    found = _parsed(value.strip()) if isinstance(value, str) and value.strip() else None
    if found is None or found.year < FIRST_YEAR or found.year > 9000:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def day(value: Any, zone: tzinfo) -> date | None:
    """The date as it is shown there."""
    at = moment(value, zone)
    return at.astimezone(zone).date() if at else None


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    return None
