"""List filters beyond Django's links: several values at once, and named conditions."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .changelist import Rule, condition
from .ranges import ComingRange, DateRange, NumberRange, Range

__all__ = [
    "ComingRange",
    "DateRange",
    "Distinct",
    "MultiChoice",
    "NumberRange",
    "Range",
    "RuleFilter",
    "Several",
    "rule_filter",
]

Option = tuple[str, str]
KEPT_S = 300
MOST_OPTIONS = 50
MOST_NAMED = 30  # letters of a chip: more than that is told as a number


class Several:
    """Ticked options as one parameter with commas, and what the chip says of them."""

    template = "adminkit/filter_multi.html"
    parameter: str
    separator: ClassVar[str] = ","
    chosen: list[str]
    options: Sequence[Option]

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
            change = {self.parameter: self.separator.join(after) if after else None}
            yield {
                "selected": value in self.chosen,
                "query_string": changelist.get_query_string(change),
                "display": label,
            }

    @property
    def shown(self) -> str:
        """Their names, or how many they are."""
        names = ", ".join(label for value, label in self.options if value in self.chosen)
        many = len(self.chosen) > 1 and len(names) > MOST_NAMED
        return f"{len(self.chosen)} chosen" if many or (not names and self.chosen) else names


class MultiChoice(Several, admin.FieldListFilter):
    """Several values of a field with choices or of a relation: ?status__in=paid,shipped."""

    name: ClassVar[str] = ""

    def __init__(self, field: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        field_path = args[3] if len(args) > 3 else kwargs["field_path"]
        self.parameter = f"{field_path}__in"
        super().__init__(field, request, *args, **kwargs)
        self.title = self.name or self.title
        given: Any = self.used_parameters.get(self.parameter, [])
        self.chosen = [value for part in given for value in part]
        self.options = [(str(value), str(label)) for value, label in self.find_options()]

    @classmethod
    def called(cls, name: str) -> "type[MultiChoice]":
        """The same under another name."""
        return type(cls.__name__, (cls,), {"name": name})

    def find_options(self) -> Sequence[tuple[Any, Any]]:
        """Override for a column whose values are known elsewhere."""
        if self.field.is_relation:
            return [(value, label) for value, label in self.field.get_choices(include_blank=False)]
        return [(value, label) for value, label in self.field.flatchoices if value != ""]

    def expected_parameters(self) -> list[str | None]:
        """The one parameter."""
        return [self.parameter]

    def has_output(self) -> bool:
        """Nothing to choose between one value."""
        return len(self.options) > 1


class Distinct(MultiChoice):
    """The values a column has now, for texts without a list of choices; kept for 5 minutes."""

    separator = list_separator = "|"  # the texts may have commas in them

    def find_options(self) -> Sequence[tuple[Any, Any]]:
        """As they are; override `label` for other words."""
        model = self.field.model
        key = f"adminkit:values:{model._meta.label_lower}.{self.field.name}"
        values = cache.get_or_set(key, self._read_values, KEPT_S) or []
        return sorted(((value, self.label(value)) for value in values), key=lambda one: one[1])

    def _read_values(self) -> list[Any]:
        name = self.field.name
        rows = self.field.model._base_manager.exclude(**{name: ""}).order_by(name)
        return list(rows.values_list(name, flat=True).distinct()[:MOST_OPTIONS])

    def label(self, value: str) -> str:
        """What staff read."""
        return value


class RuleFilter(Several, admin.SimpleListFilter):
    """Named conditions of which several may hold: `rules` are (value, label, rule).

    `?health=stale,degraded`. A rule is what a tab takes: a Q, a dict, or a function of the time.
    """

    parameter_name: str
    rules: ClassVar[Sequence[tuple[str, str, Rule]]]

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.parameter = self.parameter_name
        self.options = [(value, label) for value, label, _ in self.rules]
        known = {value for value, _ in self.options}
        self.chosen = [one for one in (self.value() or "").split(",") if one in known]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Option]:
        """Value and label of each."""
        return [(value, label) for value, label, _ in self.rules]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that fulfill any of the chosen ones."""
        wanted = Q()
        for value, _, rule in self.rules:
            if value in self.chosen:
                wanted |= condition(rule)
        return queryset.filter(wanted)


def rule_filter(title: str, parameter: str, *rules: tuple[str, str, Rule]) -> type[RuleFilter]:
    """A RuleFilter in one line of `list_filter`."""
    fields = {"title": title, "parameter_name": parameter, "rules": rules}
    return type("NamedRules", (RuleFilter,), fields)
