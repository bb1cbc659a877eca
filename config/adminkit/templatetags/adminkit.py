"""Template tags of the kit; the markup itself is in parts.py and templates/adminkit/."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.contrib.admin.templatetags.admin_list import (
    result_headers,
    result_hidden_fields,
    results,
)
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.forms import BoundField, CheckboxInput
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe

from config.adminkit import charts, live, parts
from config.adminkit.empty import explain_empty
from config.adminkit.step_lines import StepLine

register = template.Library()

for part in (
    parts.icon,
    parts.badge,
    parts.when,
    parts.money,
    parts.copyable,
    parts.diff,
    parts.strip,
    parts.json_block,
):
    register.simple_tag(part)


@register.inclusion_tag("adminkit/tabs.html")
def tabs(items: Sequence[dict[str, Any]], label: str = "Views") -> dict[str, Any]:
    """items: [{label, url, active, count, tone}]"""
    return {"items": items, "label": label}


@register.inclusion_tag("adminkit/timeline.html")
def timeline(events: Sequence[dict[str, Any]], key: str = "tl") -> dict[str, Any]:
    """events: [{at, text, actor, tone, detail, url, link}]"""
    errors = sum(event.get("tone") == "bad" for event in events)
    return {"events": events, "key": key, "errors": errors}


@register.inclusion_tag("adminkit/spark.html")
def spark(
    points: Sequence[charts.Point], width: int = 120, height: int = 28, label: str = "Trend"
) -> dict[str, Any]:
    """A sparkline of numbers, or of (name, number)."""
    return charts.spark_shape(points, width, height, label)


@register.inclusion_tag("adminkit/bars.html")
def bars(
    days: Sequence[tuple[str, float]],
    width: int = 560,
    height: int = 120,
    label: str = "Orders per day",
) -> dict[str, Any]:
    """days: [(label, value)]. The last one is today."""
    return charts.bars_shape(days, width, height, label)


@register.inclusion_tag("adminkit/plot.html")
def plot(
    lines: Sequence[StepLine],
    start: datetime,
    end: datetime,
    label: str = "Trend",
    unit: str = "units",
) -> dict[str, Any]:
    """Step lines over days, with a legend and a table. The right end is now."""
    return charts.plot_shape(lines, start, end, label, unit)


@register.inclusion_tag("adminkit/stat.html")
def stat(
    label: str, value: Any, note: str = "", url: str = "", tone: str = "", icon: str = ""
) -> dict[str, Any]:
    """One number of a row of numbers; words in its place are set smaller, to keep one line."""
    read = strip_tags(str(value))
    kind = "words" if " " in read and any(letter.isalpha() for letter in read) else ""
    shown = {"label": label, "value": value, "kind": kind, "note": note, "url": url}
    return {**shown, "tone": tone, "icon": icon}


@register.inclusion_tag("adminkit/empty.html")
def empty(
    title: str, text: str, button: str = "", url: str = "", icon: str = "inbox"
) -> dict[str, Any]:
    """Empty state: one heading, one sentence, at most one button."""
    return {"title": title, "text": text, "button": button, "url": url, "icon": icon}


@register.inclusion_tag("adminkit/live_note.html", takes_context=True)
def live_note(context: Context, cl: ChangeList) -> dict[str, Any]:
    """How many rows joined an open list; nothing where that says nothing."""
    admin: Any = cl.model_admin
    return {"live": live.live_note(admin, context["request"], cl)}


@register.inclusion_tag("adminkit/empty.html", takes_context=True)
def empty_list(context: Context, cl: ChangeList) -> dict[str, Any]:
    """Why a list shows nothing, and the one next step."""
    return explain_empty(cl.model_admin, context["request"], cl)._asdict()


@register.simple_block_tag
def card(content: str, title: str = "", note: str = "", cls: str = "", id: str = "") -> str:  # noqa: A002
    """A card with an optional head."""
    data = {"content": content, "title": title, "note": note, "cls": cls, "id": id}
    return render_to_string("adminkit/card.html", data)


@register.simple_block_tag
def banner(content: str, tone: str = "bad") -> str:
    """A banner across the page: bad, warn, ok, info or mute."""
    return render_to_string("adminkit/banner.html", {"content": content, "tone": tone})


@register.simple_block_tag
def menu(content: str, label: str, icon: str = "", cls: str = "", quiet: bool = False) -> str:
    """A button that opens a menu."""
    data = {"content": content, "label": label, "icon": icon, "cls": cls, "quiet": quiet}
    return render_to_string("adminkit/menu.html", data)


@register.simple_block_tag(takes_context=True)
def dialog(
    context: Context,
    content: str,
    id: str,  # noqa: A002
    title: str,
    submit: str,
    action: str = "",
    danger: bool = False,
) -> str:
    """A dialog with a POST form, opened by a button with popovertarget=id."""
    data = {
        "content": content,
        "id": id,
        "title": title,
        "submit": submit,
        "action": action,
        "danger": danger,
        "csrf_token": context.get("csrf_token"),
    }
    return render_to_string("adminkit/dialog.html", data)


@register.inclusion_tag("admin/change_list_results.html")
def kit_result_list(cl: ChangeList) -> dict[str, Any]:
    """Django's result list plus the classes each column asked for with @column(...)."""
    classes = [_column_css(cl, name) for name in cl.list_display]
    headers = list(result_headers(cl))
    for header, extra in zip(headers, classes, strict=False):
        header["class_attrib"] = _add_class(header.get("class_attrib", ""), extra)
    rows = [
        [_add_class(cell, extra) for cell, extra in zip(row, classes, strict=False)]
        for row in results(cl)
    ]
    return {
        "cl": cl,
        "result_hidden_fields": list(result_hidden_fields(cl)),
        "result_headers": headers,
        "results": rows,
    }


@register.inclusion_tag("adminkit/bulk.html", takes_context=True)
def bulk_bar(context: Context, cl: ChangeList) -> dict[str, Any]:
    """Every admin action of the list as a button, shown once rows are ticked."""
    actions = cl.model_admin.get_actions(context["request"])
    found = [(action[1], action[2]) for action in actions.values() if action]
    return {"cl": cl, "bulk": found}


@register.inclusion_tag("adminkit/action_buttons.html", takes_context=True)
def action_buttons(context: Context) -> dict[str, Any]:
    """Buttons of a detail page's head: plain ones, the More menu, the primary one last."""
    return {
        "buttons": context.get("detail_buttons"),
        "opts": context.get("opts"),
        "original": context.get("original"),
    }


@register.inclusion_tag("adminkit/action_dialogs.html", takes_context=True)
def action_dialogs(context: Context) -> dict[str, Any]:
    """The dialogs of those buttons, and the form the plain ones post."""
    return {
        "buttons": context.get("detail_buttons"),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("adminkit/action_button.html", takes_context=True)
def action_button(
    context: Context, name: str, cls: str = "small", obj: Model | None = None
) -> dict[str, Any]:
    """One button by its name, anywhere on a detail page; nothing if it is not possible.

    With `obj` it is the button of another row, whose question comes as a page.
    """
    buttons = context.get("detail_buttons") or {}
    if obj is None or obj == buttons.get("obj"):
        return {"button": buttons.get("all", {}).get(name), "cls": cls}
    make = getattr(context["kit"]["site"]._registry.get(type(obj)), "other_button", None)
    return {"button": make and make(context["request"], name, obj), "cls": cls}


@register.filter
def active_choice(choices: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """The chosen option of a list filter, or None while it says All."""
    return next((choice for choice in list(choices)[1:] if choice.get("selected")), None)


@register.simple_tag
def page_span(cl: Any) -> SafeString:
    """1-50 of 1,204."""
    is_all = cl.show_all or not cl.multi_page
    first = 1 if is_all else (cl.page_num - 1) * cl.list_per_page + 1
    last = first + len(cl.result_list) - 1
    span = f"{first:,}–{last:,}"  # noqa: RUF001
    return format_html("<b>{}</b> of {}", span, cl.count_words)


@register.filter
def without_style(html: str) -> SafeString:
    """The diff of an import row brings inline styles, which the page policy forbids."""
    return mark_safe(re.sub(r'(<(?:ins|del|span)) style="[^"]*"', r"\1", conditional_escape(html)))


@register.filter
def is_checkbox(bound: BoundField) -> bool:
    """Whether the field is one box to tick, whose label comes after it."""
    return isinstance(bound.field.widget, CheckboxInput)


def _column_css(cl: ChangeList, name: Any) -> str:
    attribute = name if callable(name) else getattr(cl.model_admin, name, None)
    css: str = getattr(attribute, "css", "")
    return css or getattr(cl.model_admin, "column_css", {}).get(name, "")


def _add_class(html: Any, extra: str) -> Any:
    return mark_safe(str(html).replace('class="', f'class="{extra} ', 1)) if extra else html
