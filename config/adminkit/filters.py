"""List filters beyond Django's links: several values at once, and a range of dates."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone


class MultiChoice(admin.FieldListFilter):
    """Several values of a field with choices or of a relation: ?status__in=paid,shipped."""

    template = "adminkit/filter_multi.html"

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        field_path = args[3] if len(args) > 3 else kwargs["field_path"]
        self.parameter = f"{field_path}__in"
        super().__init__(field, request, *args, **kwargs)
        given: Any = self.used_parameters.get(self.parameter, [])
        self.chosen = [value for part in given for value in part]
        self.options = self._options(request)

    def _options(self, request: HttpRequest) -> list[tuple[str, str]]:
        if self.field.is_relation:
            found = self.field.get_choices(include_blank=False)
        else:
            found = self.field.flatchoices
        return [(str(value), str(label)) for value, label in found]

    def expected_parameters(self) -> list[str | None]:
        """The one parameter."""
        return [self.parameter]

    def has_output(self) -> bool:
        """Nothing to choose between one value."""
        return len(self.options) > 1

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """All, then each value as a link that adds or removes it."""
        yield {
            "selected": not self.chosen,
            "query_string": changelist.get_query_string(remove=[self.parameter]),
            "display": "All",
        }
        for value, label in self.options:
            others = [one for one in self.chosen if one != value]
            after = others if value in self.chosen else [*self.chosen, value]
            change = {self.parameter: ",".join(after) if after else None}
            yield {
                "selected": value in self.chosen,
                "query_string": changelist.get_query_string(change),
                "display": label,
            }


class DateRange(admin.FieldListFilter):
    """Two days, both included: ?placed_at__from=2026-11-01&placed_at__until=2026-11-20."""

    template = "adminkit/filter_range.html"

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        field_path = args[3] if len(args) > 3 else kwargs["field_path"]
        self.first, self.last = f"{field_path}__from", f"{field_path}__until"
        super().__init__(field, request, *args, **kwargs)
        self.start, self.end = self._day(self.first), self._day(self.last)
        self.hidden: list[tuple[str, str]] = []

    def _day(self, parameter: str) -> date | None:
        given: Any = self.used_parameters.get(parameter) or [""]
        try:
            return date.fromisoformat(given[-1]) if given[-1] else None
        except ValueError as exc:
            raise IncorrectLookupParameters(exc) from exc

    def expected_parameters(self) -> list[str | None]:
        """Both ends."""
        return [self.first, self.last]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows from the first day on, until the end of the last day."""
        if self.start:
            queryset = queryset.filter(**{f"{self.field_path}__gte": self._moment(self.start)})
        if self.end:
            after = self._moment(self.end + timedelta(days=1))
            queryset = queryset.filter(**{f"{self.field_path}__lt": after})
        return queryset

    def _moment(self, day: date) -> date | datetime:
        """Midnight in the zone the person sees, for fields that hold a time."""
        if not isinstance(self.field, DateTimeField):
            return day
        return timezone.make_aware(datetime.combine(day, time.min))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Any time, then the ranges people ask for; the form takes any other."""
        own = [self.first, self.last]
        self.hidden = [
            (name, value)
            for name, values in changelist.filter_params.items()
            for value in values
            if name not in (*own, "p")
        ]
        today = timezone.localdate()
        yield {
            "selected": not (self.start or self.end),
            "query_string": changelist.get_query_string(remove=own),
            "display": "Any time",
        }
        for label, days in (("Today", 0), ("Last 7 days", 6), ("Last 30 days", 29)):
            start = today - timedelta(days=days)
            yield {
                "selected": self.start == start and self.end is None,
                "query_string": changelist.get_query_string(
                    {self.first: start.isoformat()}, remove=[self.last]
                ),
                "display": label,
            }

    @property
    def shown(self) -> str:
        """The chosen range in words."""
        if self.start and self.end:
            return f"{self.start:%b %d} – {self.end:%b %d}"  # noqa: RUF001
        if self.start:
            return f"since {self.start:%b %d}"
        return f"until {self.end:%b %d}" if self.end else ""
