from dataclasses import replace

import pytest

from inventory.brake import Limits, Snapshot, find_fault

CALM = Snapshot(
    asked=100, rows=100, rejected=0, known=100, missing=0, units=1000, in_stock=100, moves=[]
)


def code(snapshot: Snapshot, limits: Limits | None = None) -> str:
    fault = find_fault(snapshot, limits)
    return fault[0] if fault else ""


def test_a_calm_snapshot_passes() -> None:
    assert code(CALM) == ""
    assert code(replace(CALM, moves=[(10, 8)] * 100)) == ""


def test_an_empty_answer_is_stopped_unless_nothing_was_asked() -> None:
    assert code(replace(CALM, rows=0)) == "empty"
    assert code(replace(CALM, rows=0, asked=0)) == ""


@pytest.mark.parametrize(("rejected", "fault"), [(5, ""), (6, "rejected")])
def test_more_than_5_percent_rejected_rows_stop_it(rejected: int, fault: str) -> None:
    assert code(replace(CALM, rejected=rejected)) == fault


def test_one_rejected_row_of_a_small_partner_stops_nothing() -> None:
    assert code(replace(CALM, rows=4, rejected=1)) == ""
    assert code(replace(CALM, rows=4, rejected=2)) == "rejected"


@pytest.mark.parametrize(("missing", "fault"), [(20, ""), (21, "incomplete")])
def test_an_answer_with_less_than_80_percent_is_stopped(missing: int, fault: str) -> None:
    assert code(replace(CALM, missing=missing)) == fault


@pytest.mark.parametrize(("zeroed", "fault"), [(20, ""), (21, "zeroed")])
def test_more_than_20_percent_going_to_zero_is_stopped(zeroed: int, fault: str) -> None:
    assert code(replace(CALM, moves=[(1, 0)] * zeroed)) == fault


def test_four_skus_may_sell_out_at_once() -> None:
    assert code(replace(CALM, in_stock=4, units=8, moves=[(2, 0)] * 4)) == ""


@pytest.mark.parametrize(("after", "fault"), [(5, ""), (4, "lost")])
def test_more_than_half_of_all_units_gone_is_stopped(after: int, fault: str) -> None:
    assert code(replace(CALM, moves=[(10, after)] * 100)) == fault


@pytest.mark.parametrize(("count", "fault"), [(50, ""), (51, "moved")])
def test_half_of_the_skus_doubling_is_stopped(count: int, fault: str) -> None:
    assert code(replace(CALM, moves=[(10, 21)] * count)) == fault


def test_going_below_zero_is_going_to_zero() -> None:
    assert code(replace(CALM, moves=[(1, -1)] * 21)) == "zeroed"


def test_restocking_everything_is_not_suspicious() -> None:
    assert code(replace(CALM, in_stock=0, units=0, moves=[(0, 50)] * 100)) == ""


def test_limits_can_be_set() -> None:
    assert code(replace(CALM, missing=21), Limits(most_missing=0.5)) == ""
