"""What an import of purchase orders keeps, changes, refuses and says."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import UnmatchedSku
from integrations.errors import BadResponse
from integrations.models import Connection, ExternalRef, SyncChange
from integrations.services.runs import Held, LeaseLost
from integrations.types import RemoteTracking
from inventory.models import PurchaseOrder, PurchaseOrderLine
from inventory.services import import_purchase_orders as importing
from tests.catalog.builders import (
    NOW,
    counts_of,
    make_run,
    make_variant,
    messages_of,
    notes_of,
)
from tests.inventory.purchasing import Erp, line, make_erp, order, rows, stored, sync


@pytest.fixture
def erp(db: None) -> Connection:
    make_variant("MUG")
    make_variant("CUP")
    return make_erp()


def test_a_new_order_is_kept_with_its_lines_and_what_they_said(erp: Connection) -> None:
    remote = order(
        7, line(1, "MUG", 10, received=4, unit_cost=Decimal("2.5"), title="Mug"),
        line(2, "CUP", 5, expected_on=date(2026, 12, 1)),
        ordered_on=date(2026, 11, 2), expected_on=date(2026, 12, 4), warehouse="Main",
        tracking=(RemoteTracking("1Z9", "UPS", date(2026, 11, 19)),), raw={"ID": 7, "Memo": "x"},
    )  # fmt: skip
    run = sync(erp, remote)
    assert counts_of(run) == {"processed": 1, "created": 1}
    row = PurchaseOrder.objects.get()
    assert (row.connection, row.number, row.status, row.status_raw) == (erp, "PO-7", "ordered", "1")
    assert (row.supplier, row.warehouse, row.total, row.currency) == (
        "Potters", "Main", Decimal("42.5"), "USD",
    )  # fmt: skip
    assert (row.ordered_on, row.expected_on) == (date(2026, 11, 2), date(2026, 12, 4))
    assert row.tracking == [{"number": "1Z9", "carrier": "UPS", "shipped_on": "2026-11-19"}]
    assert (row.ordered_units, row.received_units, row.changed_at) == (15, 4, NOW)
    mug, cup = row.lines.order_by("external_id")
    assert (mug.external_id, mug.variant.sku, mug.title, mug.unit_cost) == (
        "L1", "MUG", "Mug", Decimal("2.5"),
    )  # fmt: skip
    assert (cup.ordered, cup.received, cup.expected_on) == (5, 0, date(2026, 12, 1))
    ref = ExternalRef.objects.get()
    assert (ref.connection, ref.kind, ref.external_id) == (erp, "purchase_order", "7")
    assert (ref.subject, ref.raw, ref.seen_at) == (row, {"ID": 7, "Memo": "x"}, NOW)
    assert notes_of(run) == [("PO-7", "status", "", "ordered", "applied")]


def test_an_unchanged_order_is_read_by_one_query_and_nothing_of_it_is_written(
    erp: Connection,
) -> None:
    said = [order(n) for n in range(1, 40)]
    sync(erp, *said)
    ExternalRef.objects.update(seen_at=None)
    with CaptureQueriesContext(database) as queries:
        run = sync(erp, *said)
    assert counts_of(run) == {"processed": 39, "unchanged": 39}
    assert notes_of(run) == []
    assert ExternalRef.objects.filter(seen_at=None).count() == 39
    sql = [one["sql"] for one in queries if "purchaseorder" in one["sql"]]
    assert [one for one in sql if not one.startswith("SELECT")] == []


def test_what_changed_is_written_to_order_lines_and_ref_and_told_field_by_field(
    erp: Connection,
) -> None:
    sync(erp, order(1, line(1, "MUG", 10), line(2, "CUP", 5)))
    pk = PurchaseOrder.objects.get().pk
    changed = order(
        1, line(1, "MUG", 12, received=3), line(3, "CUP", 8),
        status="pending", status_raw="2", total=Decimal("50"), expected_on=date(2026, 12, 9),
        raw={"ID": 1, "word": "second"},
    )  # fmt: skip
    run = sync(erp, changed)
    assert counts_of(run) == {"processed": 1, "updated": 1}
    assert stored() == {
        "PO-1": ("pending", "Potters", Decimal("50"), [("CUP", 8, 0), ("MUG", 12, 3)])
    }
    row = PurchaseOrder.objects.get()
    assert (row.pk, row.ordered_units, row.received_units) == (pk, 20, 3)
    assert ExternalRef.objects.get().raw == {"ID": 1, "word": "second"}
    assert notes_of(run) == [
        ("PO-1", "status", "ordered", "pending", "applied"),
        ("PO-1", "status_raw", "1", "2", "applied"),
        ("PO-1", "expected_on", "", "2026-12-09", "applied"),
        ("PO-1", "total", "42.50", "50.00", "applied"),
        ("PO-1", "ordered:L1", "10", "12", "applied"),
        ("PO-1", "received:L1", "0", "3", "applied"),
        ("PO-1", "line", "", "8 of CUP", "applied"),
        ("PO-1", "line", "5 of CUP", "", "applied"),
    ]
    assert messages_of(run)[4] == "MUG"


def test_what_only_the_raw_says_updates_the_ref_alone(erp: Connection) -> None:
    sync(erp, order(1, raw={"Memo": "a"}))
    PurchaseOrder.objects.update(changed_at=None)
    run = sync(erp, order(1, raw={"Memo": "b"}))
    assert counts_of(run) == {"processed": 1, "updated": 1}
    assert messages_of(run) == ["Only what is kept as they said it changed."]
    assert ExternalRef.objects.get().raw == {"Memo": "b"}
    assert PurchaseOrder.objects.get().changed_at is None


def test_the_order_of_the_keys_they_send_is_no_change(erp: Connection) -> None:
    sync(erp, order(1, raw={"a": Decimal("1.50"), "b": [1, {"c": 2, "d": 3}]}))
    run = sync(erp, order(1, raw={"b": [1, {"d": 3, "c": 2}], "a": Decimal("1.5")}))
    assert counts_of(run) == {"processed": 1, "unchanged": 1}


def test_an_unknown_status_keeps_what_we_have_and_is_pending_for_a_new_order(
    erp: Connection,
) -> None:
    sync(erp, order(1, status="received", status_raw="3"))
    run = sync(
        erp, order(1, status=None, status_raw="9"), order(2, status=None, status_raw="Limbo")
    )
    statuses = PurchaseOrder.objects.order_by("number").values_list("status", "status_raw")
    assert list(statuses) == [("received", "9"), ("pending", "Limbo")]
    assert counts_of(run) == {"processed": 2, "created": 1, "updated": 1, "skipped": 2}
    assert messages_of(run)[1] == "Its status '9' is not one we know; here it is received."


BAD_LINES = [
    (line(1, "MUG", -1), "Units ordered of MUG: -1 cannot be right."),
    (line(1, "MUG", 2.5), "Units ordered of MUG: '2.5' is not a whole number."),
    (line(1, "MUG", None), "Units ordered of MUG: 'nothing' is not a whole number."),
    (line(1, "MUG", True), "Units ordered of MUG: 'True' is not a whole number."),
    (line(1, "MUG", 10_000_001), "Units ordered of MUG: 10000001 cannot be right."),
    (line(1, "MUG", 5, received=-2), "Units received of MUG: -2 cannot be right."),
    (line(1, "MUG", 5, unit_cost=Decimal("-1")), "Its unit cost of MUG: -1 is not an amount"),
    (line(1, "MUG", 5, unit_cost=Decimal("NaN")), "Its unit cost of MUG: NaN is not an amount"),
    (line(1, "M" * 256, 5), "Its SKU has 256 characters; at most 255 are kept."),
]


@pytest.mark.parametrize(("bad", "sentence"), BAD_LINES)
def test_an_order_with_a_line_nobody_can_use_keeps_its_last_good_state(
    erp: Connection, bad: Any, sentence: str
) -> None:
    sync(erp, order(1))
    before = stored()
    raw = ExternalRef.objects.get().raw
    run = sync(erp, order(1, bad, line(2, "CUP", 3), supplier="Other"))
    assert counts_of(run) == {"processed": 1, "failed": 1}
    assert (stored(), ExternalRef.objects.get().raw) == (before, raw)
    assert notes_of(run) == [("PO-1", "", "", "", "rejected")]
    assert messages_of(run)[0].startswith(sentence)


@pytest.mark.parametrize("total", [Decimal("-0.01"), Decimal("Infinity"), Decimal("1e10"), 3.5])
def test_an_amount_that_cannot_be_right_is_refused_and_nothing_is_stored(
    erp: Connection, total: Any
) -> None:
    run = sync(erp, order(1, total=total), order(2))
    assert counts_of(run) == {"processed": 2, "created": 1, "failed": 1}
    assert list(stored()) == ["PO-2"]


def test_an_order_that_comes_twice_is_kept_once_with_its_last_word(erp: Connection) -> None:
    run = sync(erp, order(1), order(2), order(1, supplier="Later"))
    assert counts_of(run) == {"processed": 3, "created": 2, "skipped": 1}
    assert stored()["PO-1"][1] == "Later"
    assert rows() == (2, 2, 2)


def test_an_older_word_of_the_same_answer_does_not_count(erp: Connection) -> None:
    new = order(1, supplier="New", updated_at=NOW)
    old = order(1, supplier="Old", updated_at=NOW - timedelta(minutes=1))
    run = sync(erp, new, old)
    assert counts_of(run) == {"processed": 2, "created": 1, "skipped": 1}
    assert stored()["PO-1"][1] == "New"


def test_a_bad_word_after_a_good_one_does_not_undo_it(erp: Connection) -> None:
    sync(erp, order(1, supplier="Good"), order(1, line(1, "MUG", -1)))
    assert stored()["PO-1"][1] == "Good"


def test_an_order_that_comes_twice_in_other_chunks_is_kept_once(
    erp: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    run = sync(erp, order(1), order(2), order(3), order(1, supplier="Later"))
    assert rows() == (3, 3, 3)
    assert stored()["PO-1"][1] == "Later"
    assert counts_of(run) == {"processed": 4, "created": 3, "updated": 1}


def test_lines_that_share_an_id_lose_no_units_and_an_equal_one_counts_once(
    erp: Connection,
) -> None:
    run = sync(erp, order(1, line(1, "MUG", 10), line(1, "CUP", 5), line(1, "MUG", 10)))
    assert stored()["PO-1"][3] == [("CUP", 5, 0), ("MUG", 10, 0)]
    ids = PurchaseOrderLine.objects.order_by("pk").values_list("external_id", flat=True)
    assert list(ids) == ["L1", "L1#2"]
    assert counts_of(run)["skipped"] == 2


def test_a_failure_half_way_keeps_what_was_read_and_leaves_the_watermark(
    erp: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 2)
    answer = [order(1), order(2), order(3), BadResponse("It broke."), order(4)]
    run = make_run(erp, "purchase_orders", Erp(answer))
    with pytest.raises(BadResponse):
        importing.import_purchase_orders(run)
    assert list(stored()) == ["PO-1", "PO-2", "PO-3"]
    assert (counts_of(run), run.watermark) == ({"processed": 3, "created": 3}, {})


def test_a_run_that_lost_its_lease_writes_nothing(erp: Connection) -> None:
    run = make_run(erp, "purchase_orders", Erp([order(1)]))
    run.schedule.__class__.objects.update(lease_token="0" * 32)
    with pytest.raises(LeaseLost):
        importing.import_purchase_orders(run)
    assert rows() == (0, 0, 0)


def test_the_lease_is_asked_for_by_the_writing_transaction_itself(
    erp: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken over between the sign of life and the write."""
    run = make_run(erp, "purchase_orders", Erp([order(1)]))
    pick = importing.pick_differing

    def taken_over(*args: Any) -> Any:
        found = pick(*args)
        run.schedule.__class__.objects.update(lease_token="0" * 32)
        return found

    monkeypatch.setattr(importing, "pick_differing", taken_over)
    with pytest.raises(LeaseLost):
        importing.import_purchase_orders(run)
    assert rows() == (0, 0, 0)
    assert not SyncChange.objects.exists()


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(erp: Connection) -> None:
    sync(erp, order(1))
    before = stored()
    run = sync(erp, order(1, supplier="New"), order(2, line(1, "GONE")), dry_run=True)
    assert counts_of(run) == {"processed": 2, "created": 1, "updated": 1, "skipped": 1}
    assert (stored(), rows(), run.watermark) == (before, (1, 1, 1), {})
    assert notes_of(run)[0] == ("PO-1", "supplier", "Potters", "New", "skipped")
    assert messages_of(run)[0] == "Dry run: nothing was written."
    assert not UnmatchedSku.objects.exists()


def test_an_order_whose_row_is_gone_is_made_again(erp: Connection) -> None:
    sync(erp, order(1))
    PurchaseOrder.objects.all().delete()
    assert counts_of(sync(erp, order(1))) == {"processed": 1, "created": 1}
    assert ExternalRef.objects.get().subject == PurchaseOrder.objects.get()


def test_our_own_order_of_the_same_number_is_left_alone(erp: Connection) -> None:
    ours = PurchaseOrder.objects.create(number="PO-1", status="draft", supplier="By hand")
    sync(erp, order(1))
    ours.refresh_from_db()
    assert (ours.supplier, PurchaseOrder.objects.count()) == ("By hand", 2)


def test_an_empty_answer_to_everything_is_held_while_orders_are_known(erp: Connection) -> None:
    assert counts_of(sync(erp)) == {}
    sync(erp, order(1))
    run = make_run(erp, "purchase_orders", Erp())
    with pytest.raises(Held, match="holds no purchase order, 1 are known here"):
        importing.import_purchase_orders(run)
    assert (rows(), run.watermark) == ((1, 1, 1), {})


def test_open_orders_a_whole_answer_does_not_name_stay_and_are_said(erp: Connection) -> None:
    sync(erp, order(1), order(2, status="completed"), order(3))
    run = sync(erp, order(3), full=True)
    assert counts_of(run) == {"processed": 1, "unchanged": 1, "skipped": 1}
    assert notes_of(run) == [("PO-1", "", "", "", "skipped")]
    assert len(stored()) == 3


@pytest.mark.django_db
def test_a_status_said_before_a_word_we_have_already_counts() -> None:
    erp = make_erp()
    again = order(1, status=None, status_raw="?")
    sync(erp, again)
    run = sync(erp, order(1, status="draft"), again)
    assert stored()["PO-1"][0] == "draft"
    assert run.record.updated == 1
    assert sync(erp, order(1, status="draft"), again).record.unchanged == 1
