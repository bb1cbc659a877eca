"""What somebody changed about a person or a group, as its history says it."""

from collections.abc import Iterable
from typing import Any

from django.forms import BooleanField, ModelForm, ModelMultipleChoiceField

from .rights import Domain
from .rights_form import rights_told


def told_of_user(form: "ModelForm[Any]") -> str:
    """Groups by name, switches with their new state, the other fields by name."""
    told, others = [], []
    for name in form.changed_data:
        field = form.fields[name]
        if isinstance(field, ModelMultipleChoiceField):
            told += _moved(form.initial.get(name) or (), form.cleaned_data[name])
        elif isinstance(field, BooleanField):
            told.append(f"{field.label}: {'yes' if form.cleaned_data[name] else 'no'}.")
        else:
            others.append(str(field.label).lower())
    if others:
        told.append(f"Changed {', '.join(others)}.")
    return " ".join(told) or "Saved without a change."


def _moved(before: Iterable[Any], after: Iterable[Any]) -> list[str]:
    old, new = {str(one) for one in before}, {str(one) for one in after}
    moves = (("Put into", new - old), ("Taken out of", old - new))
    return [f"{word} {', '.join(sorted(names))}." for word, names in moves if names]


def told_of_group(form: "ModelForm[Any]", domains: list[Domain], *, is_new: bool) -> str:
    """Its new name, and the rights that were given and taken away."""
    told = ["Added."] if is_new else []
    if "name" in form.changed_data and not is_new:
        told.append(f"Renamed from {form.initial['name']}.")
    before = [one.pk for one in form.initial.get("permissions") or ()]
    after = [one.pk for one in form.cleaned_data["permissions"]]
    told += rights_told(domains, before, after)
    return " ".join(told) or "Saved without a change."
