"""Extensiv's face in the sandbox: rows, pages, unknown things, changes, tokens and lies."""

import pytest

from .warehouse_floor import EX, Floor, read


@pytest.fixture
def floor(sandbox) -> Floor:
    return Floor(sandbox)


def order_id(floor, number: str = "CD-1") -> str:
    assert floor.order_extensiv(number).status == 201
    [row] = read(floor.extensiv("GET", "orders", query=f"order_number={number}"))["items"]
    return row["id"]


def dial(floor, mode: str, operation: str, **more) -> None:
    made = floor.sandbox.json("/control/dials", shop=EX, mode=mode, operation=operation, **more)
    assert made.status in (200, 201)


def test_a_product_is_shown_with_its_regulated_facts(floor):
    row = read(floor.extensiv("GET", "products"))["items"][0]
    assert row.pop("id").isdigit()
    assert row == {
        "sku": "GRN-TINC-30",
        "product_name": "Calm tincture, 30 ml",
        "brand": "Greenline",
        "quantity_available": 40,
        "price": 8.5,
        "thc_content": "2 mg",
        "batch_number": "L26-110",
        "coa_url": "https://lab.example/certificates/L26-110.pdf",
    }


def test_stock_of_one_sku_counts_what_is_reserved(floor):
    floor.order_extensiv(units=3)
    row = read(floor.extensiv("GET", "inventory/GRN-TINC-30"))
    names = ("quantity_on_hand", "quantity_allocated", "quantity_available")
    assert [row[name] for name in names] == [40, 3, 37]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "inventory/NO"),
        ("GET", "orders/9"),
        ("GET", "orders/9/status"),
        ("PATCH", "orders/9"),
    ],
)
def test_what_is_not_there_is_not_found(floor, method, path):
    body = {"note": "x"} if method == "PATCH" else None
    assert floor.extensiv(method, path, body).status == 404


def test_an_unknown_number_finds_no_order(floor):
    floor.order_extensiv("CD-1")
    found = read(floor.extensiv("GET", "orders", query="order_number=CD-2"))
    assert found == {"items": [], "total": 0}


def test_an_order_keeps_what_was_said_of_it(floor):
    body = {
        "order_number": "CD-9",
        "customer": {"name": "Dana Petrov", "email": "dana@customer.example"},
        "shipping_address": {"street1": "4 Market St", "street2": None, "zip": "94103"},
        "line_items": [{"sku": "HLX-TEA-20", "quantity": 1, "price": 16.5}],
        "delivery_method": "pickup",
        "metadata": {"portal_order_id": "#1001", "delivery_zone": None, "total_amount": 16.5},
    }
    made = read(floor.extensiv("POST", "orders", body))
    assert made["shipping_address"] == {"street1": "4 Market St", "street2": "", "zip": "94103"}
    assert made["metadata"] == {
        "portal_order_id": "#1001",
        "total_amount": "16.5",
        "delivery_method": "pickup",
    }
    assert read(floor.extensiv("GET", f"orders/{made['id']}")) == made


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"order_number": "CD-9"},
        {"order_number": "", "line_items": [{"sku": "HLX-TEA-20", "quantity": 1}]},
        {"order_number": "CD-9", "line_items": [{"sku": "NO", "quantity": 1}]},
        {"order_number": "CD-9", "line_items": [{"sku": "HLX-TEA-20", "quantity": "some"}]},
        {"order_number": "CD-9", "line_items": [{"sku": "HLX-TEA-20", "quantity": -1}]},
    ],
)
def test_an_order_of_nonsense_is_refused_and_leaves_nothing(floor, body):
    answer = floor.extensiv("POST", "orders", body)
    assert (answer.status, read(answer)["ErrorCode"]) == (400, "Invalid")
    assert floor.world.state.warehouses[EX].orders == {}
    assert floor.good(EX, "HLX-TEA-20") == (80, 0, 80)


def test_a_new_address_is_kept_and_stands_in_the_ledger(floor):
    number = order_id(floor)
    moved = {"shipping_address": {"street1": "9 New Road"}}
    answer = floor.extensiv("PATCH", f"orders/{number}", moved)
    assert read(answer)["shipping_address"] == {"street1": "9 New Road"}
    assert floor.sandbox.kinds().count("order_moved") == 1


def test_a_second_cancellation_changes_nothing_more(floor):
    number = order_id(floor)
    for _ in range(2):
        answer = floor.extensiv("PATCH", f"orders/{number}", {"status": "cancelled"})
        assert (answer.status, read(answer)["status"]) == (200, "cancelled")
    assert floor.good(EX, "GRN-TINC-30") == (40, 0, 40)


def test_tokens_live_as_long_as_the_rule_says(floor):
    floor.control(f"{EX}/rules", token_seconds=60)
    token = floor.token()
    assert token["expires_in"] == 60
    floor.bearer = f"Bearer {token['access_token']}"
    floor.sandbox.clock.forward(seconds=59)
    assert floor.extensiv("GET", "products").status == 200
    floor.sandbox.clock.forward(seconds=1)
    assert floor.extensiv("GET", "products").status == 401


def test_another_grant_and_an_unknown_warehouse_get_no_token(floor):
    assert floor.token(grant_type="password") == {"error": "unsupported_grant_type"}
    answer = floor.sandbox.form("/extensiv/wms.nobody.example/oauth/token")
    assert answer.status == 404


def test_a_search_that_ignores_its_filter_shows_strangers_alone(floor):
    order_id(floor)
    dial(floor, "filter_ignored", "order.find")
    found = read(floor.extensiv("GET", "orders", query="order_number=CD-1"))["items"]
    assert [row["order_number"] for row in found] == ["PO-77"]


def test_a_search_that_lags_does_not_know_the_newest(floor):
    floor.order_extensiv("CD-1")
    dial(floor, "search_lag", "order.find", hold_seconds=30)
    assert read(floor.extensiv("GET", "orders", query="order_number=CD-1"))["total"] == 0
    floor.sandbox.clock.forward(seconds=30)
    assert read(floor.extensiv("GET", "orders", query="order_number=CD-1"))["total"] == 1


def test_pages_that_repeat_are_the_first_one_again(floor):
    floor.control(f"{EX}/rules", most_a_page=2)
    dial(floor, "page_repeats", "stock.list")
    pages = [floor.extensiv("GET", "inventory", query=f"page={n}").body for n in (1, 2)]
    assert pages[0] == pages[1]


def test_a_revoked_token_is_told_at_once_and_the_next_one_works(floor):
    dial(floor, "token_revoked", "catalog", times=1)
    assert floor.extensiv("GET", "products").status == 401
    assert floor.extensiv("GET", "products").status == 401
    floor.bearer = f"Bearer {floor.token()['access_token']}"
    assert floor.extensiv("GET", "products").status == 200


@pytest.mark.parametrize("query", ["page=x", "pageSize=x"])
def test_a_page_that_is_no_number_is_refused(floor, query):
    answer = floor.extensiv("GET", "products", query=query)
    assert (answer.status, "is a number" in read(answer)["Message"]) == (400, True)


def test_a_page_before_the_first_is_the_first_and_holds_at_least_one_row(floor):
    page = read(floor.extensiv("GET", "products", query="page=-4&pageSize=0"))
    assert [row["sku"] for row in page["items"]] == ["GRN-TINC-30"]


def test_a_parcel_whose_label_was_voided_says_so_and_the_next_one_stands_beside_it(floor):
    number = order_id(floor)
    first = floor.control(f"{EX}/ship", number="CD-1")[1]["id"]
    floor.control(f"{EX}/void", number="CD-1", parcel=first)
    floor.control(f"{EX}/ship", number="CD-1", carrier="USPS", tracking="9400")
    floor.control(f"{EX}/deliver", number="CD-1")
    told = read(floor.extensiv("GET", f"orders/{number}/status"))
    assert told["status"] == "delivered"
    assert [(row["carrier"], row["status"]) for row in told["shipments"]] == [
        ("UPS", "voided"),
        ("USPS", "delivered"),
    ]
