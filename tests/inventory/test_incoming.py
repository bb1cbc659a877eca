"""What is on its way of a variant."""

from datetime import date
from typing import Any

from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import Variant
from inventory.incoming import Incoming, IncomingOrder, incoming_of
from inventory.models import PurchaseOrder, PurchaseOrderLine
from tests.catalog.builders import make_variant


def buy(
    variant: Variant | None,
    ordered: int,
    received: int = 0,
    *,
    number: str = "PO-1",
    due: date | None = None,
    line_due: date | None = None,
    **facts: Any,
) -> PurchaseOrder:
    values = {"status": "ordered", "supplier": "Potters", "expected_on": due} | facts
    row, _ = PurchaseOrder.objects.get_or_create(number=number, defaults=values)
    PurchaseOrderLine.objects.create(
        purchase_order=row, external_id=str(row.lines.count()), variant=variant, sku="MUG",
        ordered=ordered, received=received, expected_on=line_due,
    )  # fmt: skip
    return row


def test_units_outstanding_of_open_orders_with_the_next_date(db: None) -> None:
    mug, cup = make_variant("MUG"), make_variant("CUP")
    late = buy(mug, 10, 4, number="A", due=date(2026, 12, 20))
    soon = buy(mug, 5, number="B", status="pending", line_due=date(2026, 12, 1))
    buy(cup, 7, number="A", line_due=date(2026, 12, 3))
    undated = buy(mug, 2, number="C")
    assert incoming_of([mug.pk, cup.pk]) == {
        mug.pk: Incoming(
            13,
            date(2026, 12, 1),
            (
                IncomingOrder(soon.pk, "B", "Potters", 5, date(2026, 12, 1)),
                IncomingOrder(late.pk, "A", "Potters", 6, date(2026, 12, 20)),
                IncomingOrder(undated.pk, "C", "Potters", 2, None),
            ),
        ),
        cup.pk: Incoming(
            7,
            date(2026, 12, 3),
            (IncomingOrder(late.pk, "A", "Potters", 7, date(2026, 12, 3)),),
        ),
    }


def test_drafts_canceled_and_finished_orders_bring_nothing(db: None) -> None:
    mug = make_variant("MUG")
    for status in ("draft", "canceled", "received", "completed"):
        buy(mug, 5, number=status, status=status)
    assert incoming_of([mug.pk]) == {}


def test_more_received_than_ordered_is_none_and_takes_nothing_from_another_line(db: None) -> None:
    mug = make_variant("MUG")
    row = buy(mug, 5, 9)
    buy(mug, 3, 3)
    assert incoming_of([mug.pk]) == {}
    buy(mug, 4)
    expected = IncomingOrder(row.pk, "PO-1", "Potters", 4, None)
    assert incoming_of([mug.pk]) == {mug.pk: Incoming(4, None, (expected,))}


def test_two_lines_of_one_order_are_one_with_the_earlier_date(db: None) -> None:
    mug = make_variant("MUG")
    row = buy(mug, 5, due=date(2026, 12, 20))
    buy(mug, 2, line_due=date(2026, 12, 2))
    found = incoming_of([mug.pk])[mug.pk]
    assert found.orders == (IncomingOrder(row.pk, "PO-1", "Potters", 7, date(2026, 12, 2)),)
    assert (found.units, found.next_on) == (7, date(2026, 12, 2))


def test_lines_without_a_variant_and_variants_not_asked_for_are_left_out(db: None) -> None:
    mug, cup = make_variant("MUG"), make_variant("CUP")
    buy(None, 5)
    buy(cup, 5)
    assert incoming_of([mug.pk]) == {}
    assert incoming_of([]) == {}


def test_many_variants_take_one_query(db: None) -> None:
    ids = []
    for n in range(12):
        variant = make_variant(f"V{n}")
        buy(variant, 5, number=f"PO-{n}")
        ids.append(variant.pk)
    with CaptureQueriesContext(database) as queries:
        assert len(incoming_of(iter(ids))) == 12
    assert len(queries) == 1
