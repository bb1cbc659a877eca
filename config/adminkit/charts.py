"""Geometry of the small charts: plain numbers, the templates draw them as SVG."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from config.adminkit.step_lines import (
    StepLine,
    closings,
    days_of,
    frame_of,
    levels_of,
    path_of,
)

RUN_WORDS = {
    "ok": "completed",
    "warn": "partial",
    "bad": "failed",
    "mute": "skipped",
    "info": "running",
}


def strip_shape(tones: Sequence[str]) -> dict[str, Any]:
    """Bars of a run strip, from tones, oldest first, at most 24."""
    parts = [f"{tones.count(tone)} {word}" for tone, word in RUN_WORDS.items() if tone in tones]
    return {
        "bars": [{"x": index * 5, "tone": tone} for index, tone in enumerate(tones)],
        "width": max(1, len(tones) * 5 - 2),
        "label": f"Last {len(tones)} runs: {', '.join(parts) or 'none yet'}",
    }


Point = float | tuple[str, float]


def spark_shape(given: Sequence[Point], width: int, height: int, label: str) -> dict[str, Any]:
    """Line, area and end point of a sparkline, and its rows (name, value) for who cannot see it.

    A point is a number, or a name and a number; without names they are counted.
    """
    rows = [
        one if isinstance(one, tuple) else (str(number), one)
        for number, one in enumerate(given or [0], start=1)
    ]
    points = [value for _, value in rows]
    low, high = min(points), max(points)
    step, scale = (width - 4) / max(1, len(points) - 1), (height - 6) / ((high - low) or 1)
    places = [
        (round(index * step, 1), round(height - 3 - (point - low) * scale, 1))
        for index, point in enumerate(points)
    ]
    line = " ".join(f"{x},{y}" for x, y in places)
    return {
        "line": line,
        "area": f"0,{height} {line} {width - 4},{height}",
        "width": width,
        "height": height,
        "end": places[-1],
        "label": f"{label}: from {points[0]} to {points[-1]}",
        "rows": rows,
    }


def bars_shape(
    days: Sequence[tuple[str, float]], width: int, height: int, label: str
) -> dict[str, Any]:
    """Bars with a number on top and a name below. The last one is today."""
    high = max((value for _, value in days), default=0) or 1
    step, plot = width / max(1, len(days)), height - 34
    items = [
        {
            "x": round(index * step + step * 0.18, 1),
            "w": round(step * 0.64, 1),
            "y": round(16 + plot - value / high * plot, 1),
            "text_y": round(11 + plot - value / high * plot, 1),
            "h": round(value / high * plot, 1),
            "mid": round(index * step + step / 2, 1),
            "label": day,
            "value": value,
            "today": index == len(days) - 1,
        }
        for index, (day, value) in enumerate(days)
    ]
    return {
        "items": items,
        "width": width,
        "height": height,
        "base": height - 18,
        "foot": height - 4,
        "label": label,
    }


WIDE, NARROW = (760, 220), (340, 200)


def plot_shape(
    lines: Sequence[StepLine], start: datetime, end: datetime, label: str, unit: str
) -> dict[str, Any]:
    """Step lines on a wide and on a narrow screen, their legend, and the table behind them."""
    shapes = []
    for css, size, gap in (("wide", WIDE, 15), ("narrow", NARROW, 30)):
        frame = frame_of(lines, start, end, size)
        paths = [
            (number, line.quiet, path_of(line.points, frame)) for number, line in _numbered(lines)
        ]
        shapes.append(
            {
                "css": css,
                "width": frame.width,
                "height": frame.height,
                "left": frame.x(start),
                "right": frame.x(end),
                "foot": frame.height - 6,
                "paths": [path for path in paths if path[2]],
                "levels": levels_of(frame),
                "days": days_of(frame, gap),
            }
        )
    return {
        "shapes": shapes,
        "lines": list(_numbered(lines)),
        "rows": closings(lines, start, end),
        "label": label,
        "unit": unit,
    }


def _numbered(lines: Sequence[StepLine]) -> Iterable[tuple[int, StepLine]]:
    return enumerate(lines, start=1)
