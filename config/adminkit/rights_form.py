"""The rights of a group as boxes in a table, and what changed in words."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from .rights import Domain, all_rights

Given = dict[int, list[str]]


class RightsTable(forms.CheckboxSelectMultiple):
    """One line for each thing of the sidebar, one box for each right."""

    template_name = "adminkit/rights.html"

    def __init__(self, domains: list[Domain]) -> None:
        super().__init__()
        self.domains = domains

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """The table instead of Django's list of options."""
        ticked = {str(one) for one in value or ()}
        domains = [
            (domain.label, [(thing, _boxes(thing.cells, ticked), _boxes(thing.others, ticked))
                            for thing in domain.things])
            for domain in self.domains
        ]  # fmt: skip
        return {"name": name, "domains": domains}


def _boxes(rights: Iterable[Any], ticked: set[str]) -> list[tuple[Any, bool]]:
    return [(right, right is not None and str(right.pk) in ticked) for right in rights]


class RightsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """The rights somebody can use; no other may be sent."""

    def __init__(self, domains: list[Domain]) -> None:
        shown = Permission.objects.filter(pk__in=[right.pk for right in all_rights(domains)])
        super().__init__(
            shown,
            widget=RightsTable(domains),
            required=False,
            label="What its people may do",
            help_text="A right that no page uses is not here; a group that has it keeps it.",
        )
        self.domains = domains


def table_of(domains: list[Domain], given: Given) -> SafeString:
    """What may be done, to read, and who gives it: once if it is the same for all."""
    givers = {", ".join(names) for names in given.values()}
    only = givers.pop() if len(givers) == 1 else ""
    shown = []
    for domain in domains:
        things = [
            (thing, [(right, "" if only else ", ".join(given[right.pk])) for right in found])
            for thing in domain.things
            if (found := [right for right in thing.rights if right.pk in given])
        ]
        if things:
            shown.append((domain.label, things))
    return mark_safe(
        render_to_string("adminkit/rights_given.html", {"domains": shown, "only": only})
    )


def rights_told(domains: list[Domain], before: Iterable[int], after: Iterable[int]) -> list[str]:
    """Two sentences at most: what was given, and what taken away."""
    old, new = set(before), set(after)
    told = []
    for word, changed in (("Given", new - old), ("Taken away", old - new)):
        names = [right.sentence for right in all_rights(domains) if right.pk in changed]
        if names:
            told.append(f"{word}: {'; '.join(names)}.")
    return told
