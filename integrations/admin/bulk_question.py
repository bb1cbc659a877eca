"""A button pressed on many rows: the rows are fixed, the person is asked, the work begins."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from config.adminkit.actions import Action
from config.adminkit.background import ask_about
from config.adminkit.buttons import ButtonAdmin
from integrations.admin.bulk_notice import watch
from integrations.admin.bulk_press import button_of
from integrations.admin.places import row_url
from integrations.models import BulkAction, BulkRow
from integrations.services.bulk import ask_bulk, start_bulk

SHOWN = 10
OURS = {"csrfmiddlewaretoken", "confirmed", "typed"}
LATER = (
    "They are done one by one in the background. Each is looked at again when its turn comes: one "
    "it does not fit is skipped, and the result says why."
)


def keep_rows(
    model_admin: ButtonAdmin, request: HttpRequest, action: Action, ids: list[int]
) -> HttpResponse:
    """Write down what was chosen, then ask; set as `site.start_bulk`."""
    assert isinstance(request.user, AbstractBaseUser)
    back = request.get_full_path()
    if not ids:
        messages.warning(request, "Nothing done. No row is left of those that were chosen.")
        return HttpResponseRedirect(back)
    button = (action.name, action.verb)
    bulk = ask_bulk(request.user, model_admin.model, button, ids, back)
    return HttpResponseRedirect(reverse("admin:bulk_question", args=[bulk.pk]))


def bulk_question(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks, POST begins; once it has begun both lead to the result."""
    bulk = BulkAction.objects.select_related("content_type").filter(pk=pk).first()
    if bulk is None:
        raise Http404
    model_admin, action = button_of(bulk)
    if bulk.user_id != request.user.pk or model_admin is None or action is None:
        raise PermissionDenied
    if not model_admin.may_run(request, action):
        raise PermissionDenied
    if bulk.status == BulkAction.Status.DRAFT and not _begins(request, bulk, action):
        return _ask(request, bulk, model_admin, action)
    return HttpResponseRedirect(row_url(bulk))


def _begins(request: HttpRequest, bulk: BulkAction, action: Action) -> bool:
    """Whether the person said yes, in a way that can be used."""
    if request.method != "POST":
        return False
    if not _typed_ok(request, bulk, action):
        return False
    if not action.make_form(request, None, bound=True).is_valid():
        return False
    answers = {name: values for name, values in request.POST.lists() if name not in OURS}
    if start_bulk(bulk, answers):
        watch(request, bulk)
    return True


def _typed_ok(request: HttpRequest, bulk: BulkAction, action: Action) -> bool:
    typed = request.POST.get("typed", "").strip()
    return not action.typed or typed == str(bulk.total)


def _ask(
    request: HttpRequest, bulk: BulkAction, model_admin: ButtonAdmin, action: Action
) -> HttpResponse:
    chosen = BulkRow.objects.filter(bulk=bulk).order_by("pk")
    rows = model_admin.get_queryset(request)
    shown = {row.pk: row for row in rows.filter(pk__in=_first(chosen))}
    question: dict[str, Any] = {
        "id": f"do-{action.name}",
        "title": f"{bulk}?",
        "expected": str(bulk.total) if action.typed else "",
        "url": request.path,
    }
    context = {
        "rows": [shown[pk] for pk in _first(chosen) if pk in shown],
        "more_rows": bulk.total - len(shown),
        "note": LATER,
        "back": bulk.back,
        "hidden": [("confirmed", "1")],
        "typed_error": request.method == "POST" and not _typed_ok(request, bulk, action),
    }
    return ask_about(
        model_admin,
        request,
        action,
        rows.filter(pk__in=chosen.order_by().values("object_id")),
        question,
        context,
    )


def _first(chosen: Any) -> list[int]:
    return list(chosen.values_list("object_id", flat=True)[:SHOWN])


site: Any = admin.site
site.start_bulk = keep_rows
site.add_page("bulk/<int:pk>/", bulk_question, "bulk_question", methods=("GET", "POST"))
