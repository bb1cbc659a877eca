"""What a system said, kept as JSON that every database takes and that compares equal."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.models import ExternalRef
from inventory.models import PurchaseOrder
from inventory.services.as_said import digest_of, storable
from tests.inventory.purchasing import line, make_erp, order, sync


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"a": [1, True, None, "x ", 1.5]}, {"a": [1, True, None, "x ", 1.5]}),
        (Decimal("12.50"), 12.5),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal("NaN"), "NaN"),
        (Decimal("1e400"), "1E+400"),
        (float("inf"), "inf"),
        ("a\x00b\ud800c", "abc"),
        ({"k\x00": ("x",)}, {"k": ["x"]}),
    ],
)
def test_it_is_plain_json_without_losing_a_digit(said: Any, kept: Any) -> None:
    assert storable(said) == kept
    assert type(storable(said)) is type(kept)


def test_a_digest_sees_every_value_and_no_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [1, 2]}) == digest_of({"b": [1, 2], "a": 1})
    different = [{"a": 1}, {"a": "1"}, {"a": None}, {"a": [1]}, {"a": 1, "b": None}, {}]
    assert len({digest_of(one) for one in different}) == len(different)


def test_what_no_database_takes_is_left_out_and_the_order_is_kept(db: None) -> None:
    erp = make_erp()
    odd = order(
        1, line(1, "MU\x00G", title="Cup\ud800"), supplier="Pot\x00ters", status_raw="\x001",
        raw={"Memo": "a\x00b\udfff", "Total": Decimal("NaN")},
    )  # fmt: skip
    sync(erp, odd)
    row = PurchaseOrder.objects.get()
    assert (row.supplier, row.status_raw) == ("Potters", "1")
    assert list(row.lines.values_list("sku", "title")) == [("MUG", "Cup")]
    assert ExternalRef.objects.get().raw == {"Memo": "ab", "Total": "NaN"}
    assert sync(erp, odd).record.unchanged == 1
