"""Which purchase orders a run asks for, and how far the next one may rely on it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.models import Connection
from integrations.types import PurchaseOrderQuery
from inventory.services.purchase_query import query_of
from tests.catalog.builders import NOW
from tests.inventory.purchasing import line, make_erp, order, sync

MARK = {"updated": "2026-11-19T09:00:00+00:00"}


@pytest.fixture
def erp(db: None) -> Connection:
    return make_erp()


def test_the_first_run_asks_for_everything() -> None:
    assert query_of({}, {}) == PurchaseOrderQuery()


def test_a_later_run_asks_for_what_changed_with_an_overlap_no_zone_can_fall_out_of() -> None:
    updated_from = datetime(2026, 11, 18, 7, tzinfo=UTC)
    assert query_of({}, MARK) == PurchaseOrderQuery(updated_from=updated_from)
    assert query_of({"dry_run": True}, MARK) == PurchaseOrderQuery(updated_from=updated_from)


def test_a_full_run_asks_for_everything_whatever_was_read_before() -> None:
    assert query_of({"full": True}, MARK) == PurchaseOrderQuery()


def test_what_was_chosen_is_asked_and_nothing_else_narrows_it() -> None:
    params = {
        "created_from": "2026-11-01T00:00:00+00:00",
        "created_to": "2026-11-20T23:59:59.999999+00:00",
        "updated_to": "2026-11-20T09:30:00+02:00",
        "statuses": ["ordered", "pending"],
    }
    assert query_of(params, MARK) == PurchaseOrderQuery(
        created_from=datetime(2026, 11, 1, tzinfo=UTC),
        created_to=datetime(2026, 11, 20, 23, 59, 59, 999999, tzinfo=UTC),
        updated_to=datetime(2026, 11, 20, 7, 30, tzinfo=UTC),
        statuses=("ordered", "pending"),
    )


def test_since_is_the_beginning_of_the_changes() -> None:
    asked = query_of({"since": "2026-11-20T09:00:00+00:00"}, MARK)
    assert asked == PurchaseOrderQuery(updated_from=datetime(2026, 11, 20, 9, tzinfo=UTC))


@pytest.mark.parametrize("params", [{}, {"full": True}])
def test_a_complete_good_run_moves_the_watermark_to_its_beginning(
    erp: Connection, params: dict[str, Any]
) -> None:
    assert sync(erp, order(1), watermark=MARK, **params).watermark == {"updated": NOW.isoformat()}


@pytest.mark.parametrize(
    "params",
    [
        {"statuses": ["ordered"]},
        {"created_from": "2026-11-01T00:00:00+00:00"},
        {"updated_to": "2026-11-30T00:00:00+00:00"},
        {"since": "2026-11-01T00:00:00+00:00"},
        {"dry_run": True},
    ],
)
def test_a_run_of_some_or_a_dry_one_leaves_the_watermark(
    erp: Connection, params: dict[str, Any]
) -> None:
    assert sync(erp, order(1), watermark=MARK, **params).watermark == MARK


def test_a_run_with_a_refused_order_leaves_the_watermark(erp: Connection) -> None:
    run = sync(erp, order(1), order(2, line(1, "MUG", -1)), watermark=MARK)
    assert run.watermark == MARK


def test_an_empty_answer_to_what_changed_is_good_news(erp: Connection) -> None:
    sync(erp, order(1))
    run = sync(erp, watermark=MARK)
    assert run.provider.asked[0].updated_from == NOW - timedelta(days=1, hours=26)
    assert run.watermark == {"updated": NOW.isoformat()}
