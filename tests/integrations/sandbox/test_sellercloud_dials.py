"""What the failure dials do to the ERP's calls."""

import json

import pytest

from integrations.sandbox.broken import spoilt
from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.messages import json_response

ALL = set(range(10_001, 10_121))


def pages(buyer, path="PurchaseOrders", most=5):
    """IDs and total of the first pages, up to an empty one."""
    found = []
    for number in range(1, most + 1):
        answer = buyer.read(path, pageSize=100, pageNumber=number)
        found.append(([one["ID"] for one in answer["Items"]], answer.get("TotalResults")))
        if not answer["Items"]:
            break
    return found


def test_a_revoked_token_costs_one_sign_in(buyer):
    buyer.dial("token_revoked", times=1)
    assert buyer.get("PurchaseOrders").status == 401
    assert buyer.get("PurchaseOrders").status == 401
    buyer.sign_in()
    assert buyer.get("PurchaseOrders").status == 200


def test_401_lasts_whatever_is_tried_also_for_tokens(buyer):
    buyer.dial("401")
    assert [buyer.get("PurchaseOrders").status, buyer.sign_in().status] == [401, 401]
    assert buyer.get("Inventory").status == 401


def test_a_refused_password_is_for_the_token_address_only(buyer):
    buyer.dial("invalid_grant")
    assert buyer.get("PurchaseOrders").status == 200
    answer = buyer.sign_in()
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "body", "header"),
    [
        ("seconds", "2026-11-20T12:00:30.9856571Z", None),
        ("past", "2026-11-20T11:00:00.9856571Z", None),
        ("day", "2026-11-21T12:00:00.9856571Z", None),
        ("garbage", "soon", None),
        ("missing", None, None),
        ("date", None, "Fri, 20 Nov 2026 12:00:30 GMT"),
    ],
)
def test_too_many_requests_say_in_the_body_when_to_come_back(buyer, form, body, header):
    buyer.dial("429", retry_after=30, retry_after_form=form)
    answer = buyer.get("PurchaseOrders")
    assert answer.status == 429
    assert json.loads(answer.body).get("RateLimitResetTime") == body
    assert answer.headers.get("Retry-After") == header


@pytest.mark.parametrize("status", ["500", "502", "503", "504"])
def test_an_error_of_theirs_has_the_status_that_was_set(buyer, status):
    buyer.dial("500", status=status, operation="Inventory")
    assert buyer.get("Inventory").status == int(status)
    assert buyer.get("PurchaseOrders").status == 200


def test_a_call_can_time_out_or_be_forbidden(buyer):
    buyer.dial("timeout_before", operation="PurchaseOrders", hold_seconds=4)
    assert buyer.get("PurchaseOrders").hold_seconds == 4
    buyer.dial("403", operation="Inventory")
    assert buyer.get("Inventory").status == 403


def test_garbage_is_named_for_its_vendor(buyer):
    buyer.dial("html_200", operation="PurchaseOrders")
    answer = buyer.get("PurchaseOrders")
    assert (answer.status, b"<title>SellerCloud</title>" in answer.body) == (200, True)
    assert (
        b"<title>Shopify</title>"
        in spoilt(buyer.sandbox.world, Dial(mode=Mode.HTML), json_response({})).body
    )


@pytest.mark.parametrize("mode", ["bad_json", "empty_body"])
def test_garbage_cannot_be_read(buyer, mode):
    buyer.dial(mode)
    with pytest.raises(json.JSONDecodeError):
        json.loads(buyer.get("PurchaseOrders").body)


def test_a_healthy_list_ends_with_its_total(buyer):
    found = pages(buyer)
    assert [len(ids) for ids, _ in found] == [50, 50, 20, 0]
    assert {total for _, total in found} == {120}
    assert {one for ids, _ in found for one in ids} == ALL


def test_a_page_repeats_whatever_number_is_asked(buyer):
    buyer.dial("page_repeats")
    found = pages(buyer)
    assert len(found) == 5
    assert all(page == found[0] for page in found)


def test_an_endless_list_has_a_growing_total(buyer):
    buyer.dial("endless_pages")
    found = pages(buyer)
    assert [total for _, total in found] == [100, 150, 200, 250, 300]
    assert {len(ids) for ids, _ in found} == {50}


def test_a_list_goes_in_a_circle(buyer):
    buyer.dial("cursor_loop")
    found = pages(buyer)
    assert found[3] == found[0]
    assert {total for _, total in found} == {240}


def test_a_list_promises_a_page_too_many(buyer):
    buyer.dial("one_more_page")
    found = pages(buyer)
    assert (len(found), found[-1]) == (4, ([], 170))


@pytest.mark.parametrize(("share", "left"), [(0.5, 60), (1, 0)])
def test_a_list_ends_early_and_says_that_is_all(buyer, share, left):
    buyer.dial("ends_early", share=share)
    found = pages(buyer)
    assert sum(len(ids) for ids, _ in found) == left
    assert {total for _, total in found} == {left}


@pytest.mark.parametrize(
    ("form", "total"),
    [("more", 145), ("less", 60), ("zero", 0), ("text", "120 items"), ("missing", None)],
)
def test_a_total_can_be_wrong_while_every_row_is_there(buyer, form, total):
    buyer.dial("wrong_total", total_is=form)
    found = pages(buyer)
    assert {one for _, one in found} == {total}
    assert {one for ids, _ in found for one in ids} == ALL


@pytest.mark.parametrize(
    ("deaf_to", "count"), [("all", 120), ("pOStatuses", 27), ("createDate", 16), ("updatedDate", 5)]
)
def test_a_filter_it_knows_is_ignored_without_a_word(buyer, deaf_to, count):
    asked = {"pOStatuses": "Cancelled", "createDateTo": "06/20/2026 00:00"}
    healthy = len(buyer.orders(**asked))
    assert healthy == 5
    buyer.dial("filter_ignored", filter_name=deaf_to)
    assert len(buyer.orders(**asked)) == count


def test_stock_can_be_empty_short_zero_or_twice(buyer):
    assert stock(buyer) == (36, 36, 36)
    buyer.dial("empty_inventory", times=1)
    assert stock(buyer) == (0, 0, 0)
    buyer.dial("stock_short", times=1, share=0.5)
    rows, skus, total = stock(buyer)
    assert 0 < rows == skus == total < 36
    buyer.control("rules", most_a_page=100)
    buyer.dial("stock_twice", times=1, share=0.5)
    rows, skus, total = stock(buyer)
    assert (skus, total) == (36, rows)
    assert rows > 36


def stock(buyer):
    """Rows, different SKUs, and the total of one page of stock."""
    answer = buyer.read("Inventory", pageSize=100)
    skus = [one["ID"] for one in answer["Items"]]
    return len(skus), len(set(skus)), answer["TotalResults"]


def test_zeros_and_odd_numbers_are_the_same_in_list_and_details(buyer):
    buyer.control("stock", sku="CD-SPOON", quantity=45, reserved=0)
    for mode, given, wanted in [
        ("stock_zeros", {}, 0),
        ("stock_odd", {"odd": "null"}, None),
        ("stock_odd", {"odd": "negative"}, -5),
        ("stock_odd", {"odd": "fraction"}, 3.7),
        ("stock_odd", {"odd": "text"}, "12 pcs"),
    ]:
        buyer.dial(mode, share=1, times=2, **given)
        (row,) = buyer.read("Inventory", inventoryID="CD-SPOON")["Items"]
        assert row["PhysicalQty"] == wanted
        said = json.loads(buyer.post("Inventory/Details", productID="CD-SPOON").body)
        assert said["Inventory"]["PhysicalInventory"] == (None if wanted is None else str(wanted))


def test_dials_of_graphql_and_webhooks_do_not_count_calls_of_the_erp(buyer):
    buyer.dial("graphql_throttled")
    buyer.dial("search_lag")
    buyer.dial("drop_webhooks")
    assert buyer.get("PurchaseOrders").status == 200
    assert [one.seen for one in buyer.sandbox.world.state.dials] == [0, 0, 0]
