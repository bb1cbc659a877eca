"""Lines of numbers that hold until the next one: where they go, and how they are thinned."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template

from config.adminkit.step_lines import (
    LEFT,
    Frame,
    StepLine,
    closings,
    days_of,
    frame_of,
    levels_of,
    nice_step,
    path_of,
    sum_of,
)

NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
START = datetime(2026, 8, 30, tzinfo=UTC)
FRAME = Frame(START, NOW, 0, 100, LEFT + 8 + 900, 140)


def day(number: int, hour: int = 0) -> datetime:
    return START + timedelta(days=number, hours=hour)


def test_a_line_goes_on_level_and_then_up_or_down():
    frame = Frame(START, START + timedelta(days=10), 0, 100, LEFT + 8 + 100, 140)
    path = path_of([(START, 100), (day(5), 0), (day(10), 50)], frame)
    assert path == "M44 18.0H94V118.0H144V68.0H144"


def test_thousands_of_changes_become_one_column_a_pixel():
    points = [(START + timedelta(minutes=10 * n), n % 97) for n in range(12_900)]
    path = path_of(points, FRAME)
    assert path.count("H") <= 902
    assert path.count("V") <= 3 * 900


def test_what_was_lowest_and_highest_within_a_pixel_is_kept():
    frame = Frame(START, NOW, 0, 100, LEFT + 8 + 90, 140)
    dip = [(day(0), 50), (day(30), 50), (day(30, 1), 0), (day(30, 2), 100), (day(30, 3), 50)]
    path = path_of(dip, frame)
    assert re.findall(r"V([\d.]+)", path) == ["118.0", "18.0", "68.0"]


def test_what_was_not_there_yet_begins_later():
    assert path_of([(day(45), 10)], FRAME).startswith(f"M{FRAME.x(day(45))} ")
    assert FRAME.x(day(45)) > LEFT
    assert path_of([], FRAME) == ""


@pytest.mark.parametrize(
    ("values", "low", "high", "texts"),
    [
        ([0, 0], 0, 1, ["0", "1"]),
        ([3, 7], 0, 8, ["0", "2", "4", "6", "8"]),
        ([117, 210], 0, 250, ["0", "50", "100", "150", "200", "250"]),
        ([-3, 4], -4, 4, ["-4", "-2", "0", "2", "4"]),
        ([1_000_000], 0, 1_000_000, None),
    ],
)
def test_the_grid_has_round_numbers_around_all_values(values, low, high, texts):
    line = StepLine("Oakland", [(day(n), value) for n, value in enumerate(values)])
    frame = frame_of([line], START, NOW, (760, 220))
    assert (frame.low, frame.high) == (low, high)
    if texts:
        assert [text for _, text in levels_of(frame)] == texts


@pytest.mark.parametrize("span", [1, 2, 3, 9, 99, 12_345, 9_999_999])
def test_the_grid_has_at_most_six_steps(span):
    assert 1 <= span / nice_step(span) <= 6


def test_today_is_at_the_right_and_days_go_back_from_it():
    days = days_of(FRAME, 30)
    assert [text for _, text in days] == ["Sep 28", "Oct 28", "Today"]
    assert days[-1][0] == FRAME.x(NOW) == FRAME.width - 8


def test_the_table_has_each_day_with_a_change_and_what_it_ended_with():
    lines = [
        StepLine("Oakland", [(START, 5), (day(3, 1), 9), (day(3, 2), 7)]),
        StepLine("Reno", [(day(4), 2)]),
    ]
    assert closings(lines, START, NOW) == [
        ("Nov 27, 2026", [7, 2]),
        ("Sep 3, 2026", [7, 2]),
        ("Sep 2, 2026", [7, None]),
        ("Aug 30, 2026", [5, None]),
    ]


def test_several_lines_add_up_at_each_change():
    lines = [
        StepLine("A", [(day(0), 5), (day(2), 7)]),
        StepLine("B", [(day(1), 10), (day(2), 1)]),
    ]
    assert list(sum_of(lines)) == [(day(0), 5), (day(1), 15), (day(2), 8)]


def test_a_plot_has_both_widths_a_legend_and_a_table_behind_it():
    lines = [
        StepLine("Oakland", [(START, 5), (NOW, 7)]),
        StepLine("<Reno>", [(day(2), 1)], "shown, never counted", quiet=True),
    ]
    page = Template("{% load adminkit %}{% plot lines since now 'Units' %}")
    html = page.render(Context({"lines": lines, "since": START, "now": NOW}))
    assert re.findall(r'<svg class="(\w+)" viewBox="0 0 (\d+)', html) == [
        ("wide", "760"),
        ("narrow", "340"),
    ]
    assert html.count('<path class="p-2 quiet"') == 2
    assert "&lt;Reno&gt; <span class" in html
    assert '<th scope="row" class="nowrap">Aug 30, 2026</th><td class="num">5</td>' in html
    assert "style=" not in html
