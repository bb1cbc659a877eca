"""Taking back a name staff gave a variant at another system: a button of the variant's page."""

from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.models import Variant
from catalog.services.given_names import PERMISSION, forget_name, names_of
from config.adminkit.actions import Told, portal_action
from config.adminkit.buttons import ButtonAdmin


def names_form(request: HttpRequest, variant: Variant | None) -> type[forms.Form]:
    """Which of its names."""
    names = names_of(variant) if variant else []
    choices = [(one.key, f"{one.sku} of {one.system}") for one in names]
    fields: dict[str, Any] = {"name": forms.ChoiceField(label="Name", choices=choices)}
    return type("NamesForm", (forms.Form,), fields)


@portal_action(
    "Unlink a name",
    perm=PERMISSION,
    icon="unlink",
    where=("menu",),
    title="Which name is not {obj}?",
    submit="Unlink",
    confirm="What comes under this name is unmatched from then on. Numbers and orders that came by "
    "it stay as they are.",
    form=names_form,
    available=names_of,
    why_not="nobody gave it another name",
)
def unlink(
    admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[Variant], name: str
) -> Told:
    """They mean something else by it."""
    variant = queryset.get()
    gone = forget_name(variant, name, cast(User, request.user))
    return Told(f"{gone.sku} of {gone.system} is no longer {variant}.")
