"""The search box at the top: one exact hit opens it, several make a list."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

if TYPE_CHECKING:
    from .site import PortalAdminSite

Hit = tuple[str, str, str]
Provider = Callable[[str, HttpRequest], Iterable[Hit]]
LIMIT = 100


def search(request: HttpRequest, site: "PortalAdminSite") -> HttpResponse:
    """Ask every provider; a person sees only what the providers say they may."""
    query = request.GET.get("q", "").strip()
    hits = find_hits(site, query, request) if query else []
    if len(hits) == 1:
        return HttpResponseRedirect(hits[0][1])
    context = {"query": query, "hits": hits[:LIMIT], "more": len(hits) > LIMIT}
    return site.render(request, "adminkit/search.html", context, title="Search")


def find_hits(site: "PortalAdminSite", query: str, request: HttpRequest) -> list[Hit]:
    """Hits of all providers, each address once."""
    found: dict[str, Hit] = {}
    for provider in site.searches:
        for label, url, note in provider(query, request):
            found.setdefault(url, (label, url, note))
    return list(found.values())
