"""The partner catalog: what partners have, what it would cost here, ticks, and Refresh."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html

from catalog.admin.catalog_query import SHOWS, CatalogQuery, partners_with_store
from catalog.admin.catalog_rows import make_rows
from catalog.admin.links import list_of, page_of
from catalog.models import Partner, Rounding
from config.adminkit.nav import Nav
from config.adminkit.parts import SIGNS
from integrations.admin.import_link import import_links
from integrations.models import Connection, SyncRun
from integrations.services.run_requests import request_run

FLOW = "products"
ROUNDINGS = [(value, "not at all" if value == "none" else value) for value in Rounding.values]


def may_see(request: HttpRequest) -> bool:
    """Who imports, and who may look at listings."""
    return request.user.has_perm("catalog.import_product") or request.user.has_perm(
        "catalog.view_listing"
    )


def partner_catalog(request: HttpRequest) -> HttpResponse:
    """GET /admin/catalog/: nothing is changed here."""
    site: Any = admin.site
    partners = partners_with_store()
    query = CatalogQuery(request.GET, partners)
    context: dict[str, Any] = {
        "partners": partners,
        "query": query,
        "shows": SHOWS,
        "roundings": ROUNDINGS,
        "may_import": request.user.has_perm("catalog.import_product"),
        "connect_url": _connect_url(request),
        "connections_url": list_of(Connection, request),
        "file_links": _file_links(request, query),
    }
    if query.partner is not None:
        context |= _of_partner(request, query, query.partner)
    page = "admin/catalog/pages/catalog.html"
    answer: HttpResponse = site.render(request, page, context, "Partner catalog")
    return answer


def _of_partner(request: HttpRequest, query: CatalogQuery, partner: Partner) -> dict[str, Any]:
    connection = partner.connection
    assert connection is not None
    made = make_rows(query)
    is_active = connection.status == Connection.Status.ACTIVE
    return {
        "partner": partner,
        "connection": connection,
        "connection_url": page_of(connection, request),
        "is_active": is_active,
        "may_refresh": is_active and request.user.has_perm("integrations.run_flow"),
        "made": made,
        "page": query.page,
        "low_margin": int(partner.min_margin * 100),
        "sign": SIGNS.get(made.currency, f"{made.currency} "),
        "earlier": _page_address(query, -1),
        "later": _page_address(query, 1),
    }


def _file_links(request: HttpRequest, query: CatalogQuery) -> list[tuple[str, str, str]]:
    """The listings as a file, and which variants of ours they are from one."""
    found = import_links(request, "listings")
    if query.partner is not None and request.user.has_perm("orders.export_data"):
        url = f"{reverse('admin:listings_csv')}{query.address(p='')}".rstrip("?")
        return [("Export CSV", url, "download"), *found]
    return found


def _connect_url(request: HttpRequest) -> str:
    may = request.user.has_perm("integrations.manage_connection")
    return reverse("admin:connect_partner") if may else ""


def _page_address(query: CatalogQuery, step: int) -> str:
    there = query.page.has_next() if step > 0 else query.page.has_previous()
    return query.address(p=str(query.page.number + step)) if there else ""


def refresh_catalog(request: HttpRequest) -> HttpResponse:
    """POST /admin/catalog/refresh/: ask for the partner's products, and say where to watch."""
    stores = Partner.objects.filter(connection__isnull=False).select_related("connection")
    partner = get_object_or_404(stores, pk=_number(request.POST.get("partner")))
    back = f"{reverse('admin:partner_catalog')}?partner={partner.pk}"
    connection = partner.connection
    assert connection is not None
    if connection.status != Connection.Status.ACTIVE:
        messages.error(request, f"{connection} is not connected: {_why(connection)}")
        return HttpResponseRedirect(back)
    user: Any = request.user
    run, is_new = request_run(connection, FLOW, trigger=SyncRun.Trigger.STAFF, user=user)
    text = f"Asked {connection} for its products." if is_new else f"{connection} is asked already."
    messages.success(request, with_link(text, page_of(run, request), f"See {run}"))
    return HttpResponseRedirect(back)


def with_link(text: str, url: str, label: str) -> str:
    """A message, with a link where there is a page to open."""
    return format_html('{} <a href="{}">{}</a>', text, url, label) if url else text


def _why(connection: Connection) -> str:
    return connection.status_reason or f"{connection.get_status_display()}."


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


site: Any = admin.site
site.add_page(
    "catalog/refresh/",
    refresh_catalog,
    "partner_catalog_refresh",
    perm="integrations.run_flow",
    methods=("POST",),
)
site.add_page(
    "catalog/",
    partner_catalog,
    "partner_catalog",
    nav=Nav("Stock", 40, "catalog", "b", "Partner catalog"),
    perm=may_see,
)
