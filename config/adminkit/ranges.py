"""List filters with two ends: days, amounts, units."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import DateTimeField, IntegerField, QuerySet
from django.http import HttpRequest
from django.utils import timezone

Preset = tuple[str, Any, Any]
MOST = Decimal(10) ** 15  # more digits than any of our columns has


class Range(admin.FieldListFilter, ABC):
    """From and until, both included: ?total__from=10&total__until=50."""

    template = "adminkit/filter_range.html"
    input_type: ClassVar[str]
    any_label: ClassVar[str]
    until_label: ClassVar[str] = "Until"
    words: ClassVar[tuple[str, str]]
    name: ClassVar[str] = ""
    ready_made: ClassVar[Sequence[Preset]] = ()

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        field_path = args[3] if len(args) > 3 else kwargs["field_path"]
        self.first, self.last = f"{field_path}__from", f"{field_path}__until"
        super().__init__(field, request, *args, **kwargs)
        self.title = self.name or str(self.title).removesuffix(" at")
        self.start, self.end = self._read(self.first), self._read(self.last)
        self.hidden: list[tuple[str, str]] = []

    @classmethod
    def called(cls, name: str, presets: Sequence[Preset] = ()) -> "type[Range]":
        """The same under another name, with ranges that are chosen by one click."""
        return type(cls.__name__, (cls,), {"name": name, "ready_made": presets})

    # --- what kinds of ranges differ in

    @abstractmethod
    def parse(self, text: str) -> Any:
        """The value of one end. Raises ValueError."""

    def presets(self) -> Sequence[Preset]:
        """Ranges people ask for: (label, start, end)."""
        return self.ready_made

    def lookups(self) -> dict[str, Any]:
        """The conditions for the ends that are given."""
        ends = {"gte": self.start, "lte": self.end}
        return {f"{self.field_path}__{key}": end for key, end in ends.items() if end is not None}

    def word(self, end: Any) -> str:
        """One end as it is read."""
        return str(end)

    # --- Django's hooks

    def _read(self, parameter: str) -> Any:
        given: Any = self.used_parameters.get(parameter) or [""]
        try:
            return self.parse(given[-1].strip()) if given[-1].strip() else None
        except ValueError as exc:
            raise IncorrectLookupParameters(exc) from exc

    def expected_parameters(self) -> list[str | None]:
        """Both ends."""
        return [self.first, self.last]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows within."""
        return queryset.filter(**self.lookups())

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Any, then the ranges people ask for; the form takes any other."""
        own = [self.first, self.last]
        self.hidden = [
            (name, value)
            for name, values in changelist.filter_params.items()
            for value in values
            if name not in (*own, "p")
        ]
        yield {
            "selected": self.start is None and self.end is None,
            "query_string": changelist.get_query_string(remove=own),
            "display": self.any_label,
        }
        for label, start, end in self.presets():
            ends = {self.first: start, self.last: end}
            change = {key: str(value) for key, value in ends.items() if value is not None}
            yield {
                "selected": (self.start, self.end) == (start, end),
                "query_string": changelist.get_query_string(change, remove=own),
                "display": label,
            }

    @property
    def start_text(self) -> str:
        """What the first field holds."""
        return "" if self.start is None else str(self.start)

    @property
    def end_text(self) -> str:
        """What the second field holds."""
        return "" if self.end is None else str(self.end)

    @property
    def shown(self) -> str:
        """The chosen range in words."""
        if self.start is not None and self.end is not None:
            if self.start == self.end:
                return self.word(self.start)
            return f"{self.word(self.start)} – {self.word(self.end)}"  # noqa: RUF001
        if self.start is not None:
            return f"{self.words[0]} {self.word(self.start)}"
        return f"{self.words[1]} {self.word(self.end)}" if self.end is not None else ""


class DateRange(Range):
    """Days of a date or of a moment, in the zone the person sees."""

    input_type, any_label, words = "date", "Any time", ("since", "until")
    # (label, first day, last day), counted from today
    days: ClassVar[Sequence[tuple[str, int, int | None]]] = (
        ("Today", 0, None),
        ("Last 7 days", -6, None),
        ("Last 30 days", -29, None),
    )

    def parse(self, text: str) -> date:
        """2026-11-20."""
        return date.fromisoformat(text)

    def presets(self) -> Sequence[Preset]:
        """Today and the days before it."""
        today = timezone.localdate()
        return [
            (label, _after(today, first), None if last is None else _after(today, last))
            for label, first, last in self.days
        ]

    def lookups(self) -> dict[str, Any]:
        """From the first midnight on, until the one after the last day."""
        after = self.end + timedelta(days=1) if self.end else None
        ends = {"gte": self.start, "lt": after}
        return {f"{self.field_path}__{key}": self._moment(day) for key, day in ends.items() if day}

    def word(self, end: date) -> str:
        """Nov 20, with its year unless it is this one."""
        return f"{end:%b %d}" if end.year == timezone.localdate().year else f"{end:%b %d, %Y}"

    def _moment(self, day: date) -> date | datetime:
        if not isinstance(self.field, DateTimeField):
            return day
        return timezone.make_aware(datetime.combine(day, time.min))


class ComingRange(DateRange):
    """Days that are still to come."""

    days = (("Today", 0, 0), ("Within 7 days", 0, 6))


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


class NumberRange(Range):
    """Amounts and units."""

    input_type, any_label, words = "number", "Any", ("from", "up to")
    until_label = "To"

    @property
    def step(self) -> str:
        """Whole units, or anything."""
        return "1" if isinstance(self.field, IntegerField) else "any"

    def parse(self, text: str) -> int | Decimal:
        """12, or 12.50 where the column takes it."""
        if isinstance(self.field, IntegerField):
            number = Decimal(int(text))
        else:
            try:
                number = Decimal(text)
            except InvalidOperation as exc:
                raise ValueError(text) from exc
        if not number.is_finite() or abs(number) >= MOST:
            raise ValueError(text)
        return int(number) if isinstance(self.field, IntegerField) else number

    def word(self, end: int | Decimal) -> str:
        """1,204.50."""
        return f"{end:,}".replace("-", "−")  # noqa: RUF001
