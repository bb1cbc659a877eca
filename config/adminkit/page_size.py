"""How many rows a list shows: chosen by a person for each list, and remembered.

In a cookie, because a session ends every night and a table would be written to for a matter of
taste. The person's id is part of it: two people at one browser keep their own.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

SIZES = (25, 50, 100, 200)
PARAMETER, COOKIE = "rows", "rows"
YEAR_S = 365 * 24 * 3600
MOST_KEPT = 60  # lists; a cookie has 4 kB


def rows_per_page(request: HttpRequest, listing: str, default: int) -> int:
    """What this person chose for this list."""
    return dict(_kept(request)).get(_key(request, listing), default)


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
        _set(request, answer, [*others, (key, int(asked))][-MOST_KEPT:])
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


def _kept(request: HttpRequest) -> list[tuple[str, int]]:
    """What the cookie says; whatever is not ours is left out."""
    parts = (part.rpartition(":") for part in request.COOKIES.get(COOKIE, "").split("|"))
    return [(key, int(size)) for key, _, size in parts if key and size in map(str, SIZES)]


def _set(request: HttpRequest, answer: HttpResponse, kept: list[tuple[str, int]]) -> None:
    answer.set_cookie(
        COOKIE,
        "|".join(f"{key}:{size}" for key, size in kept),
        max_age=YEAR_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
