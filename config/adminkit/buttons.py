"""The part of a ModelAdmin that carries buttons: who sees them, their addresses, how they start."""

from collections.abc import Callable
from functools import cached_property, partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from .actions import Action, Refused, declared_actions
from .background import hand_over
from .columns import column
from .running import check_permission, login_first, question_context, run_bulk, run_single


class ButtonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A ModelAdmin whose `@portal_action` methods are buttons."""

    refusals: tuple[type[Exception], ...] = (Refused,)

    @cached_property
    def portal_actions(self) -> dict[str, Action]:
        """The buttons this admin declares, by name."""
        return declared_actions(type(self))

    @cached_property
    def refused(self) -> tuple[type[Exception], ...]:
        """Exceptions that carry a sentence for staff: ours, and those the admin names."""
        return (Refused, *self.refusals)

    def may_run(self, request: HttpRequest, action: Action, obj: Any = None) -> bool:
        """Whether this person may press the button; override for rules that depend on the row."""
        return request.user.has_perm(action.perm) and self.has_view_or_change_permission(
            request, obj
        )

    def actions_for(self, request: HttpRequest, place: str, obj: Any = None) -> list[Action]:
        """Buttons of a place that this person may press, and that apply to the row if given."""
        return [
            action
            for action in self.portal_actions.values()
            if place in action.where
            and (obj is None or action.applies(obj))
            and self.may_run(request, action, obj)
        ]

    def action_url(self, action: Action, obj: Any) -> str:
        """POST address of a button."""
        return reverse(f"admin:{self.url_name}_do", args=[quote(obj.pk), action.name])

    def change_url(self, obj: Any) -> str:
        """Address of a row's page."""
        return reverse(f"admin:{self.url_name}_change", args=[quote(obj.pk)])

    def each(
        self, queryset: QuerySet[Any], act: Callable[[Any], Any]
    ) -> tuple[int, list[tuple[Model, str]]]:
        """Do it row by row: how many were done, and the refused ones with their reasons."""
        done, skipped = 0, []
        for obj in queryset:
            try:
                act(obj)
            except self.refused as exc:
                skipped.append((obj, getattr(exc, "sentence", "") or str(exc)))
            else:
                done += 1
        return done, skipped

    def detail_links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str, str]]:
        """Links of the More menu: (label, url, icon)."""
        return []

    def list_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """Link buttons above the list: (label, url, icon)."""
        return []

    def detail_buttons(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """What `{% action_buttons %}` and `{% action_dialogs %}` show."""
        head = self.actions_for(request, "detail", obj)
        menu = self.actions_for(request, "menu", obj)
        inline = self.actions_for(request, "inline", obj)
        harmless = [action for action in head if not action.danger]
        plain = [action for action in harmless if not action.is_primary(obj)]
        strong = [action for action in harmless if action.is_primary(obj)]
        quiet = [action for action in [*head, *menu] if action.danger or action in menu]
        asking = {action.name: action for action in [*head, *menu, *inline] if action.asks}
        return {
            "obj": obj,
            "plain": [
                self.button(action, obj) | {"primary": False} for action in [*plain, *strong[:-1]]
            ],
            "primary": [self.button(action, obj) for action in strong[-1:]],
            "menu": [self.button(action, obj) for action in quiet if not action.danger],
            "danger": [self.button(action, obj) for action in quiet if action.danger],
            "all": {one.name: self.button(one, obj) for one in [*head, *menu, *inline]},
            "links": self.detail_links(request, obj),
            "questions": [question_context(self, request, one, obj) for one in asking.values()],
        }

    def other_button(self, request: HttpRequest, name: str, obj: Any) -> dict[str, Any] | None:
        """The button of a row on another row's page: its question comes as a page of its own."""
        action = self.portal_actions.get(name)
        if action is None or not action.applies(obj) or not self.may_run(request, action, obj):
            return None
        return self.button(action, obj) | {"dialog": ""}

    def button(self, action: Action, obj: Any) -> dict[str, Any]:
        """One button as the templates need it; `dialog` is empty when nothing is asked."""
        return {
            "label": action.button_for(obj),
            "icon": action.icon,
            "danger": action.danger,
            "primary": action.is_primary(obj),
            "url": self.action_url(action, obj),
            "dialog": f"do-{action.name}" if action.asks else "",
        }

    @column("", "num acts m-f")
    def row_actions(self, obj: Any) -> SafeString:
        """Buttons of a row; those that depend on its state are always visible, unless quiet.

        The quiet ones come first: what is always visible lines up at the right.
        """
        actions = getattr(obj, "portal_row_actions", ())
        return format_html_join(
            " ",
            '<button class="btn small row-act{}" form="changelist-form" formmethod="post" '
            'formaction="{}">{}</button>',
            (
                (_visibility(action, obj), self.action_url(action, obj), action.button)
                for action in sorted(actions, key=lambda action: not action.is_quiet(obj))
            ),
        )

    # --- Django's hooks

    @property
    def url_name(self) -> str:
        """First part of the names of its addresses."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self) -> list[URLPattern]:
        """The buttons' addresses come before Django's catch-all."""
        view = self.admin_site.admin_view(partial(run_single, self))

        def act(request: HttpRequest, object_id: str, name: str) -> HttpResponse:
            return login_first(self, request) or view(request, object_id=object_id, name=name)

        act.model_admin = self  # type: ignore[attr-defined]
        route = "<path:object_id>/do/<slug:name>/"
        return [path(route, act, name=f"{self.url_name}_do"), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Django's actions, then ours for ticked rows."""
        found = super().get_actions(request)
        if self.actions is None or admin.options.IS_POPUP_VAR in request.GET:
            return found
        for action in self.actions_for(request, "bulk"):
            found[action.name] = (_bulk_runner(action), action.name, action.button)
        return found

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The declared columns, and the row buttons if this person has any."""
        names = [name for name in super().get_list_display(request) if name != "row_actions"]
        return [*names, "row_actions"] if self.actions_for(request, "row") else names

    def refuse_forged_bulk(self, request: HttpRequest) -> None:
        """Django would only say "no action selected"; a forged name must be a 403."""
        for name in request.POST.getlist("action"):
            action = self.portal_actions.get(name)
            if action and "bulk" in action.where:
                check_permission(self, request, action, None)


def _visibility(action: Action, obj: Any) -> str:
    if action.is_quiet(obj):
        return " quiet"
    return " on" if action.available else ""


def _bulk_runner(action: Action) -> Any:
    def run(admin: ButtonAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        check_permission(admin, request, action, None)
        later = hand_over(admin, request, action, queryset)
        return later or run_bulk(admin, request, action, queryset)

    run.__name__ = action.name
    return update_wrapper(run, run_bulk, assigned=("__doc__",))
