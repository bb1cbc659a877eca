"""How many rows a list shows: chosen by a person for each list, and remembered."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from .remembering import Pair, remember, remembered

SIZES = (25, 50, 100, 200)
PARAMETER, COOKIE = "rows", "rows"
MOST_KEPT = 60  # lists; a cookie has 4 kB


def rows_per_page(request: HttpRequest, listing: str, default: int) -> int:
    """What this person chose for this list."""
    return int(dict(_kept(request)).get(_key(request, listing), default))


def keep_choice(request: HttpRequest, listing: str) -> HttpResponse | None:
    """Remember `?rows=100` and go on to the list without it; None where nothing was chosen."""
    if PARAMETER not in request.GET:
        return None
    query = request.GET.copy()
    asked = query.pop(PARAMETER)[-1]
    query.pop("p", None)  # another page begins elsewhere now
    answer = HttpResponseRedirect(f"{request.path}?{query.urlencode()}" if query else request.path)
    if asked in map(str, SIZES):
        key = _key(request, listing)
        others = [pair for pair in _kept(request) if pair[0] != key]
        remember(request, answer, COOKIE, [*others, (key, asked)][-MOST_KEPT:])
    return answer


def size_links(request: HttpRequest, now: int) -> list[dict[str, Any]]:
    """The sizes as links."""
    links = []
    for size in SIZES:
        query = request.GET.copy()
        query[PARAMETER] = str(size)
        links.append({"size": size, "url": f"?{query.urlencode()}", "active": size == now})
    return links


def _key(request: HttpRequest, listing: str) -> str:
    return f"{request.user.pk}.{listing}"


def _kept(request: HttpRequest) -> list[Pair]:
    return remembered(request, COOKIE, [str(size) for size in SIZES].__contains__)
