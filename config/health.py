"""For load balancers and supervisors: does the process answer, and can the portal work."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from integrations.services.health import readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is looked at."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if database, migrations and workers are in order, else 503; one word for each."""
    checks = {check.name: check.level for check in readiness(timezone.now())}
    is_ready = "fail" not in checks.values()
    return JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)
