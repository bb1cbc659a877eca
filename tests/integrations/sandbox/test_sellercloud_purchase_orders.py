"""The ERP's purchase orders: pages, filters, both contracts, and what happens to them."""

import json
from collections import Counter

import pytest

STATUSES = {-1: 1, 0: 3, 1: 20, 2: 10, 3: 22, 4: 16, 5: 48}


def test_there_are_120_of_every_status_the_newest_first(buyer):
    found = buyer.orders()
    assert Counter(one["PurchaseOrderStatus"] for one in found) == STATUSES
    assert [one["ID"] for one in found] == list(range(10_120, 10_000, -1))


def test_they_are_the_same_in_every_sandbox(buyer):
    first = buyer.orders()
    buyer.sandbox.json("/control/reset")
    buyer.sign_in()
    assert buyer.orders() == first


def test_a_page_has_fifty_at_most_and_ten_when_nobody_asks(buyer):
    asked = buyer.read("PurchaseOrders", model__pageSize=100, model__pageNumber=1)
    assert (len(asked["Items"]), asked["TotalResults"]) == (50, 120)
    last = buyer.read("PurchaseOrders", pageSize=100, pageNumber=3)
    assert (len(last["Items"]), last["TotalResults"]) == (20, 120)
    assert buyer.read("PurchaseOrders", pageSize=100, pageNumber=4)["Items"] == []
    assert len(buyer.read("PurchaseOrders")["Items"]) == 10


@pytest.mark.parametrize(
    "asked",
    [
        {"pOStatuses": "1,2"},
        {"pOStatuses": "Ordered,pending"},
        {"model__pOStatuses": "Ordered,2"},
        {"MODEL__postatuses": "2,1"},
    ],
)
def test_statuses_are_numbers_or_names_in_any_case(buyer, asked):
    assert {one["PurchaseOrderStatus"] for one in buyer.orders(**asked)} == {1, 2}
    assert len(buyer.orders(**asked)) == 30


def test_unknown_filters_are_ignored_without_a_word(buyer):
    assert len(buyer.orders(status="1", expectedDateFrom="01/01/2026 00:00", vendor="8")) == 120


def test_they_can_be_asked_for_by_number_and_by_company(buyer):
    assert [one["ID"] for one in buyer.orders(model__pOIds="10007,10003,9")] == [10_007, 10_003]
    assert len(buyer.orders(companyIDList="163")) == 120
    assert buyer.orders(companyIDList="164") == []


@pytest.mark.parametrize("form", ["11/01/2026 00:00", "2026-11-01T00:00:00"])
def test_dates_of_creation_come_in_both_forms(buyer, form):
    found = buyer.orders(createDateFrom=form)
    assert {one["CreatedOn"][:7] for one in found} == {"2026-11"}
    older = buyer.orders(createDateTo=form)
    assert len(found) + len(older) == 120


def test_a_change_is_found_by_its_date_to_the_minute(buyer, clock):
    clock.forward(days=2, seconds=50)
    number = buyer.one_order("ordered")["id"]
    buyer.sign_in()
    buyer.control("track", order=number, number="1Z999")
    minute = f"{clock():%m/%d/%Y %H:%M}"
    found = buyer.orders(updatedDateFrom=minute, updatedDateTo=minute)
    assert [one["ID"] for one in found] == [number]
    assert found[0]["TrackingNumber"] == "1Z999"


def test_a_date_nobody_can_read_is_refused(buyer):
    assert buyer.get("PurchaseOrders", createDateFrom="yesterday").status == 400


def test_times_have_seven_digits_and_no_zone_and_old_years_mean_never(buyer):
    found = buyer.orders()
    assert len(found[0]["CreatedOn"].rpartition(".")[2]) == 7
    never = [one for one in found if one["DateOrdered"] == "0001-01-01T00:00:00"]
    assert Counter(one["PurchaseOrderStatus"] for one in never) == {0: 3, -1: 1, 5: 3}
    unknown = Counter(one["ExpectedDeliveryDate"] for one in found)
    assert (unknown[None], unknown["1900-01-01T00:00:00"]) == (2, 3)


def test_the_servers_clock_may_be_elsewhere(buyer, clock):
    made = buyer.control("order", lines=[{"sku": "CD-SPOON", "quantity": 12}])["id"]
    buyer.control("rules", utc_offset_minutes=-300)
    minute = "11/20/2026 07:00"
    assert f"{clock():%H:%M}" == "12:00"
    found = buyer.orders(createDateFrom=minute, createDateTo=minute)
    assert [(one["ID"], one["CreatedOn"][:16]) for one in found] == [(made, "2026-11-20T07:00")]


def test_an_order_has_what_the_published_contract_names(buyer):
    made = buyer.control(
        "order", vendor="Lindqvist Paper", expected_on="2026-12-24",
        lines=[{"sku": "CD-FILTER-100", "quantity": 24, "price": "2.50"}],
    )["id"]  # fmt: skip
    found = buyer.orders()[0]
    assert (found["ID"], found["DisplayName"], found["CompanyID"]) == (made, "Lindqvist Paper", 163)
    assert (found["GrandTotal"], found["ExpectedDeliveryDate"]) == (60.0, "2026-12-24T00:00:00")
    (line,) = found["Items"]
    assert (line["SKU"], line["QtyOrdered"], line["QtyReceived"]) == ("CD-FILTER-100", 24, 0)
    assert not {"PONumber", "OrderDate", "Status"} & set(found)
    one = buyer.read(f"PurchaseOrders/{made}")
    assert (one["Purchase"]["POId"], one["Statuses"]["Status"]) == (made, 1)


def test_the_described_contract_has_other_names(buyer):
    buyer.control("rules", dialect="described")
    answer = buyer.read("purchaseorders", pageSize=100)
    assert (len(answer["items"]), answer["totalResults"]) == (50, 120)
    assert {one["Status"] for one in answer["items"]} >= {"Ordered", "Pending", "Cancelled"}
    assert answer["items"][0]["PONumber"] == "PO-10120"


def test_an_order_that_is_not_there_is_not_found(buyer):
    assert buyer.get("PurchaseOrders/77").status == 404


def test_receiving_a_part_then_the_rest_changes_order_and_stock(buyer):
    made = buyer.control("order", lines=[{"sku": "CD-SPOON", "quantity": 12}])
    before = buyer.erp.goods["CD-SPOON"].physical
    part = buyer.control("receive", order=made["id"], lines=[{"sku": "CD-SPOON", "quantity": 5}])
    assert (part["status"], part["received"]) == ("ordered", 5)
    assert buyer.orders(pOStatuses="Ordered")[0]["ReceivingStatus"] == 1
    whole = buyer.control("receive", order=made["id"])
    assert (whole["status"], whole["received"]) == ("received", 12)
    assert buyer.erp.goods["CD-SPOON"].physical == before + 12


@pytest.mark.parametrize(
    ("action", "given", "says"),
    [
        ("receive", {}, "Nothing can be received: it is Completed."),
        ("cancel", {}, "It cannot be canceled: it is Completed."),
        ("receive", {"order": 1}, "There is no purchase order 1."),
        ("status", {"status": "lost"}, "A value is missing or wrong"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(buyer, action, given, says):
    number = buyer.one_order("completed")["id"]
    before = buyer.erp.orders[number].model_copy(deep=True)
    path = f"/control/erps/{buyer.erp.account}/{action}"
    answer = buyer.sandbox.json(path, **{"order": number} | given)
    assert answer.status == 422
    assert json.loads(answer.body)["error"].startswith(says)
    assert buyer.erp.orders[number] == before


def test_a_new_date_a_status_and_a_parcel_are_seen(buyer):
    number = buyer.one_order("ordered")["id"]
    buyer.control("expect", order=number, expected_on="2027-01-02")
    buyer.control("track", order=number, carrier="DHL", number="JD01")
    buyer.control("status", order=number, status="Pending")
    found = next(one for one in buyer.orders() if one["ID"] == number)
    assert found["ExpectedDeliveryDate"] == "2027-01-02T00:00:00"
    assert found["TrackingNumbers"][-1]["TrackingNumber"] == "JD01"
    assert found["PurchaseOrderStatus"] == 2
    buyer.control("cancel", order=number)
    assert buyer.erp.orders[number].status == 4


def test_a_working_day_is_the_same_in_every_sandbox(buyer):
    first = buyer.control("work", steps=7)["happened"]
    ends = [one.rpartition(" ")[2] for one in first]
    assert [*ends[:4], ends[6]] == ["arrived", "later", "new", "arrived", "canceled"]
    buyer.sandbox.json("/control/reset")
    assert buyer.control("work", steps=7)["happened"] == first
