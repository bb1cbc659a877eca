"""The simulated warehouses: both interfaces, the floor behind them, and what can go wrong."""

import pytest

from .warehouse_floor import EX, VC, Floor, read


@pytest.fixture
def floor(sandbox) -> Floor:
    return Floor(sandbox)


def test_an_order_is_taken_once_and_its_units_are_reserved(floor):
    answer = floor.order_veracore()
    assert (answer.status, read(answer)["OrderNumber"]) == (201, "CD-1")
    assert floor.good(VC, "CD-TOTE-01") == (120, 3, 117)
    again = floor.order_veracore()
    assert (again.status, read(again)) == (409, {"Error": "Order CD-1 already exists."})
    assert floor.sandbox.kinds().count("order_created") == 1


@pytest.mark.parametrize(("answer", "status"), [("409", 409), ("400", 400)])
def test_a_duplicate_is_refused_the_way_the_rule_says(floor, answer, status):
    floor.control(f"{EX}/rules", duplicate_answer=answer)
    assert floor.order_extensiv().status == 201
    again = floor.order_extensiv()
    assert again.status == status
    assert read(again).get("ErrorCode", "") == ("Duplicate" if answer == "400" else "")


@pytest.mark.parametrize("units", [0, -1])
def test_nonsense_is_refused_and_leaves_nothing(floor, units):
    assert floor.order_veracore(units=units).status == 400
    assert floor.good(VC, "CD-TOTE-01") == (120, 0, 120)
    assert "order_created" not in floor.sandbox.kinds()


def test_strangers_and_old_tokens_are_refused(floor):
    path = f"/extensiv/{EX}/api/v1/products"
    assert floor.sandbox.send("GET", path, authorization="Bearer nobody").status == 401
    assert floor.extensiv("GET", "products").status == 200
    floor.sandbox.clock.forward(seconds=3601)
    assert floor.extensiv("GET", "products").status == 401
    assert floor.token(client_secret="wrong") == {
        "Message": "invalid_client: client not registered"
    }
    assert floor.sandbox.send("GET", f"/veracore/{VC}/api/inventory").status == 401


def test_one_kind_does_not_answer_for_the_other(floor):
    path = f"/veracore/{EX}/api/inventory"
    assert floor.sandbox.send("GET", path, authorization="Basic x").status == 404


def test_more_calls_a_second_than_allowed_are_put_off(floor):
    floor.control(f"{EX}/rules", calls_per_second=2)
    floor.sandbox.clock.forward(seconds=5)
    answers = [floor.extensiv("GET", "products") for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "1"
    floor.sandbox.clock.forward(seconds=1)
    assert floor.extensiv("GET", "products").status == 200


@pytest.mark.parametrize("envelope", ["items", "embedded", "resource_list", "bare"])
def test_lists_come_in_every_envelope(floor, envelope):
    floor.control(f"{EX}/rules", envelope=envelope, most_a_page=4)
    first = read(floor.extensiv("GET", "products", query="page=1&pageSize=100"))
    second = read(floor.extensiv("GET", "products", query="page=2"))
    rows = {
        "items": lambda page: page["items"],
        "embedded": lambda page: next(iter(page["_embedded"].values())),
        "resource_list": lambda page: page["ResourceList"],
        "bare": lambda page: page,
    }[envelope]
    assert (len(rows(first)), len(rows(second))) == (4, 2)


def test_the_way_of_an_order_through_the_house(floor):
    floor.order_extensiv()
    number = read(floor.extensiv("GET", "orders", query="order_number=CD-1"))["items"][0]["id"]

    def status():
        return read(floor.extensiv("GET", f"orders/{number}/status"))

    seen = [status()["status"]]
    for name in ("pick", "pack", "ship", "deliver"):
        floor.control(f"{EX}/{name}", number="CD-1")
        seen.append(status()["status"])
    assert seen == ["exported", "picking", "packed", "shipped", "delivered"]
    (parcel,) = status()["shipments"]
    assert parcel["line_items"] == [{"sku": "GRN-TINC-30", "quantity": 2}]
    assert parcel["delivered_at"]
    assert floor.good(EX, "GRN-TINC-30") == (38, 0, 38)


def test_a_part_is_shipped_the_rest_never(floor):
    floor.order_veracore(units=3)
    assert floor.control(f"{VC}/ship", number="CD-1", units={"CD-TOTE-01": 1})[0] == 200
    assert read(floor.veracore("GET", "orders/CD-1"))["Status"] == "Picked"
    assert floor.control(f"{VC}/short", number="CD-1")[0] == 200
    order = read(floor.veracore("GET", "orders/CD-1"))
    assert (order["Status"], order["Items"][0]["Quantity"]) == ("Shipped", 1)
    assert floor.good(VC, "CD-TOTE-01") == (119, 0, 119)


def test_a_voided_label_gives_its_units_back(floor):
    floor.order_veracore()
    parcel = floor.control(f"{VC}/ship", number="CD-1")[1]["id"]
    assert floor.control(f"{VC}/void", number="CD-1", parcel=parcel)[0] == 200
    (row,) = read(floor.veracore("GET", "shipments", query="orderNumber=CD-1"))["Shipments"]
    assert (row["Status"], bool(row["DateVoided"])) == ("Voided", True)
    assert floor.good(VC, "CD-TOTE-01") == (120, 3, 117)


def test_what_was_shipped_is_not_canceled_and_what_was_not_is(floor):
    floor.order_extensiv()
    floor.order_extensiv("CD-2")
    floor.control(f"{EX}/ship", number="CD-1")
    ids = {row["order_number"]: row["id"] for row in read(floor.extensiv("GET", "orders"))["items"]}
    end = {"status": "cancelled", "reason": "They asked."}
    assert floor.extensiv("PATCH", f"orders/{ids['CD-1']}", end).status == 409
    answer = floor.extensiv("PATCH", f"orders/{ids['CD-2']}", end)
    assert (answer.status, read(answer)["status"]) == (200, "cancelled")
    assert floor.good(EX, "GRN-TINC-30") == (38, 0, 38)


@pytest.mark.parametrize(
    ("mode", "values"),
    [
        ("empty_inventory", []),
        ("stock_zeros", [0, 80, 300]),
        ("stock_short", [80, 300]),
    ],
)
def test_stock_lies_as_a_dial_says(floor, mode, values):
    floor.sandbox.json("/control/dials", shop=VC, mode=mode, operation="stock.list", share=0.34)
    rows = read(floor.veracore("GET", "inventory"))["Items"]
    assert [row["AvailableQuantity"] for row in rows] == values


@pytest.mark.parametrize(
    ("mode", "operation", "status"),
    [("500", "order.create", 500), ("429", "stock.list", 429), ("403", "order.find", 403)],
)
def test_dials_fail_the_call_they_are_set_for(floor, mode, operation, status):
    floor.sandbox.json("/control/dials", shop=VC, mode=mode, operation=operation)
    calls = {
        "order.create": floor.order_veracore,
        "stock.list": lambda: floor.veracore("GET", "inventory"),
        "order.find": lambda: floor.veracore("GET", "orders/CD-1"),
    }
    answers = {name: call().status for name, call in calls.items()}
    assert answers.pop(operation) == status
    assert status not in answers.values()


def test_a_lost_answer_took_effect_and_a_failed_call_did_not(floor):
    dial = {"shop": VC, "operation": "order.create", "times": 1}
    floor.sandbox.json("/control/dials", mode="500_after", **dial)
    assert floor.order_veracore("CD-1").status == 500
    floor.sandbox.json("/control/dials", mode="500", **dial)
    assert floor.order_veracore("CD-2").status == 500
    assert list(floor.world.state.warehouses[VC].orders) == ["CD-1"]


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        (f"{VC}/pick", {"number": "NO"}, "There is no order NO."),
        (f"{VC}/rules", {"colour": "red"}, "There is no rule colour."),
        (f"{VC}/stock", {"sku": "X", "on_hand": "many"}, "A value is missing or wrong"),
    ],
)
def test_a_wrong_command_is_said(floor, path, fields, said):
    status, answer = floor.control(path, **fields)
    assert (status, said in answer["error"]) == (422, True)


def test_the_back_office_picks_packs_ships_and_delivers(floor):
    floor.order_veracore()
    assert "CD-1" in floor.page(f"{VC}/")
    assert "It is being picked." in floor.press(VC, "CD-1", "pick")[1]
    assert "It is packed." in floor.press(VC, "CD-1", "pack")[1]
    part = {"units-CD-TOTE-01": "2", "carrier": "USPS", "number": "9400"}
    assert "Parcel 9400 is on its way." in floor.press(VC, "CD-1", "ship", **part)[1]
    rest = {"units-CD-TOTE-01": "1", "carrier": "UPS"}
    assert floor.press(VC, "CD-1", "ship", **rest)[0] == 303
    shown = floor.press(VC, "CD-1", "deliver")[1]
    assert 'id="status">delivered<' in shown
    assert "CD-1" not in floor.page(f"{VC}/")
    assert "CD-1" in floor.page(f"{VC}/", "show=shipped")


@pytest.mark.parametrize(
    ("name", "fields"),
    [("ship", {"units-CD-TOTE-01": "9"}), ("ship", {}), ("short", {}), ("void", {"parcel": "x"})],
)
def test_the_back_office_says_what_cannot_be_done(floor, name, fields):
    floor.order_veracore()
    assert floor.press(VC, "CD-1", name, **fields)[0] == 400
    assert floor.good(VC, "CD-TOTE-01") == (120, 3, 117)


def test_shelves_are_counted_and_nonsense_is_refused(floor):
    path = f"/warehouses/{EX}/stock/"
    assert floor.sandbox.form(path, **{"stock-HLX-TEA-20": "7"}).status == 303
    assert floor.good(EX, "HLX-TEA-20") == (7, 0, 7)
    assert floor.sandbox.form(path, **{"stock-HLX-TEA-20": "-1"}).status == 400
    assert "Batch" in floor.page(f"{EX}/stock/")


@pytest.mark.parametrize("path", ["nowhere/", f"{VC}/orders/NO/", "nowhere/stock/"])
def test_what_is_not_there_is_not_found(floor, path):
    assert floor.sandbox.send("GET", f"/warehouses/{path}").status == 404


def test_the_index_leads_to_the_warehouses(floor):
    html = floor.sandbox.send("GET", "/").body.decode()
    assert f'href="/warehouses/{VC}/"' in html
    assert "Valley Cold Storage" in html
