"""Lines of purchase orders and our variants: matched, listed, and found again."""

import logging

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from catalog.models import Listing, UnmatchedSku, Variant
from catalog.services.match_skus import match_skus
from catalog.skus import find_variant
from integrations.models import Connection
from inventory.models import PurchaseOrderLine
from tests.catalog.builders import (
    NOW,
    counts_of,
    make_connection,
    make_variant,
    messages_of,
    notes_of,
)
from tests.inventory.purchasing import line, make_erp, order, sync


@pytest.fixture
def erp(db: None) -> Connection:
    return make_erp()


def listed() -> list[tuple[str, str, int]]:
    rows = UnmatchedSku.objects.filter(source="purchase").order_by("sku")
    return list(rows.values_list("sku", "reason", "count"))


def variants() -> dict[str, str | None]:
    rows = PurchaseOrderLine.objects.order_by("sku").values_list("sku", "variant__sku")
    return dict(rows)


def alias(connection: Connection, sku: str, variant: Variant | None, external_id: str) -> None:
    Listing.objects.create(
        connection=connection, external_id=external_id, external_product_id="", sku=sku,
        title="Mug", currency="USD", seen_at=NOW, variant=variant,
    )  # fmt: skip


def test_many_skus_mean_what_each_alone_means_by_two_queries(erp: Connection) -> None:
    for sku in ("MUG", "mug", "Cup 1", "\u212aettle", "TRAY"):
        make_variant(sku)
    asked = [
        "MUG",
        "mug",
        "Mug",
        "cup 1",
        " Cup 1 ",
        "KETTLE",
        "TRAY",
        "",
        "  ",
        "NONE",
        "N\u200bO",
    ]
    with CaptureQueriesContext(database) as queries:
        found = match_skus(erp.pk, asked)
    assert len(queries) == 2
    for sku in asked:
        variant, reason = find_variant(sku)
        assert found.variants.get(sku) == (variant and variant.pk), sku
        if variant is None and sku.strip():
            assert found.reasons[sku] == reason
    assert set(found.reasons) == {"Mug", "", "  ", "NONE", "N\u200bO"}


def test_what_staff_said_a_sku_means_there_comes_first_and_only_there(erp: Connection) -> None:
    mug, cup = make_variant("MUG"), make_variant("CUP")
    alias(erp, "MUG", cup, "a")
    alias(erp, "THEIRS", mug, "b")
    alias(erp, "LISTED", None, "c")
    other = make_connection("other")
    asked = ["MUG", "THEIRS", "LISTED"]
    assert match_skus(erp.pk, asked).variants == {"MUG": cup.pk, "THEIRS": mug.pk}
    assert match_skus(other.pk, asked).variants == {"MUG": mug.pk}


def test_a_line_nobody_knows_keeps_its_sku_is_counted_logged_and_listed(
    erp: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    make_variant("MUG")
    with caplog.at_level(logging.INFO):
        run = sync(erp, order(1, line(1, "MUG"), line(2, "GONE")))
    assert variants() == {"GONE": None, "MUG": "MUG"}
    assert counts_of(run) == {"processed": 1, "created": 1, "skipped": 1}
    reason = "No product variant found for SKU GONE."
    assert notes_of(run)[1] == ("GONE", "", "", "", "skipped")
    assert listed() == [("GONE", reason, 1)]
    assert f"erp, purchase order PO-1: {reason}" in caplog.text


def test_the_list_is_counted_when_the_sku_is_told_again_and_not_when_nothing_changed(
    erp: Connection,
) -> None:
    sync(erp, order(1, line(1, "GONE", 5)))
    sync(erp, order(1, line(1, "GONE", 5)))
    assert [row[2] for row in listed()] == [1]
    sync(erp, order(1, line(1, "GONE", 6)))
    assert [row[2] for row in listed()] == [2]


def test_a_sku_that_is_a_variant_by_now_links_lines_of_unchanged_orders(erp: Connection) -> None:
    said = order(1, line(1, "GONE"), line(2, "AWAY"))
    sync(erp, said)
    make_variant("gone")
    run = sync(erp, said)
    assert counts_of(run) == {"processed": 1, "unchanged": 1}
    assert variants() == {"AWAY": None, "GONE": "gone"}
    assert [row[0] for row in listed()] == ["AWAY"]


def test_orders_that_are_over_list_nothing(erp: Connection) -> None:
    sync(
        erp,
        order(1, line(1, "OLD"), status="completed"),
        order(2, line(1, "NO"), status="canceled"),
    )
    assert listed() == []
    assert variants() == {"NO": None, "OLD": None}


def test_a_sku_leaves_the_list_with_the_line_that_named_it(erp: Connection) -> None:
    other = make_connection("other")
    for connection in (erp, other):
        sync(connection, order(1, line(1, "GONE")))
    sync(erp, order(1, line(1, "MORE")))
    rows = UnmatchedSku.objects.order_by("pk").values_list("connection__slug", "sku")
    assert sorted(rows) == [("erp", "MORE"), ("other", "GONE")]


def test_a_line_keeps_its_variant_when_ours_is_renamed(erp: Connection) -> None:
    mug = make_variant("MUG")
    sync(erp, order(1, line(1, "MUG", 5)))
    Variant.objects.filter(pk=mug.pk).update(sku="MUG-NEW", sku_key="mug-new")
    sync(erp, order(1, line(1, "MUG", 6)))
    assert variants() == {"MUG": "MUG-NEW"}


def test_a_line_with_another_sku_is_matched_anew(erp: Connection) -> None:
    make_variant("MUG")
    make_variant("CUP")
    sync(erp, order(1, line(1, "MUG")))
    sync(erp, order(1, line(1, "CUP")))
    assert variants() == {"CUP": "CUP"}
    sync(erp, order(1, line(1, "GONE")))
    assert variants() == {"GONE": None}


def test_a_sku_of_many_lines_is_named_once_and_each_line_is_counted(erp: Connection) -> None:
    run = sync(erp, *(order(n, line(1, "GONE"), line(2, "GONE")) for n in (1, 2)))
    assert counts_of(run)["skipped"] == 4
    assert [key for key, *_, outcome in notes_of(run) if outcome == "skipped"] == ["GONE"]
    assert messages_of(run)[-1].endswith("for SKU GONE. First in purchase order PO-1.")


def test_no_more_than_a_hundred_skus_are_named_and_all_are_counted(erp: Connection) -> None:
    run = sync(erp, order(1, *(line(n, f"X{n}") for n in range(130))))
    assert counts_of(run)["skipped"] == 130
    assert sum(outcome == "skipped" for *_, outcome in notes_of(run)) == 100
    assert len(listed()) == 130
