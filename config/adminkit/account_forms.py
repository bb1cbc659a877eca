"""The forms of a person and of a group, in our words."""

from typing import Any

from django import forms
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

HELP = {
    "username": "To log in with: letters, digits and @ . + - _ only.",
    "password": "",
    "is_active": "Clear it when somebody leaves, and they are out at their next click.",
    "is_staff": "Without it a person cannot log in here.",
    "is_superuser": "May do everything, whatever the groups say.",
    "groups": "",
}


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    """Django's, saying what each box means here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in HELP.keys() & self.fields.keys():
            self.fields[name].help_text = HELP[name]


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    """Rights that are not shown stay as they are."""

    def clean_permissions(self) -> QuerySet[Permission]:
        """What was ticked, and what the group has that no page uses."""
        field: Any = self.fields["permissions"]
        kept = Permission.objects.none()
        if self.instance.pk:
            kept = self.instance.permissions.exclude(pk__in=field.queryset)
        chosen = self.cleaned_data["permissions"]
        return Permission.objects.filter(pk__in=[one.pk for one in (*chosen, *kept)])
