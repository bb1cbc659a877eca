"""What joined an open list: a number, asked for every 30 seconds; rows never move by themselves."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.http import urlencode

if TYPE_CHECKING:
    from .options import KitAdmin

EVERY_MS = 30_000
MOST_COUNTED = 100


def live_note(admin: "KitAdmin", request: HttpRequest, changelist: Any) -> dict[str, Any] | None:
    """Where the list asks, and where Refresh leads; None where new rows say nothing.

    A searched or filtered list is a question that was answered, not a stream. Which row is the
    newest the list asks for itself, once: the page costs no query for a note nobody may see.
    """
    if not admin.live or changelist.query or changelist.has_active_filters:
        return None
    tab = {admin.tab_param: request.GET.get(admin.tab_param, "")}
    return {
        "url": f"{reverse(f'admin:{admin.url_name}_new')}?{urlencode(tab)}",
        "every": EVERY_MS,
        "refresh": changelist.get_query_string(remove=["p"]),
    }


def live_url(admin: "KitAdmin") -> URLPattern:
    """Its address; before Django's catch-all."""
    view = admin.admin_site.admin_view(partial(count_new, admin))
    view.model_admin = admin  # type: ignore[attr-defined]
    return path("new/", view, name=f"{admin.url_name}_new")


def count_new(admin: "KitAdmin", request: HttpRequest) -> HttpResponse:
    """GET <app>/<model>/new/?view=work: the newest row; with &after=41: how many of the tab came.

    Rows this person may see.
    """
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if not admin.has_view_or_change_permission(request):
        raise PermissionDenied
    after, tab = request.GET.get("after"), request.GET.get(admin.tab_param, "")
    if after is None:
        return JsonResponse({"last": admin.model._base_manager.aggregate(n=Max("pk"))["n"] or 0})
    if not after.isdecimal() or len(after) > 18:
        return JsonResponse({"count": 0, "text": ""})
    rows = admin.in_view(request, admin.tab_queryset(request).filter(pk__gt=int(after)), tab)
    return JsonResponse(_words(admin, len(rows.values_list("pk")[: MOST_COUNTED + 1])))


def _words(admin: "KitAdmin", count: int) -> dict[str, Any]:
    opts = admin.opts
    if count > MOST_COUNTED:
        return {"count": MOST_COUNTED, "text": f"{MOST_COUNTED}+ new {opts.verbose_name_plural}"}
    noun = opts.verbose_name if count == 1 else opts.verbose_name_plural
    return {"count": count, "text": f"{count} new {noun}" if count else ""}
