"""What people choose for themselves, kept in a cookie: page sizes, a time zone.

A session ends every night, and a table would be written to for a matter of taste. The person's id
is part of each key: two people at one browser keep their own.
"""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse

YEAR_S = 365 * 24 * 3600
Pair = tuple[str, str]


def remembered(request: HttpRequest, cookie: str, is_ours: Callable[[str], bool]) -> list[Pair]:
    """(key, value) pairs, the oldest first; what is not ours, by its value, is left out."""
    parts = (part.rpartition(":") for part in request.COOKIES.get(cookie, "").split("|"))
    return [(key, value) for key, _, value in parts if key and is_ours(value)]


def remember(
    request: HttpRequest, answer: HttpResponse, cookie: str, pairs: Sequence[Pair]
) -> None:
    """Keep these pairs for a year, out of reach of scripts."""
    answer.set_cookie(
        cookie,
        "|".join(f"{key}:{value}" for key, value in pairs),
        max_age=YEAR_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
