"""The style page: every part in every state."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .badges import TONES
from .icons import ICONS
from .parts import two_lines
from .step_lines import StepLine

COLORS = (
    *("bg", "side", "surface", "sunken", "hover", "press", "selected", "line"),
    *("ink", "link", "danger", "ok-bg", "info-bg", "warn-bg", "bad-bg", "mute-bg"),
)


def style_page(site: Any, request: HttpRequest) -> HttpResponse:
    """If a part is not here, it does not exist."""
    page: HttpResponse = site.render(request, "adminkit/kit.html", samples(), title="Style page")
    return page


def samples() -> dict[str, Any]:
    """Example content; nothing here is read from the database."""
    now = timezone.now()
    return {
        "words": list(TONES.items()),
        "weekdays": ("Mon", "Tue", "Wed"),
        "two": two_lines("CD-10486", "for #1049 and #1053"),
        "icons": sorted(ICONS),
        "colors": COLORS,
        "now": now - timedelta(minutes=4),
        "later": now + timedelta(hours=5),
        "tabs": sample_tabs(),
        "events": sample_events(),
        "runs": ["ok"] * 14 + ["warn", "ok", "bad", "ok", "ok", "mute", "ok", "info"],
        "points": [18, 17, 19, 15, 14, 16, 12, 9, 4, 6, 7],
        "days": [("Mon", 66), ("Tue", 49), ("Wed", 57), ("Thu", 63), ("Fri", 39)],
        "lines": sample_lines(now),
        "since": now - timedelta(days=89),
        "steps": [("Captured", "00:10", "done"), ("Placed", "2 of 4", "bad"), ("Shipped", "", "")],
        "payload": {"id": 5561203384, "access_token": "shpat_1", "lines": [{"sku": "A-1"}]},
    }


def sample_tabs() -> list[dict[str, Any]]:
    """Tabs with every tone of count."""
    return [
        {"label": "All", "url": "?", "active": True, "count": 500, "tone": ""},
        {"label": "Needs work", "url": "?", "active": False, "count": 23, "tone": "bad"},
        {"label": "Not placed", "url": "?", "active": False, "count": 51, "tone": "warn"},
        {"label": "Delivered", "url": "?", "active": False, "count": 0, "tone": "bad"},
    ]


def sample_events() -> list[dict[str, Any]]:
    """A timeline with every tone."""
    now = timezone.now()
    rows = [
        ("", "Looked up PARTNER-northside-1044: no item with this SKU.", "Mia Berg", 12, ""),
        ("ok", "Shipped by Blue Door Roasters.", "Blue Door Roasters", 180, ""),
        ("bad", "East 3PL rejected CD-1 after 5 attempts.", "Crossdock", 240, "400 Bad Request"),
        ("warn", "East 3PL answered 429, tried again after 4 s.", "Crossdock", 241, ""),
        ("info", "Placed with East 3PL.", "Crossdock", 242, ""),
    ]
    return [
        {
            "tone": tone,
            "text": text,
            "actor": actor,
            "at": now - timedelta(minutes=age),
            "detail": detail,
        }
        for tone, text, actor, age, detail in rows
    ]


def sample_lines(now: datetime) -> list[StepLine]:
    """Six locations, the last one only shown."""
    places = ("Oakland", "Portland", "Reno", "Austin", "Our shelf", "SellerCloud")
    days = [now - timedelta(days=89 - n) for n in range(0, 90, 6)]
    return [
        StepLine(
            name,
            [(day, 60 - 8 * row - (step * (row + 3)) % 23) for step, day in enumerate(days)],
            "shown, never counted" if row == 5 else "",
            row == 5,
        )
        for row, name in enumerate(places)
    ]
