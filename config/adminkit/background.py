"""Buttons on many rows: handed to the project's background, which presses them row by row."""

from typing import TYPE_CHECKING, Any, Protocol

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.messages.storage.base import BaseStorage
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from .actions import Action
from .running import as_told, confirm_page, write_log

if TYPE_CHECKING:
    from .buttons import ButtonAdmin

LARGE = 100
MOST = 10_000
DONE, SKIPPED = "done", "skipped"


class Start(Protocol):
    """What the project sets as `site.start_bulk`: keeps these rows, and answers with a page."""

    def __call__(
        self, admin: "ButtonAdmin", request: HttpRequest, action: Action, ids: list[int]
    ) -> HttpResponse: ...


def hand_over(
    admin: "ButtonAdmin", request: HttpRequest, action: Action, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """The background's answer where all rows or many are chosen; None where it is done now."""
    start: Start | None = getattr(admin.admin_site, "start_bulk", None)
    most = MOST if action.background and start else action.at_most
    ids = _chosen_ids(queryset, most + 1) if most and _are_many(request) else []
    if len(ids) > most:
        messages.error(request, too_many(admin, action, most))
        return HttpResponseRedirect(request.get_full_path())
    return start(admin, request, action, ids) if ids and action.background and start else None


def _are_many(request: HttpRequest) -> bool:
    everything = request.POST.get("select_across") == "1"
    return everything or len(request.POST.getlist(ACTION_CHECKBOX_NAME)) > LARGE


def _chosen_ids(queryset: QuerySet[Any], number: int) -> list[int]:
    return list(dict.fromkeys(queryset.values_list("pk", flat=True)[:number]))


def too_many(admin: "ButtonAdmin", action: Action, most: int) -> str:
    """Says what to do instead."""
    return (
        f"{action.verb}: more than {most:,} {admin.opts.verbose_name_plural} are chosen, which is "
        "the most at a time. Narrow the list with a filter or the search. Nothing was done."
    )


def ask_about(
    admin: "ButtonAdmin",
    request: HttpRequest,
    action: Action,
    rows: QuerySet[Any],
    question: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    """The question before a button is pressed on many rows; `question` has title, url, expected."""
    bound = request.method == "POST"
    question = question | {
        "body": action.question_many(rows),
        "form": action.make_form(request, None, bound=bound),
        "submit": action.submit or action.verb,
        "danger": action.danger,
    }
    return confirm_page(admin, request, action, {"question": question, **context})


class Unheard(BaseStorage):
    """Messages of a button nobody waits for."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def request_of(user: Any, answers: QueryDict) -> HttpRequest:
    """What a button needs of a request where there is no browser: the person and the answers."""
    request = HttpRequest()
    request.method = "POST"
    request.user, request.POST = user, answers  # type: ignore[assignment]
    request._messages = Unheard(request)  # type: ignore[attr-defined]
    return request


def press(
    admin: "ButtonAdmin", action: Action, request: HttpRequest, pk: Any, data: dict[str, Any]
) -> tuple[str, str]:
    """Press a button on one row as a person would: (done or skipped, what is to be said of it).

    Whether the person may, and whether it applies, is asked now. Raises what the method raises
    beyond its refusals.
    """
    rows = admin.get_queryset(request).filter(pk=pk)
    obj = rows.first()
    if why := _why_not(admin, action, request, obj):
        return SKIPPED, why
    assert obj is not None
    try:
        with transaction.atomic():
            told = as_told(getattr(admin, action.name)(request, rows, **data))
    except admin.refused as exc:
        return SKIPPED, getattr(exc, "sentence", "") or str(exc)
    if told.skipped:
        return SKIPPED, told.skipped[0][1]
    write_log(request, action, told, [obj], single=True)
    # A warning is how a method says that it changed nothing.
    return (SKIPPED if told.level in ("warning", "error") else DONE), str(told.message)


def _why_not(admin: "ButtonAdmin", action: Action, request: HttpRequest, obj: Model | None) -> str:
    if obj is None:
        return "it is not there any more"
    if not admin.admin_site.has_permission(request) or not admin.may_run(request, action, obj):
        return f"{request.user} may not do this"
    return "" if action.applies(obj) else action.reason(obj)
