"""The control API of the warehouses: made, seen, signed in to, moved and refused."""

import json

import pytest

from .warehouse_floor import EX, Floor, read

SECRETS = ("extensiv-secret", "veracore-secret", "hush")
NEW = {
    "kind": "extensiv",
    "account": "WMS.New.Example",
    "name": "New Warehouse",
    "client_id": "portal",
    "client_secret": "hush",
    "goods": [{"sku": "A", "title": "Apple", "on_hand": 5, "price": "1.50"}],
}


@pytest.fixture
def floor(sandbox) -> Floor:
    return Floor(sandbox)


def add(floor, **fields):
    answer = floor.sandbox.json("/control/warehouses", **{**NEW, **fields})
    return answer.status, read(answer)


def seen(floor, path: str = ""):
    return read(floor.sandbox.send("GET", f"/control/warehouses{path}"))


def test_the_list_shows_rules_and_goods_and_no_secret(floor):
    found = seen(floor)["warehouses"]
    assert [one["kind"] for one in found] == ["veracore", "extensiv"]
    assert found[1]["rules"]["envelope"] == "items"
    assert not any(word in json.dumps(found) for word in SECRETS)


def test_a_new_warehouse_answers_under_its_name_in_small_letters(floor):
    status, made = add(floor)
    assert (status, made["account"], list(made["goods"])) == (201, "wms.new.example", ["A"])
    path = "/extensiv/wms.new.example/oauth/token"
    form = {"grant_type": "client_credentials", "client_id": "portal", "client_secret": "hush"}
    assert floor.sandbox.form(path, **form).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"account": EX},
        {"account": EX.upper()},
        {"account": ""},
        {"account": "a/b"},
        {"kind": "barn"},
        {"goods": [{"title": "No SKU", "on_hand": 1}]},
        {"goods": [{"sku": "A", "on_hand": "many"}]},
    ],
)
def test_a_warehouse_of_nonsense_is_not_made(floor, fields):
    status, answer = add(floor, **fields)
    assert (status, answer["error"].startswith("The warehouse cannot be made: ")) == (422, True)
    assert len(seen(floor)["warehouses"]) == 2


def test_new_credentials_count_at_once_and_the_old_ones_no_more(floor):
    assert floor.control(f"{EX}/login", client_secret="newer") == (
        200,
        {"client_id": "extensiv-demo"},
    )
    assert "Message" in floor.token()
    assert "access_token" in floor.token(client_secret="newer")


def test_every_token_is_revoked_at_once(floor):
    floor.token()
    assert floor.control(f"{EX}/revoke") == (200, {"revoked": 2})
    assert floor.extensiv("GET", "products").status == 401


def test_a_strangers_order_takes_its_units_too(floor):
    lines = [{"sku": "HLX-TEA-20", "quantity": 30}]
    status, order = floor.control(f"{EX}/order", number="PO-77", lines=lines)
    assert (status, order["name"], order["status"]) == (200, "Somebody else", "new")
    assert floor.good(EX, "HLX-TEA-20") == (80, 30, 50)
    assert [one["number"] for one in seen(floor, f"/{EX}/orders")["orders"]] == ["PO-77"]


def test_stock_is_set_and_what_is_shown_in_its_place(floor):
    status, good = floor.control(f"{EX}/stock", sku="HLX-TEA-20", on_hand=12, shown="100+")
    assert (status, good["on_hand"], good["shown"]) == (200, 12, "100+")
    row = read(floor.extensiv("GET", "inventory/HLX-TEA-20"))
    assert (row["quantity_on_hand"], row["quantity_available"]) == (12, "100+")


def test_a_sku_that_was_not_there_is_new(floor):
    floor.control(f"{EX}/stock", sku="NEW-1", on_hand=4, title="New thing")
    [row] = [one for one in seen(floor, f"/{EX}/stock")["stock"] if one["sku"] == "NEW-1"]
    assert (row["title"], row["available"]) == ("New thing", 4)


@pytest.mark.parametrize(
    "fields", [{"on_hand": -1}, {"on_hand": 7, "price": "dear"}, {"on_hand": None}, {}]
)
def test_a_wrong_count_leaves_the_shelf_as_it_was(floor, fields):
    assert floor.control(f"{EX}/stock", sku="HLX-TEA-20", **fields)[0] == 422
    assert floor.good(EX, "HLX-TEA-20") == (80, 0, 80)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("pick", {}),
        ("short", {"number": "CD-1"}),
        ("deliver", {"number": "CD-1"}),
        ("void", {"number": "CD-1", "parcel": 1}),
        ("void", {"number": "CD-1"}),
        ("ship", {"number": "CD-1", "units": {"GRN-TINC-30": 9}}),
        ("ship", {"number": "CD-1", "units": {"GRN-TINC-30": -1}}),
        ("ship", {"number": "CD-1", "units": ["GRN-TINC-30"]}),
        ("order", {"number": "CD-1", "lines": [{"sku": "HLX-TEA-20", "quantity": 1}]}),
        ("order", {"number": "CD-2", "lines": []}),
        ("rules", {"envelope": "paper"}),
        ("rules", {"token_seconds": "long"}),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(floor, name, fields):
    floor.order_extensiv()
    before = floor.world.state.warehouses[EX].model_dump()
    status, answer = floor.control(f"{EX}/{name}", **fields)
    assert (status, list(answer)) == (422, ["error"])
    assert floor.world.state.warehouses[EX].model_dump() == before


@pytest.mark.parametrize("before", ["ship", "cancel"])
def test_nothing_is_picked_or_packed_once_it_left_or_ended(floor, before):
    floor.order_extensiv()
    floor.control(f"{EX}/{before}", number="CD-1")
    for name in ("pick", "pack", "ship"):
        assert floor.control(f"{EX}/{name}", number="CD-1")[0] == 422


def test_a_canceled_order_gives_its_units_back_and_says_why_in_the_ledger(floor):
    floor.order_extensiv()
    status, order = floor.control(f"{EX}/cancel", number="CD-1", reason="Broken jar.")
    assert (status, order["status"]) == (200, "canceled")
    assert floor.good(EX, "GRN-TINC-30") == (40, 0, 40)
    assert floor.world.state.ledger[-1].summary == "CD-1 is canceled. Broken jar."


def test_an_unknown_warehouse_is_not_found(floor):
    assert floor.control("nowhere/pick", number="CD-1")[0] == 404
    assert floor.sandbox.send("GET", "/control/warehouses/nowhere/stock").status == 404
