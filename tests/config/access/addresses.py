"""Every address there is, read off the URL resolver and the registry; and off the table."""

import re
from collections.abc import Iterator

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from config.adminkit.actions import SINGLE
from config.adminkit.buttons import ButtonAdmin

# Its rows are shown on the pages of their orders, they have none.
LINES = "orders/partnerorderline"
CONVERTER = re.compile(r"<[^>]+>")
APPS = r"^(?P<app_label>"
ADMINS = {
    f"{one.opts.app_label}/{one.opts.model_name}": one
    for one in admin.site._registry.values()
    if isinstance(one, ButtonAdmin)
}


def admin_addresses() -> set[str]:
    """Below /admin/: a row is `<id>`; each button by its name, and by its tick on the list."""
    found = set()
    for route in _routes(get_resolver()):
        if route.startswith("admin/"):
            found |= set(_spelled(route.removeprefix("admin/")))
    return found


def other_addresses() -> set[str]:
    """The rest of the portal."""
    routes = _routes(get_resolver())
    return {CONVERTER.sub("<id>", route) for route in routes if not route.startswith("admin/")}


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from _routes(one, route)


def _spelled(route: str) -> Iterator[str]:
    if route.startswith(APPS):
        yield from (f"{label}/" for label in route[len(APPS) : route.index(")")].split("|"))
    elif route == "(?P<url>.*)$":
        yield "<anything else>"
    elif route.endswith("/do/<slug:name>/"):
        yield from _buttons("/".join(route.split("/")[:2]))
    else:
        yield CONVERTER.sub("<id>", route)


def _buttons(kind: str) -> Iterator[str]:
    actions = ADMINS[kind].portal_actions
    yield f"{kind}/<id>/do/<none>/"
    for name, action in actions.items():
        if action.where & SINGLE:
            yield f"{kind}/<id>/do/{name}/"
        if "bulk" in action.where:
            yield f"{kind}/ +{name}"


def read_table(text: str, columns: int) -> dict[str, list[tuple[int, int]]]:
    """Address -> (GET, POST) of each person; 0 where it is not asked."""
    found: dict[str, list[tuple[int, int]]] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        words = line.split()
        address = " ".join(words[:-columns]).replace("<start>", "")
        assert address not in found, f"{address} stands there twice"
        cells = [cell.replace("-", "0").split("/") for cell in words[-columns:]]
        found[address] = [(int(get), int(post)) for get, post in cells]
    return found
