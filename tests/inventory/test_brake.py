from dataclasses import replace

import pytest

from integrations.models import Connection
from inventory.brake import Limits, Snapshot, find_fault, limits_of

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


def test_the_limits_of_a_connection_are_its_own() -> None:
    connection = Connection(
        hold_rejected_pct=1, hold_missing_pct=2, hold_zeroed_pct=3, hold_moved_pct=4
    )
    assert limits_of(connection) == Limits(
        most_rejected=0.01, most_missing=0.02, most_zeroed=0.03, most_lost=0.04, most_swung=0.04
    )
    assert limits_of(Connection()) == Limits()


def test_a_hundred_percent_is_never_except_for_an_empty_answer() -> None:
    never = limits_of(
        Connection(
            hold_rejected_pct=100, hold_missing_pct=100, hold_zeroed_pct=100, hold_moved_pct=100
        )
    )
    worst = replace(CALM, rejected=100, missing=100, moves=[(10, 0)] * 100)
    assert code(worst, never) == ""
    assert code(replace(worst, rows=0), never) == "empty"


def test_nothing_may_change_at_zero_percent_beyond_the_fewest() -> None:
    strict = Limits(most_zeroed=0.0)
    assert code(replace(CALM, moves=[(1, 0)] * 4), strict) == ""
    assert code(replace(CALM, moves=[(1, 0)] * 5), strict) == "zeroed"


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ({"rejected": 9}, "9 of 100 rows cannot be used, more than 5 %, "),
        ({"missing": 30}, "30 of 100 SKUs are not in the answer, more than 20 %, "),
        ({"moves": [(1, 0)] * 21}, "21 of 100 SKUs in stock would go to zero, more than 20 %, "),
        ({"moves": [(10, 4)] * 100}, "600 of 1000 units would be gone, more than 50 %, "),
        (
            {"moves": [(10, 21)] * 51},
            "51 of 100 SKUs in stock would more than double or halve, more than 50 %, ",
        ),
    ],
)
def test_the_sentence_names_the_limit_that_was_passed(seen: dict, sentence: str) -> None:
    fault = find_fault(replace(CALM, **seen))
    assert fault is not None
    assert fault[1] == f"{sentence}your limit for this connection."
