"""Small parts as HTML, for list columns in Python and, through the template tags, for templates."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .badges import tone as tone_of
from .charts import strip_shape
from .icons import icon

__all__ = [
    "ago",
    "badge",
    "copyable",
    "diff",
    "icon",
    "json_block",
    "link",
    "money",
    "strip",
    "two_lines",
    "when",
]

NOTHING = mark_safe('<span class="q">—</span>')
MAY_BE_CUT = 24  # characters that fit into a narrow card beside their label
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
SECRET_WORDS = ("token", "secret", "password", "authorization", "api_key", "apikey", "signature")


def badge(word: object, force: str | None = None) -> SafeString:
    """A status word in its tone; `force` overrules the map: ok, info, warn, bad or mute."""
    return format_html('<span class="badge {}">{}</span>', force or tone_of(word), word)


def ago(at: datetime, now: datetime | None = None) -> str:
    """4 min ago, in 5 h, Nov 14. Short, because the exact time is on hover."""
    seconds = int(((now or timezone.now()) - at).total_seconds())
    size = abs(seconds)
    if size < 45:
        return "just now" if seconds >= 0 else "in a moment"
    for limit, step, unit in ((3600, 60, "min"), (86400, 3600, "h"), (7 * 86400, 86400, "d")):
        if size < limit:
            text = f"{max(1, round(size / step))} {unit}"
            return f"{text} ago" if seconds > 0 else f"in {text}"
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localtime(now).year else f", {local.year}"
    return f"{local:%b} {local.day}{year}"


def when(at: datetime | None, exact: bool = False) -> SafeString:
    """A time, relative or exact, with the full time and zone on hover."""
    if not at:
        return NOTHING
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        f"{local:%b %d, %Y, %H:%M:%S %Z}",
        f"{local:%b %d, %H:%M}" if exact else ago(at),
    )


def money(value: Decimal | str | float | None, currency: str = "USD") -> SafeString:
    """An amount with its currency sign; None is a dash."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    sign = SIGNS.get(currency, f"{currency} ")
    minus = "−" if amount < 0 else ""  # noqa: RUF001 - the real minus sign lines up with digits
    return format_html('<span class="money">{}{}{}</span>', minus, sign, f"{abs(amount):,.2f}")


def copyable(text: object, shown: object = None) -> SafeString:
    """A value with a copy button. `shown` is what is read, `text` what is copied."""
    if text in (None, ""):
        return mark_safe("")
    value = format_html('="{}"', text) if shown not in (None, "", text) else ""
    is_long = shown is None and len(str(text)) > MAY_BE_CUT
    return format_html(
        '<span class="copy"><code{}>{}</code>'
        '<button type="button" data-copy{} aria-label="Copy"></button></span>',
        format_html(' title="{}"', text) if is_long else "",
        shown or text,
        value,
    )


def diff(before: Any, after: Any) -> SafeString:
    """Before and after, with the difference when both are numbers."""
    numbers = all(isinstance(v, int | float | Decimal) for v in (before, after))
    delta = after - before if numbers else None
    context = {"before": before, "after": after, "delta": delta}
    return mark_safe(render_to_string("adminkit/diff.html", context).strip())


def strip(tones: list[str]) -> SafeString:
    """Strip of the last runs, from tones, oldest first, at most 24."""
    return mark_safe(render_to_string("adminkit/strip.html", strip_shape(tones)).strip())


def link(url: str, text: object, cls: str = "") -> SafeString:
    """A link, or the bare text where there is no address."""
    if not url:
        return format_html("{}", text)
    return format_html(
        '<a href="{}"{}>{}</a>', url, format_html(' class="{}"', cls) if cls else "", text
    )


def two_lines(first: object, second: object) -> SafeString:
    """Two lines in one cell, the second one quiet."""
    return format_html('<span class="two">{}</span><span class="two">{}</span>', first, second)


def json_block(value: Any, redact: bool = True) -> SafeString:
    """Pretty JSON in a block; values under secret-sounding names are masked."""
    shown = hide_secrets(value) if redact else value
    text = (
        shown
        if isinstance(shown, str)
        else json.dumps(shown, indent=2, default=str, ensure_ascii=False)
    )
    return format_html('<pre tabindex="0">{}</pre>', text)


def hide_secrets(value: Any) -> Any:
    """A copy of a JSON value with secrets masked."""
    if isinstance(value, dict):
        return {
            key: "•••"
            if any(word in str(key).lower() for word in SECRET_WORDS)
            else hide_secrets(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [hide_secrets(item) for item in value]
    return value
