"""Numbers that hold until the next one, over days: the lines of a plot, thinned to its pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

from django.utils import timezone

LEFT, RIGHT, TOP, FOOT = 44, 8, 18, 22
Points = Sequence[tuple[datetime, int]]


@dataclass(frozen=True)
class StepLine:
    """What one thing was worth, oldest first; before its first point it was not there.

    A `quiet` one is dotted: it is shown beside the others, and says so in `note`.
    """

    name: str
    points: Points
    note: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Frame:
    """From when to when, from what to what, on so many pixels."""

    start: datetime
    end: datetime
    low: int
    high: int
    width: int
    height: int

    def x(self, at: datetime) -> int:
        """The pixel of a moment."""
        share = (at - self.start) / (self.end - self.start)
        return round(LEFT + min(1.0, max(0.0, share)) * (self.width - LEFT - RIGHT))

    def y(self, value: int) -> float:
        """The height of a value."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.height - FOOT - share * (self.height - FOOT - TOP), 1)


def path_of(points: Points, frame: Frame) -> str:
    """A step line as an SVG path: at most one column a pixel, from its lowest to its highest."""
    columns = list(_columns(points, frame))
    if not columns:
        return ""
    x, values = columns[0]
    parts = [f"M{x} {frame.y(values[-1])}"]
    for x, values in columns[1:]:
        parts.append(f"H{x}")
        turns = [min(values), max(values), values[-1]] if len(values) > 2 else values
        parts += [f"V{frame.y(value)}" for value in turns]
    return "".join([*parts, f"H{frame.x(frame.end)}"])


def _columns(points: Points, frame: Frame) -> Iterable[tuple[int, list[int]]]:
    """The values that fall on each pixel, in their order."""
    found: dict[int, list[int]] = {}
    for at, value in points:
        found.setdefault(frame.x(at), []).append(value)
    return found.items()


def frame_of(
    lines: Sequence[StepLine], start: datetime, end: datetime, size: tuple[int, int]
) -> Frame:
    """Around all the lines, from 0 if nothing is below it."""
    values = [value for line in lines for _, value in line.points]
    low, high = min([0, *values]), max([1, *values])
    step = nice_step(high - low)
    return Frame(start, end, floor(low / step) * step, ceil(high / step) * step, *size)


def nice_step(span: int) -> int:
    """1, 2, 5, 10 ...: what makes at most six lines of a grid."""
    rough = max(1.0, span / 5)
    size = 10 ** floor(log10(rough))
    return max(1, next(int(n * size) for n in (1, 2, 5, 10) if n * size >= rough))


def levels_of(frame: Frame) -> list[tuple[float, str]]:
    """Height and number of each line of the grid."""
    step = nice_step(frame.high - frame.low)
    return [(frame.y(n), f"{n:,}") for n in range(frame.low, frame.high + 1, step)]


def days_of(frame: Frame, gap: int) -> list[tuple[int, str]]:
    """Pixel and name of the days below it, so many apart; the last is today."""
    today = timezone.localtime(frame.end).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    day = today - timedelta(days=gap)
    while day >= frame.start:
        found.append((frame.x(day), f"{day:%b} {day.day}"))
        day -= timedelta(days=gap)
    return [*reversed(found), (frame.x(frame.end), "Today")]


def closings(
    lines: Sequence[StepLine], start: datetime, end: datetime
) -> list[tuple[str, list[int | None]]]:
    """What each was worth at the end of each day with a change, newest first; None: not there."""
    by_day = [{timezone.localtime(at).date(): value for at, value in line.points} for line in lines]
    days = {timezone.localtime(start).date(), timezone.localtime(end).date()}.union(*by_day)
    now: list[int | None] = [None] * len(lines)
    rows = []
    for day in sorted(days):
        now = [found.get(day, known) for found, known in zip(by_day, now, strict=True)]
        rows.append((f"{day:%b} {day.day}, {day.year}", now))
    return rows[::-1]


def sum_of(lines: Sequence[StepLine]) -> Points:
    """The sum of several lines, a point for each change of any of them."""
    now = [0] * len(lines)
    changes = sorted(
        (at, number, value) for number, line in enumerate(lines) for at, value in line.points
    )
    found: dict[datetime, int] = {}
    for at, number, value in changes:
        now[number] = value
        found[at] = sum(now)
    return list(found.items())
