"""The ERP's stock: one SKU, the list of all, 100,000 that are made up, and odd figures."""

import json

import pytest

from .buyer import ACCOUNT


def details(buyer, sku):
    return json.loads(buyer.post("Inventory/Details", productID=sku).body)


def rows(buyer, **query):
    """The list of all stock by SKU, and its total."""
    found, page = {}, 1
    while True:
        answer = buyer.read("Inventory", pageSize=100, pageNumber=page, **query)
        if not answer["Items"]:
            return found, answer["TotalResults"]
        found |= {one["ID"]: one for one in answer["Items"]}
        page += 1


def test_details_are_nested_and_their_quantities_are_text(buyer):
    buyer.control("stock", sku="CD-SPOON", quantity=45, reserved=3, non_sellable=2)
    coming = buyer.erp.on_order()["CD-SPOON"]
    found = details(buyer, "CD-SPOON")
    assert found["General"]["ProductName"] == "Dosing Spoon"
    assert found["Inventory"] == {
        "AggregateQty": "40",
        "PhysicalInventory": "45",
        "NonSellableQty": "2",
        "ReservedQtyTotal": 3,
        "OnOrderQty": coming,
        "UnshippedQty": 3,
    }


@pytest.mark.parametrize(
    "sku", ["BOX/12OZ & LABEL", "MUG+SAUCER", "FILTER #4 50%", "K\u00dcHLTASCHE 2 L"]
)
def test_skus_with_special_characters_are_found_by_post_and_by_query(buyer, sku):
    by_post = details(buyer, sku)
    assert by_post["General"]["ProductID"] == sku
    assert buyer.read("Inventory/Details", productID=sku) == by_post


@pytest.mark.parametrize(
    ("sku", "written"),
    [("BOX/12OZ & LABEL", "1,204"), ("MUG+SAUCER", "45.0"), ("FILTER #4 50%", "100+")],
)
def test_some_quantities_are_written_oddly_everywhere(buyer, sku, written):
    assert details(buyer, sku)["Inventory"]["AggregateQty"] == written
    assert rows(buyer)[0][sku]["InventoryAvailableQty"] == written


def test_a_quantity_can_be_null(buyer):
    buyer.control("stock", sku="CD-SPOON", quantity=1, shown="null")
    assert details(buyer, "CD-SPOON")["Inventory"]["AggregateQty"] is None
    assert rows(buyer)[0]["CD-SPOON"]["AggregatedQty"] is None


def test_an_unknown_sku_is_not_found(buyer):
    assert buyer.post("Inventory/Details", productID="NO-SUCH").status == 404
    assert buyer.read("Inventory/Warehouses", productID="NO-SUCH") == []


@pytest.mark.parametrize("status", ["404", "405"])
def test_the_post_can_be_missing_where_the_get_is_there(buyer, status):
    buyer.control("rules", details_post=status)
    assert buyer.post("Inventory/Details", productID="CD-SPOON").status == int(status)
    assert buyer.get("Inventory/Details", productID="CD-SPOON").status == 200


def test_the_list_has_every_sku_and_can_be_missing(buyer):
    found, total = rows(buyer)
    assert (len(found), total) == (36, 36)
    assert found["CD-MUG-10"]["PhysicalQty"] == buyer.erp.goods["CD-MUG-10"].physical
    buyer.control("rules", offers_list=False)
    assert buyer.get("Inventory").status == 404


def test_the_list_can_be_asked_for_some_skus_and_for_what_changed(buyer, clock):
    found, total = rows(buyer, model__inventoryID="CD-SPOON,MUG+SAUCER,NO-SUCH")
    assert (sorted(found), total) == (["CD-SPOON", "MUG+SAUCER"], 2)
    clock.forward(minutes=5)
    buyer.control("stock", sku="CD-MUG-10", quantity=3)
    found, total = rows(buyer, lastUpdatedFrom=f"{clock():%m/%d/%Y %H:%M}")
    assert (list(found), total) == (["CD-MUG-10"], 1)


def test_the_described_contract_has_other_names(buyer):
    buyer.control("rules", dialect="described")
    buyer.control("stock", sku="CD-SPOON", quantity=8, reserved=0)
    found = details(buyer, "CD-SPOON")
    assert (found["QuantityOnHand"], found["QuantityAvailable"]) == (8, 8)
    assert "items" in buyer.read("Inventory")


def test_warehouses_tell_what_can_be_sold_from_what_cannot(buyer):
    buyer.control("stock", sku="CD-SPOON", quantity=10, reserved=1, non_sellable=2)
    found = buyer.read("Inventory/Warehouses", productID="CD-SPOON")
    assert [(one["WarehouseName"], one["AvailableQty"], one["PhysicalQty"]) for one in found] == [
        ("Main", 7, 8),
        ("Returns", 0, 2),
    ]


def test_a_hundred_thousand_skus_are_there_and_none_is_stored(buyer):
    made = buyer.control("generate", count=100_000)
    assert made == {"count": 100_000, "first": "BULK-000001", "last": "BULK-100000"}
    last = buyer.read("Inventory", pageSize=100, pageNumber=2001)
    assert (last["Items"][-1]["ID"], last["TotalResults"]) == ("BULK-100000", 100_036)
    assert details(buyer, "BULK-054321")["General"]["ProductName"] == "Bulk item 54,321"
    assert buyer.post("Inventory/Details", productID="BULK-100001").status == 404
    assert buyer.post("Inventory/Details", productID="BULK-1").status == 404
    assert "BULK-" not in buyer.sandbox.world.snapshot()


def test_exactly_the_share_of_them_changes_by_one(buyer):
    buyer.control("generate", count=1000)
    before, _ = rows(buyer)
    assert buyer.control("change", share=0.02) == {"changed": 20}
    after, _ = rows(buyer)
    moved = [
        after[sku]["PhysicalQty"] - before[sku]["PhysicalQty"]
        for sku in after
        if after[sku]["PhysicalQty"] != before[sku]["PhysicalQty"]
    ]
    assert moved == [1] * 20
    buyer.control("change", share=1)
    again, _ = rows(buyer)
    assert all(
        again[sku]["PhysicalQty"] == after[sku]["PhysicalQty"] + 1
        for sku in again
        if sku.startswith("BULK-")
    )


def test_more_than_a_million_is_refused(buyer):
    path = f"/control/erps/{ACCOUNT}/generate"
    assert buyer.sandbox.json(path, count=1_000_000).status == 422
    assert buyer.erp.generated == 0


def test_of_the_generated_ones_only_the_changed_can_be_asked_for(buyer, clock):
    buyer.control("generate", count=1000)
    clock.forward(minutes=5)
    buyer.control("change", share=0.05)
    changed_at = f"{clock():%m/%d/%Y %H:%M}"
    clock.forward(minutes=5)
    buyer.control("change", share=0.02)
    found, total = rows(buyer, lastUpdatedFrom=f"{clock():%m/%d/%Y %H:%M}")
    assert (len(found), total) == (20, 20)
    both, _ = rows(buyer, lastUpdatedFrom=changed_at)
    assert len(both) == len(set(both) | set(found)) <= 70
    assert all(sku.startswith("BULK-") for sku in both)
