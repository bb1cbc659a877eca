"""How a button runs: permission, question, the method, the log entry, the message, the way back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from .actions import SINGLE, Action, Told
from .nav import forget_counts
from .refusals import wrong_method

if TYPE_CHECKING:
    from .buttons import ButtonAdmin

Skipped = Sequence[tuple[Model, str]]
SHOWN_ROWS = 20


def run_single(
    admin: "ButtonAdmin", request: HttpRequest, object_id: str, name: str
) -> HttpResponse:
    """POST <app>/<model>/<pk>/do/<name>/."""
    action = admin.portal_actions.get(name)
    if action is None or not action.where & SINGLE:
        raise Http404
    if request.method != "POST":
        return not_a_page(admin, request, object_id)
    obj = admin.get_object(request, unquote(object_id))
    check_permission(admin, request, action, obj)
    if obj is None:
        raise Http404
    back = way_back(request, admin.change_url(obj))
    if not action.applies(obj):
        messages.warning(request, f"{action.verb} is not possible: {action.reason(obj)}.")
        return HttpResponseRedirect(back)
    form, typed_ok = answered(action, request, obj, action.expected(obj))
    if form is None:
        return ask_single(admin, request, action, obj, back, typed_ok)
    rows = admin.get_queryset(request).filter(pk=obj.pk)
    return perform(admin, request, action, rows, [obj], [], form, back)


def not_a_page(admin: "ButtonAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
    """405 with a way on, for who reloads the address of a button."""
    back = reverse(f"admin:{admin.url_name}_change", args=[object_id])
    return wrong_method(request, ["POST"], back=back, label="Open the row")


def run_bulk(
    admin: "ButtonAdmin", request: HttpRequest, action: Action, queryset: QuerySet[Any]
) -> HttpResponse:
    """The ticked rows of a list; only those in a state for it are touched."""
    check_permission(admin, request, action, None)
    back = request.get_full_path()
    fit, skipped = sort_rows(action, queryset)
    if not fit:
        messages.warning(request, f"Nothing done. {skip_note(skipped)}.")
        return HttpResponseRedirect(back)
    form, typed_ok = answered(action, request, None, expected_of(action, fit))
    if form is None:
        return ask_many(admin, request, action, fit, skipped, typed_ok)
    rows = queryset.filter(pk__in=[obj.pk for obj in fit])
    return perform(admin, request, action, rows, fit, skipped, form, back)


def check_permission(admin: "ButtonAdmin", request: HttpRequest, action: Action, obj: Any) -> None:
    """403 unless the person may press this button on this row."""
    if not admin.may_run(request, action, obj):
        raise PermissionDenied


def sort_rows(action: Action, queryset: QuerySet[Any]) -> tuple[list[Any], list[tuple[Any, str]]]:
    """Rows in a state for the action, and the others with the reason."""
    fit, skipped = [], []
    for obj in queryset:
        if action.applies(obj):
            fit.append(obj)
        else:
            skipped.append((obj, action.reason(obj)))
    return fit, skipped


def answered(
    action: Action, request: HttpRequest, obj: Any, expected: str
) -> tuple[dict[str, Any] | None, bool]:
    """Cleaned form data once the question is answered, else None; and whether the typing fits."""
    confirmed = request.POST.get("confirmed") == "1"
    typed_ok = not expected or request.POST.get("typed", "").strip() == expected
    if not action.asks:
        return {}, True
    if not confirmed:
        return None, True
    form = action.make_form(request, obj, bound=True)
    if form.is_valid() and typed_ok:
        return form.cleaned_data, True
    return None, typed_ok


def perform(
    admin: "ButtonAdmin",
    request: HttpRequest,
    action: Action,
    queryset: QuerySet[Any],
    rows: list[Any],
    skipped: Skipped,
    data: dict[str, Any],
    back: str,
) -> HttpResponse:
    """Run the method, log it on each row it touched, say what happened and go back."""
    try:
        answer = getattr(admin, action.name)(request, queryset, **data)
    except admin.refused as exc:
        messages.error(request, getattr(exc, "sentence", "") or str(exc))
        return HttpResponseRedirect(back)
    forget_counts(admin.admin_site)  # type: ignore[arg-type]
    told = as_told(answer)
    untouched = {obj.pk for obj, _ in told.skipped}
    touched = [obj for obj in rows if obj.pk not in untouched]
    write_log(request, action, told, touched, single=len(rows) == 1)
    if isinstance(answer, HttpResponseBase):
        return answer  # type: ignore[return-value]
    say(request, action, told, [*skipped, *told.skipped], touched)
    return HttpResponseRedirect(told.goto or back)


def as_told(answer: Any) -> Told:
    """What the method said, in one shape; a response says nothing of its own."""
    if isinstance(answer, Told):
        return answer
    return Told(answer if isinstance(answer, str) else "")


def write_log(
    request: HttpRequest, action: Action, told: Told, rows: list[Any], single: bool
) -> None:
    """A LogEntry per row: what was done, by whom, and what changed."""
    if not rows:
        return
    text = action.verb
    if told.before or told.after:
        text += f": {told.before or '—'} → {told.after or '—'}"
    elif single and told.message:
        text += f": {told.message}"
    LogEntry.objects.log_actions(
        user_id=request.user.pk or 0, queryset=rows, action_flag=CHANGE, change_message=text
    )


def say(
    request: HttpRequest, action: Action, told: Told, skipped: Skipped, touched: list[Any]
) -> None:
    """The message on the next page, with its link."""
    text, level = told.message or f"{action.verb}: done.", getattr(messages, told.level.upper())
    if skipped and touched:
        text = f"{text.rstrip('.')}, {skip_note(skipped)}."
    elif skipped:
        text, level = f"Nothing done. {skip_note(skipped)}.", messages.WARNING
    if told.url:
        text = text if text.endswith((".", "!", "?")) else f"{text}."
        text = format_html('{} <a href="{}">{}</a>', text, told.url, told.link or "Open")
    messages.add_message(request, level, text)


def skip_note(skipped: Skipped) -> str:
    """2 skipped (already sent)."""
    reasons = list(dict.fromkeys(reason.rstrip(".") for _, reason in skipped))
    more = f" and {len(reasons) - 3} other reasons" if len(reasons) > 3 else ""
    return f"{len(skipped)} skipped ({'; '.join(reasons[:3])}{more})"


def ask_single(
    admin: "ButtonAdmin", request: HttpRequest, action: Action, obj: Any, back: str, typed_ok: bool
) -> TemplateResponse:
    """The question as a page of its own, for lists and for browsers without script."""
    confirmed = request.POST.get("confirmed") == "1"
    context = {
        "question": question_context(admin, request, action, obj, bound=confirmed),
        "original": obj,
        "change_url": admin.change_url(obj),
        "back": back,
        "hidden": [("confirmed", "1"), ("next", back)],
        "typed_error": not typed_ok,
    }
    return confirm_page(admin, request, action, context)


def ask_many(
    admin: "ButtonAdmin",
    request: HttpRequest,
    action: Action,
    fit: list[Any],
    skipped: Skipped,
    typed_ok: bool,
) -> TemplateResponse:
    """The question for several rows: how many, which, and which are left out."""
    bound = request.POST.get("confirmed") == "1"
    title = f"{action.verb}: {len(fit)} {admin.opts.verbose_name_plural}?"
    hidden = [("action", action.name), ("index", "0"), ("confirmed", "1"), *chosen(request, fit)]
    rows = admin.get_queryset(request).filter(pk__in=[obj.pk for obj in fit])
    context = {
        "question": {
            "title": action.heading(fit[0]) if len(fit) == 1 else title,
            "body": action.question_many(rows),
            "form": action.make_form(request, None, bound=bound),
            "expected": expected_of(action, fit),
            "submit": action.submit or action.verb,
            "danger": action.danger,
            "url": request.get_full_path(),
        },
        "rows": fit[:SHOWN_ROWS],
        "more_rows": max(0, len(fit) - SHOWN_ROWS),
        "skipped": skipped[:SHOWN_ROWS],
        "skip_note": skip_note(skipped) if skipped else "",
        "back": request.get_full_path(),
        "hidden": hidden,
        "typed_error": not typed_ok,
    }
    return confirm_page(admin, request, action, context)


def expected_of(action: Action, fit: list[Any]) -> str:
    """What has to be typed for ticked rows: the row's own word, or how many they are."""
    if len(fit) == 1 or not action.typed:
        return action.expected(fit[0])
    return str(len(fit))


def chosen(request: HttpRequest, fit: list[Any]) -> list[tuple[str, str]]:
    """The ticked rows as form fields; "all rows" stays one word, it may mean thousands."""
    if request.POST.get("select_across") == "1":
        return [("select_across", "1"), (ACTION_CHECKBOX_NAME, str(fit[0].pk))]
    return [("select_across", "0"), *((ACTION_CHECKBOX_NAME, str(obj.pk)) for obj in fit)]


def confirm_page(
    admin: "ButtonAdmin", request: HttpRequest, action: Action, context: dict[str, Any]
) -> TemplateResponse:
    """The page around a question."""
    context |= {"opts": admin.opts, "action": action}
    title = context["question"]["title"]
    site: Any = admin.admin_site
    page: TemplateResponse = site.render(request, "adminkit/confirm.html", context, title=title)
    return page


def question_context(
    admin: "ButtonAdmin", request: HttpRequest, action: Action, obj: Any, bound: bool = False
) -> dict[str, Any]:
    """What the dialog and the page need to ask about one row."""
    return {
        "id": f"do-{action.name}",
        "title": action.heading(obj),
        "body": action.question(obj),
        "form": action.make_form(request, obj, bound=bound),
        "expected": action.expected(obj),
        "submit": action.submit or action.verb,
        "danger": action.danger,
        "url": admin.action_url(action, obj),
    }


def way_back(request: HttpRequest, default: str) -> str:
    """The page the button was pressed on, if it is ours and can be opened again."""
    asked = request.POST.get("next") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        asked, {request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours and "/do/" not in asked else default


def login_first(admin: "ButtonAdmin", request: HttpRequest) -> HttpResponseRedirect | None:
    """Who is logged out goes to the list after logging in: the button's address has no page."""
    if admin.admin_site.has_permission(request):
        return None
    opts = admin.opts
    listing = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return HttpResponseRedirect(f"{reverse('admin:login')}?next={listing}")
