"""The first page: the set-up checklist until it is done, then what needs a person, and today."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.checklist import find_steps
from config.second_partner import second_partner
from config.setup_facts import Facts, Step
from config.today import find_today
from config.worker import worker_status

site: Any = admin.site
# Whether the set-up is done is looked up again only now and then: it hardly ever goes back.
DONE, DONE_SECONDS = "portal:setup-done", 600
# The checklist names stores, partners and orders.
SEE = "integrations.view_connection"


def index(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    """GET /admin/."""
    facts = Facts()
    steps = [] if cache.get(DONE) else find_steps(facts)
    to_do = sum(not step.done for step in steps)
    if to_do and "dashboard" not in request.GET and request.user.has_perm(SEE):
        return render_checklist(request, facts, steps)
    if not to_do:
        cache.set(DONE, True, DONE_SECONDS)
    return {
        "title": "Dashboard",
        "open_steps": to_do,
        "sandbox": settings.SANDBOX_URL,
        **find_today(request, timezone.now()),
    }


def checklist(request: HttpRequest) -> HttpResponse:
    """GET /admin/setup/: the checklist, also once it is done."""
    facts = Facts()
    return render_checklist(request, facts, find_steps(facts))


def render_checklist(request: HttpRequest, facts: Facts, steps: list[Step]) -> HttpResponse:
    """The list with the next step marked; it looks again by itself while others act."""
    following = next((step for step in steps if not step.done), None)
    context = {
        "steps": with_rights(request, steps),
        "next_step": following,
        "done": sum(step.done for step in steps),
        "polls": bool(following and following.outside),
        "second": with_rights(request, second_partner(facts) if facts.partner else []),
        "sandbox": facts.sandbox,
        "worker": worker_status(),
    }
    page: HttpResponse = site.render(
        request, "admin/dashboard/checklist.html", context, title="Set up Crossdock"
    )
    return page


def with_rights(request: HttpRequest, steps: list[Step]) -> list[tuple[Step, bool]]:
    """Each step, and whether this person may take it."""
    return [(step, not step.perm or request.user.has_perm(step.perm)) for step in steps]


site.index_view = index
site.index_template = "admin/dashboard/index.html"
site.worker_status = worker_status
site.add_page("setup/", checklist, "setup", perm=SEE)
