"""The admin site: what is registered where, the shell's context, pages and search."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone
from django.views.decorators.http import require_safe

from .background import Start
from .empty import Empty
from .icons import serve_sprite
from .nav import COUNT_SECONDS, Nav, Page, build_nav, may_open_anything
from .refusals import no_rights, wrong_method
from .search import Provider, search
from .style import style_page
from .zones import zone_page, zone_words

# The queue's own tables: its Schedule form can run any function, so staff never get them.
NEVER = {"django_q"}


class PortalAdminSite(admin.AdminSite):
    """Crossdock's admin. The project sets `worker_status`, `health_name` and `index_view`.

    `start_bulk` takes over what is pressed on many rows; `not_connected(comes_from, things)` is
    what an empty list says while what its rows come from is not connected; `notices` say on the
    next page, whichever it is, what came of something a person started and did not wait for;
    `right_words` says `app.codename` as a sentence, for the form of a group.
    """

    site_header = site_title = "Crossdock"
    index_title = "Dashboard"
    site_url = None
    empty_value_display = ""

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.pages: list[Page] = []
        self.searches: list[Provider] = []
        self.worker_status: Callable[[], tuple[str, str]] | None = None
        self.index_view: Callable[[HttpRequest], HttpResponse | dict[str, Any]] | None = None
        self.health_name = "index"
        self.start_bulk: Start | None = None
        self.not_connected: Callable[[str, str], Empty | None] | None = None
        self.notices: list[Callable[[HttpRequest], None]] = []
        self.right_words: dict[str, str] = {}
        self.disable_action("delete_selected")
        own_zone_page = partial(zone_page, self)
        self.add_page("time-zone/", own_zone_page, "time_zone", methods=("GET", "POST"))
        self.add_page(
            "kit/",
            partial(style_page, self),
            "kit",
            nav=Nav(order=999, icon="kit", label="Style page") if settings.DEBUG else None,
            perm=lambda request: bool(getattr(request.user, "is_superuser", False)),
        )

    # --- registration

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Django's, minus the queue's tables."""
        several = isinstance(model_or_iterable, list | tuple | set)
        models = model_or_iterable if several else [model_or_iterable]
        wanted = [model for model in models if model._meta.app_label not in NEVER]
        super().register(wanted, admin_class, **options)

    def add_page(
        self,
        route: str,
        view: Callable[..., Any],
        name: str,
        nav: Nav | None = None,
        perm: str | Callable[[HttpRequest], bool] = "",
        rows: Callable[[HttpRequest], QuerySet[Any]] | None = None,
        tone: str = "bad",
        methods: tuple[str, ...] = ("GET",),
    ) -> None:
        """A page under the admin, reached as `admin:<name>`; 403 for staff without `perm`.

        Other `methods` than those named are a 405: `("POST",)` is a button.
        """
        self.pages = [page for page in self.pages if page.name != name]
        self.pages.append(Page(route, view, name, nav, perm, rows, tone, methods))

    def add_search(self, provider: Provider) -> None:
        """Add `provider(query, request) -> [(label, url, note)]` to the box at the top."""
        self.searches.append(provider)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Ours first: Django's list ends in a catch-all."""
        ours: list[URLResolver | URLPattern] = [
            path("icons.svg", serve_sprite, name="icons"),
            path("search/", self.admin_view(require_safe(search)), {"site": self}, name="search"),
        ]
        ours += [path(page.route, self._guarded(page), name=page.name) for page in self.pages]
        return ours + super().get_urls()

    def _guarded(self, page: Page) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not page.takes(request.method):
                return wrong_method(request, page.methods, is_button=page.is_button)
            if not page.allows(request):
                raise PermissionDenied
            answer: HttpResponse = page.view(request, **kwargs)
            return answer

        return self.admin_view(view)

    # --- pages

    def render(
        self, request: HttpRequest, template: str, context: dict[str, Any], title: str = ""
    ) -> TemplateResponse:
        """A page in our shell."""
        request.current_app = self.name
        return TemplateResponse(
            request, template, {**self.each_context(request), "title": title, **context}
        )

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The dashboard: what the project's `index_view` answers, a response or a context.

        Who may open nothing yet is told whom to ask.
        """
        if not may_open_anything(self, request):
            return no_rights(self, request)
        found = self.index_view(request) if self.index_view else {}
        if isinstance(found, HttpResponse):
            return found
        return super().index(request, {**found, **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Django's context plus `kit`: what the shell shows on every page."""
        return {**super().each_context(request), "kit": self.kit_context(request)}

    def kit_context(self, request: HttpRequest) -> dict[str, Any]:
        """Environment, zone, sidebar, worker health and addresses of the shell."""
        environment = getattr(settings, "ENVIRONMENT", "")
        context: dict[str, Any] = {
            "site": self,
            "environment": "" if environment == "production" else environment,
            "company": getattr(settings, "COMPANY_NAME", ""),
            "nav": [],
            "section": "",
        }
        if not self.has_permission(request):
            return context
        for notice in self.notices:
            notice(request)
        nav = build_nav(self, request)
        worker, tone = self._worker()
        return context | {
            "nav": nav,
            "section": next((g["label"] for g in nav if any(i.active for i in g["items"])), ""),
            "zone": f"Times in {zone_words()}",
            "zone_name": timezone.get_current_timezone_name(),
            "zone_url": reverse("admin:time_zone"),
            "worker": worker,
            "worker_tone": tone,
            "health_url": self._health_url(request),
            "search_url": reverse("admin:search"),
        }

    def _worker(self) -> tuple[str, str]:
        if not self.worker_status:
            return "", ""
        return cache.get_or_set("adminkit:worker", self.worker_status, COUNT_SECONDS)  # type: ignore[return-value]

    def _health_url(self, request: HttpRequest) -> str:
        """Where the worker's state is explained; empty for who may not look."""
        page = next((page for page in self.pages if page.name == self.health_name), None)
        if page is not None and not page.allows(request):
            return ""
        return reverse(f"admin:{self.health_name}")
