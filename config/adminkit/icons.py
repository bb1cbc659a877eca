"""Our names for the icons, and the sprite made of them from the lucide package."""

import hashlib
import re
from functools import cache

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

ICONS: dict[str, str] = {
    "activity": "activity",
    "arrow": "arrow-right",
    "auto": "sun-moon",
    "bell": "bell",
    "box": "package",
    "calendar": "calendar",
    "cancel": "ban",
    "catalog": "book-open",
    "chart": "chart-column",
    "check": "check",
    "clock": "calendar-clock",
    "copy": "copy",
    "dn": "arrow-down",
    "down": "chevron-down",
    "download": "download",
    "edit": "pencil",
    "error": "circle-alert",
    "eye": "eye",
    "file": "file-text",
    "filter": "list-filter",
    "gear": "settings-2",
    "hold": "pause",
    "home": "layout-dashboard",
    "inbox": "inbox",
    "info": "info",
    "key": "key-round",
    "kit": "swatch-book",
    "left": "chevron-left",
    "link": "link",
    "list": "list",
    "lock": "lock",
    "mail": "mail",
    "map": "map-pin",
    "menu": "menu",
    "merge": "merge",
    "moon": "moon",
    "more": "ellipsis",
    "ok": "circle-check",
    "open": "arrow-up-right",
    "order": "receipt-text",
    "partner": "store",
    "payout": "banknote",
    "play": "play",
    "plug": "plug",
    "plus": "plus",
    "po": "clipboard-list",
    "retry": "rotate-ccw",
    "right": "chevron-right",
    "route": "route",
    "scale": "scale",
    "search": "search",
    "send": "send",
    "shield": "shield",
    "split": "split",
    "stock": "boxes",
    "stop": "circle-stop",
    "sun": "sun",
    "sync": "refresh-cw",
    "tag": "tag",
    "trash": "archive",
    "truck": "truck",
    "undo": "undo-2",
    "unlink": "unlink",
    "up": "arrow-up",
    "upload": "upload",
    "user": "users",
    "warn": "triangle-alert",
    "x": "x",
    "zap": "zap",
}
YEAR = 365 * 24 * 3600


@cache
def sprite() -> str:
    """One SVG with a symbol per icon. Lucide is ISC licensed, the notice travels along."""
    symbols = "".join(_symbol(name, source) for name, source in ICONS.items())
    notice = "<!-- Lucide (https://lucide.dev), ISC License, Copyright (c) Lucide Contributors -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">{notice}{symbols}</svg>'


@cache
def sprite_version() -> str:
    """Changes whenever the sprite does, so browsers may keep it for a year."""
    return hashlib.sha256(sprite().encode()).hexdigest()[:12]


def serve_sprite(request: HttpRequest) -> HttpResponse:
    """The sprite, public and cacheable."""
    etag = f'"{sprite_version()}"'
    response: HttpResponse = HttpResponseNotModified()
    if request.headers.get("If-None-Match") != etag:
        response = HttpResponse(sprite(), content_type="image/svg+xml")
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def icon(name: str, cls: str = "") -> SafeString:
    """An icon by our name. Raises KeyError for a name that is not in the map."""
    ICONS[name]
    href = f"{reverse('admin:icons')}?v={sprite_version()}#{name}"
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}"/></svg>', f" {cls}" if cls else "", href
    )


def _symbol(name: str, source: str) -> str:
    svg = str(lucide(source, size=None))
    shapes = re.sub(r"\s+", " ", svg[svg.index(">") + 1 : svg.rindex("</svg>")]).strip()
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        f'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
    )
