"""The rows of a file on the page of its import: tabs by outcome, and what changes cell by cell."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest

from integrations.admin.import_pages import by_column
from integrations.models import ImportJob, ImportRow

Row = ImportRow
SHOWN = 100
WRITES = [Row.Action.CREATE, Row.Action.UPDATE]
TABS: list[tuple[str, str, Q, str]] = [
    ("error", "Mistakes", Q(action=Row.Action.ERROR), "bad"),
    ("refused", "Refused", Q(outcome=Row.Outcome.REFUSED), "bad"),
    ("created", "Created", Q(action=Row.Action.CREATE, outcome=Row.Outcome.DONE), "ok"),
    ("updated", "Updated", Q(action=Row.Action.UPDATE, outcome=Row.Outcome.DONE), ""),
    ("create", "Create", Q(action=Row.Action.CREATE), ""),
    ("update", "Update", Q(action=Row.Action.UPDATE), ""),
    ("left", "Not done", Q(action__in=WRITES, outcome=Row.Outcome.WAITING), ""),
    ("unchanged", "Unchanged", Q(action=Row.Action.UNCHANGED), ""),
]
BEFORE = ("error", "create", "update", "unchanged")
AFTER = ("refused", "error", "created", "updated", "left", "unchanged")


def chosen_tab(asked: str, keys: tuple[str, ...], counts: dict[str, int]) -> str:
    """What was asked for, or else the first that has rows."""
    if asked in keys:
        return asked
    return next((key for key in keys if counts.get(key)), keys[0])


def tabs_of(tab: str, keys: tuple[str, ...], counts: dict[str, int]) -> list[dict[str, Any]]:
    """One tab per outcome."""
    named = {key: (label, tone) for key, label, _, tone in TABS}
    return [
        {
            "label": named[key][0],
            "url": f"?show={key}",
            "active": key == tab,
            "count": counts.get(key, 0),
            "tone": named[key][1],
        }
        for key in keys
    ]


def page_of_rows(request: HttpRequest, job: ImportJob, tab: str) -> dict[str, Any]:
    """A page of rows of that kind, with what changes cell by cell."""
    rule = next(rule for key, _, rule, _ in TABS if key == tab)
    rows = ImportRow.objects.filter(rule, job=job).order_by("number")
    page = Paginator(rows, SHOWN).get_page(request.GET.get("p"))
    shown = [
        {
            "row": row,
            "changes": [(name, *pair) for name, pair in by_column(job, row.changes)],
            "errors": by_column(job, row.errors),
            "word": word_of(row),
        }
        for row in page.object_list
    ]
    return {"rows": shown, "page": page, "tab": tab}


def word_of(row: ImportRow) -> str:
    """What came of it, or would come of it."""
    if row.outcome == Row.Outcome.REFUSED:
        return "Refused"
    if row.outcome == Row.Outcome.DONE:
        return "Created" if row.action == Row.Action.CREATE else "Updated"
    return row.get_action_display()
