"""What a worker does with one row of a bulk action: press the button as the person who asked."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import QueryDict

from config.adminkit.actions import Action
from config.adminkit.background import press, request_of
from config.adminkit.buttons import ButtonAdmin
from integrations.models import BulkAction
from integrations.services.bulk import CannotGoOn, Done


def press_on_row(bulk: BulkAction, object_id: int) -> Done:
    """Raises CannotGoOn where no row of it can be done any more."""
    model_admin, action = button_of(bulk)
    # Read anew for every row: rights that were taken away meanwhile count at once.
    user = get_user_model()._default_manager.filter(pk=bulk.user_id or 0).first()
    if model_admin is None or action is None or user is None:
        raise CannotGoOn("The button is gone since it was pressed." if user else "Nobody asks.")
    request = request_of(user, answers_of(bulk))
    form = action.make_form(request, None, bound=True)
    if not form.is_valid():
        raise CannotGoOn("What was answered to its question is not accepted any more.")
    return Done(*press(model_admin, action, request, object_id, form.cleaned_data))


def button_of(bulk: BulkAction) -> tuple[ButtonAdmin | None, Action | None]:
    """The admin and its button; None where a newer version has no such thing."""
    model: Any = bulk.content_type.model_class()
    found: Any = admin.site._registry.get(model)
    actions = getattr(found, "portal_actions", {})
    return found, actions.get(bulk.action)


def answers_of(bulk: BulkAction) -> QueryDict:
    """The fields of its question as they were sent."""
    sent = QueryDict(mutable=True)
    for name, values in bulk.answers.items():
        sent.setlist(name, values)
    return sent
