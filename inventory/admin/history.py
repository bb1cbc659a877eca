"""The last 90 days of a variant: a line for each location, for the plot of its page."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from catalog.models import Variant
from config.adminkit.step_lines import StepLine, sum_of
from inventory.admin.counting_rules import is_counted, place_name
from inventory.models import StockChange, StockLevel

DAYS = 90
MOST_LINES = 6
Point = tuple[datetime, int]


def plot_of(variant: Variant, levels: Sequence[StockLevel], now: datetime) -> dict[str, Any]:
    """`lines` of available units from `start` to `end`, today; by one query."""
    first = timezone.localtime(now) - timedelta(days=DAYS - 1)
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    changes = StockChange.objects.filter(variant=variant, at__gte=start, at__lte=now)
    found: dict[int, list[tuple[datetime, int | None, int]]] = defaultdict(list)
    rows = changes.order_by("at", "pk").values_list("level_id", "at", "before", "after")
    for level_id, at, before, after in rows.iterator():
        found[level_id].append((at, before, after))
    lines = [_line(level, found[level.pk], start, now) for level in _in_order(levels)]
    return {"lines": _at_most(lines), "start": start, "end": now, "changes": len(found)}


def _in_order(levels: Sequence[StockLevel]) -> list[StockLevel]:
    """What counts first, then by how much there is."""
    return sorted(levels, key=lambda level: (not is_counted(level), -level.available, level.pk))


def _line(
    level: StockLevel,
    changes: Sequence[tuple[datetime, int | None, int]],
    start: datetime,
    now: datetime,
) -> StepLine:
    """From what it was when the 90 days began, or from when it was first seen, until now."""
    points: list[Point] = [(at, after) for at, _, after in changes]
    opening = changes[0][1] if changes else level.available
    if changes and opening is not None:
        points.insert(0, (start, opening))
    if not changes:
        points = [(max(start, level.created_at), level.available)]
    counted = is_counted(level)
    note = "" if counted else "shown, never counted"
    return StepLine(place_name(level), [*points, (now, level.available)], note, not counted)


def _at_most(lines: list[StepLine]) -> list[StepLine]:
    """No more than can be told apart: the rest is one line with their sum."""
    if len(lines) <= MOST_LINES:
        return lines
    rest = lines[MOST_LINES - 1 :]
    quiet = all(line.quiet for line in rest)
    note = "shown, never counted" if quiet else "together"
    return [*lines[: MOST_LINES - 1], StepLine(f"{len(rest)} others", sum_of(rest), note, quiet)]
