"""What a button does: `@portal_action` on a method of a KitAdmin, and what it tells back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

SINGLE = frozenset({"row", "detail", "menu", "inline"})
Text = str | Callable[[Any], str]


class Refused(Exception):
    """The action is not possible now; the text is a sentence staff can act on."""


@dataclass(frozen=True)
class Told:
    """What happened, for the person who pressed the button.

    `skipped` holds (row, reason) pairs; `before` and `after` go to the row's history;
    `goto` is where to go next, instead of back.
    """

    message: str
    url: str = ""
    link: str = ""
    level: str = "success"
    skipped: Sequence[tuple[Model, str]] = ()
    before: str = ""
    after: str = ""
    goto: str = ""


@dataclass(frozen=True)
class Action:
    """One button: who may press it, on which rows, what it asks first.

    `naming` is its label on one row, where that says more than `label`. A button that answers with
    a page or a file has `background=False`: it is done at once, on `at_most` rows (0: any number).
    A `quiet` one of a list row shows when the mouse is on the row; on a phone the row's own page
    has it. `quiet` and `primary` may depend on the row.
    """

    name: str
    label: str
    perm: str
    confirm: Text = ""
    confirm_many: str | Callable[[QuerySet[Any]], str] = ""
    naming: Callable[[Any], str] | None = None
    title: str = ""
    submit: str = ""
    form: type[forms.Form] | Callable[[HttpRequest, Any], type[forms.Form]] | None = None
    initial: Callable[[Any], dict[str, Any]] | None = None
    typed: bool | Callable[[Any], str] | None = None
    danger: bool = False
    primary: bool | Callable[[Any], bool] = False
    icon: str = ""
    where: frozenset[str] = field(default_factory=frozenset)
    available: Callable[[Any], bool] | None = None
    why_not: Text = "not possible now"
    background: bool = True
    at_most: int = 0
    quiet: bool | Callable[[Any], bool] = False

    @property
    def asks(self) -> bool:
        """Whether a person must answer something before it runs."""
        return bool(self.confirm or self.form or self.typed or self.danger)

    @property
    def verb(self) -> str:
        """The label without its dots."""
        return self.label.rstrip("…. ")

    @property
    def button(self) -> str:
        """The label as shown: dots say that a question follows."""
        return self._dotted(self.verb)

    def button_for(self, obj: Any) -> str:
        """The label as shown on one row."""
        return self._dotted(self.naming(obj) if self.naming else self.verb)

    def _dotted(self, label: str) -> str:
        return f"{label}…" if self.asks else label

    def applies(self, obj: Any) -> bool:
        """Whether the row is in a state for it."""
        return self.available is None or bool(self.available(obj))

    def is_primary(self, obj: Any) -> bool:
        """Whether it is what one most likely comes to the row's page for."""
        return self.primary(obj) if callable(self.primary) else self.primary

    def is_quiet(self, obj: Any) -> bool:
        """Whether it may wait for the mouse in a list."""
        return self.quiet(obj) if callable(self.quiet) else self.quiet

    def reason(self, obj: Any) -> str:
        """Why it does not apply to the row."""
        return self.why_not(obj) if callable(self.why_not) else self.why_not

    def heading(self, obj: Any) -> str:
        """Title of the question; `{obj}` in `title` is the row."""
        if self.title:
            return self.title.replace("{obj}", str(obj))
        return f"{self.naming(obj)}?" if self.naming and obj is not None else f"{self.verb} {obj}?"

    def question(self, obj: Any) -> SafeString:
        """Body of the question for one row."""
        return as_paragraph(self.confirm(obj) if callable(self.confirm) else self.confirm)

    def question_many(self, queryset: QuerySet[Any]) -> SafeString:
        """Body of the question for several rows."""
        text = self.confirm_many
        if not text and not callable(self.confirm):
            text = self.confirm
        return as_paragraph(text(queryset) if callable(text) else text)

    def expected(self, obj: Any) -> str:
        """What has to be typed before it runs; empty: nothing."""
        if not self.typed:
            return ""
        return str(self.typed(obj)) if callable(self.typed) else str(obj)

    def form_class(self, request: HttpRequest, obj: Any) -> type[forms.Form]:
        """Its form; an empty one if it asks for no data."""
        if self.form is None:
            return forms.Form
        if isinstance(self.form, type):
            return self.form
        return self.form(request, obj)

    def make_form(self, request: HttpRequest, obj: Any, bound: bool) -> forms.Form:
        """The form, filled from the request or from the row."""
        kwargs: dict[str, Any] = {"auto_id": f"id_{self.name}_%s"}
        if self.initial and obj is not None:
            kwargs["initial"] = self.initial(obj)
        if bound:
            kwargs |= {"data": request.POST, "files": request.FILES}
        return self.form_class(request, obj)(**kwargs)


def portal_action(
    label: str,
    *,
    perm: str,
    where: Sequence[str] = ("row", "detail", "bulk"),
    **options: Any,
) -> Callable[[Any], Any]:
    """Make a method `(self, request, queryset, **form_data) -> Told | str | HttpResponse` a button.

    `where`: row (list row), detail (head of the page), menu (its More menu), inline (only where a
    template puts it), bulk (ticked rows). The other options are the fields of `Action`.
    """

    def wrap(function: Any) -> Any:
        function.portal_action = Action(
            name=function.__name__, label=label, perm=perm, where=frozenset(where), **options
        )
        return function

    return wrap


def as_paragraph(text: str) -> SafeString:
    """Plain text as one paragraph; HTML that is marked safe stays as it is."""
    if not text:
        return SafeString("")
    return text if isinstance(text, SafeString) else format_html("<p>{}</p>", text)


def declared_actions(owner: type) -> dict[str, Action]:
    """The actions a class declares or inherits, in the order they are written."""
    found: dict[str, Action] = {}
    for cls in reversed(owner.__mro__):
        for name, value in vars(cls).items():
            action = getattr(value, "portal_action", None)
            if isinstance(action, Action):
                found[name] = action
            else:
                found.pop(name, None)
    return found
