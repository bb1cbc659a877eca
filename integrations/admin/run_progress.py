"""How far runs are, on pages that are open: asked for every second or two while they run."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.parts import badge
from integrations.admin.cadence import flow_words
from integrations.admin.places import address
from integrations.models import SyncRun
from integrations.services.progress import ALIVE, Progress, percent_of, progress_of
from integrations.services.run_handle import COUNTS

if TYPE_CHECKING:
    from config.adminkit.options import KitAdmin

MOST = 60


def progress_view(admin: "KitAdmin", request: HttpRequest) -> HttpResponse:
    """GET integrations/syncrun/progress/?run=12&run=13: of each its badge, words and numbers.

    Not more than 60, and only for who may see runs.
    """
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    if not admin.has_view_or_change_permission(request):
        raise PermissionDenied
    asked = [one for one in request.GET.getlist("run")[:MOST] if one.isdecimal() and len(one) < 19]
    now = timezone.now()
    rows = SyncRun.objects.filter(pk__in=asked).defer("params")
    return JsonResponse({"runs": {str(run.pk): _shown(run, progress_of(run, now)) for run in rows}})


def _shown(run: SyncRun, progress: Progress) -> dict[str, Any]:
    return {
        "alive": progress.is_alive,
        "running": run.status == SyncRun.Status.RUNNING,
        "badge": badge(progress.word),
        "text": progress.text,
        "percent": progress.percent,
        "counts": {name: f"{getattr(run, name):,}" for name in (*COUNTS, "pages")},
    }


def watched(run: SyncRun) -> dict[str, Any]:
    """What `syncrun/progress.html` shows of a run that has not ended."""
    url = address("integrations_syncrun_progress")
    progress = progress_of(run, timezone.now())
    return {"run": run, "progress": progress, "url": url, "label": flow_words(run.flow)}


def live_count(run: SyncRun, name: str) -> SafeString:
    """A number that goes on counting while its run does."""
    number = f"{getattr(run, name):,}"
    if run.status not in ALIVE:
        return SafeString(number)
    return format_html('<span data-run-count="{}:{}">{}</span>', run.pk, name, number)


def live_badge(run: SyncRun) -> SafeString:
    """Its badge and a bar, which change when the run does; where the list asks stands in it."""
    shown = badge(run.get_status_display())
    if run.status not in ALIVE:
        return shown
    percent, url = percent_of(run), address("integrations_syncrun_progress")
    text = (
        '<span data-run="{}" data-progress="{}"><span data-run-badge="{}">{}</span>'
        '<progress max="100" value="{}" aria-label="Progress of {}"{}></progress></span>'
    )
    hidden = SafeString(" hidden" if percent is None else "")
    return format_html(text, run.pk, url, run.pk, shown, percent or 0, run, hidden)
