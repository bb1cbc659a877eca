"""Buying as a customer, the body it announces, and shipping in the back office."""

import pytest

from .conftest import SHOP

PERSON = {
    "first_name": "Maya",
    "last_name": "Okafor",
    "email": "maya@example.com",
    "address1": "218 Juniper Avenue",
    "city": "Denver",
    "province_code": "CO",
    "country_code": "US",
    "zip": "80206",
    "phone": "",
}


@pytest.fixture
def buy(sandbox):
    def call(**quantities):
        boxes = {
            f"qty-{sandbox.variant(sku.replace('_', '-')).id}": str(units)
            for sku, units in quantities.items()
        }
        return sandbox.form(f"/stores/{SHOP}/orders/", **PERSON, **boxes)

    return call


def only_order(sandbox):
    (order,) = sandbox.store.orders.values()
    return order


def test_the_shelf_shows_price_stock_and_sold_out(sandbox):
    html = sandbox.send("GET", f"/stores/{SHOP}/").body.decode()
    assert "19.50 USD" in html
    assert "10 left" in html
    assert "Sold out" in html


def test_buying_leads_to_the_order_page(sandbox, buy):
    response = buy(GUJI_12=2, GUJI_32=1)
    assert response.status == 303
    html = sandbox.send("GET", response.headers["Location"]).body.decode()
    assert 'Thank you, order <span id="order-name">#1001</span>' in html
    assert '<strong id="order-status">Not shipped yet</strong>' in html
    assert "91.00 USD" in html


def test_the_announced_order_has_shopifys_shape(sandbox, buy):
    sandbox.subscribe("ORDERS_CREATE")
    buy(GUJI_12=2)
    (body,) = sandbox.bodies("orders/create")
    line = body["line_items"][0]
    assert body["admin_graphql_api_id"] == f"gid://shopify/Order/{body['id']}"
    assert (body["name"], body["financial_status"]) == ("#1001", "paid")
    assert (body["total_price"], body["subtotal_price"]) == ("45.00", "39.00")
    assert body["total_price_set"]["shop_money"] == {"amount": "45.00", "currency_code": "USD"}
    assert body["shipping_address"]["province"] == "Colorado"
    assert body["customer"]["email"] == "maya@example.com"
    assert (line["sku"], line["quantity"], line["price"]) == ("GUJI-12", 2, "19.50")
    assert (line["variant_id"], line["variant_title"]) == (sandbox.variant("GUJI-12").id, "12 oz")
    assert (line["current_quantity"], line["fulfillable_quantity"]) == (2, 2)


def test_more_than_is_left_is_refused_with_the_form_kept(sandbox, buy):
    response = buy(GUJI_32=4)
    assert response.status == 422
    assert b"Unable to reserve inventory: 3 left" in response.body
    assert b'value="Juniper' not in response.body
    assert b'value="218 Juniper Avenue"' in response.body
    assert sandbox.store.orders == {}


def test_an_empty_basket_is_refused(sandbox, buy):
    response = buy(GUJI_12=0)
    assert response.status == 422
    assert b"Choose at least one product" in response.body


def test_text_from_customers_is_escaped(sandbox, buy):
    path = f"/stores/{SHOP}/orders/"
    boxes = {f"qty-{sandbox.variant('GUJI-12').id}": "1"}
    person = {**PERSON, "email": "<script>x</script>"}
    place = sandbox.form(path, **person, **boxes).headers["Location"]
    assert b"<script>" not in sandbox.send("GET", place).body


def test_custom_and_free_lines_and_discounts_are_announced(sandbox):
    sandbox.subscribe("ORDERS_CREATE")
    lines = [
        {"sku": "GUJI-12", "quantity": 2},
        {"title": "Gift wrap", "price": "0.00", "quantity": 1, "requires_shipping": False},
        {"title": "Tasting set", "sku": "OTHER", "price": "11.00", "quantity": 1},
    ]
    path = f"/control/stores/{SHOP}/orders"
    sandbox.json(path, lines=lines, discount_code="TENOFF", discount="10.00")
    (body,) = sandbox.bodies("orders/create")
    wrap, custom = body["line_items"][1:]
    assert (wrap["variant_id"], wrap["product_id"], wrap["price"]) == (None, None, "0.00")
    assert (custom["sku"], custom["variant_id"], custom["product_exists"]) == ("OTHER", None, False)
    amounts = [one["discount_allocations"] for one in body["line_items"]]
    assert [[part["amount"] for part in parts] for parts in amounts] == [["7.80"], [], ["2.20"]]
    assert (body["total_discounts"], body["total_price"]) == ("10.00", "40.00")


def test_an_order_can_be_kept_quiet(sandbox):
    sandbox.subscribe("ORDERS_CREATE")
    path = f"/control/stores/{SHOP}/orders"
    sandbox.json(path, lines=[{"sku": "GUJI-12"}], announce=False)
    assert len(sandbox.store.orders) == 1
    assert sandbox.bodies("orders/create") == []


def ship_path(order):
    return f"/stores/{SHOP}/admin/orders/{order.id}/ship/"


def test_shipping_a_part_announces_a_parcel(sandbox, buy):
    sandbox.subscribe("FULFILLMENTS_CREATE")
    buy(GUJI_12=3)
    order = only_order(sandbox)
    part = {f"qty-{order.lines[0].id}": "2", "company": "UPS", "number": "1Z7"}
    assert sandbox.form(ship_path(order), **part).status == 303
    (body,) = sandbox.bodies("fulfillments/create")
    assert (body["order_id"], body["status"]) == (order.id, "success")
    assert (body["tracking_company"], body["tracking_numbers"]) == ("UPS", ["1Z7"])
    assert body["tracking_url"] == "https://www.ups.com/track?tracknum=1Z7"
    assert [one["quantity"] for one in body["line_items"]] == [2]
    assert order.fulfillment_status == "PARTIALLY_FULFILLED"
    assert sandbox.kinds()[-1] == "fulfillment_created"


def test_the_customer_sees_the_tracking_number(sandbox, buy):
    place = buy(GUJI_12=1).headers["Location"]
    order = only_order(sandbox)
    boxes = {f"qty-{order.lines[0].id}": "1"}
    sandbox.form(ship_path(order), **boxes, company="UPS", number="1Z7")
    html = sandbox.send("GET", place).body.decode()
    assert '<span data-test="tracking-number">1Z7</span>' in html
    assert '<strong id="order-status">Shipped</strong>' in html


def test_shipped_units_leave_the_shelf(sandbox, buy):
    buy(GUJI_12=3)
    order = only_order(sandbox)
    sandbox.form(ship_path(order), **{f"qty-{order.lines[0].id}": "3"})
    level = sandbox.variant("GUJI-12").levels[sandbox.store.locations[0].id]
    assert (level.available, level.committed, level.on_hand) == (7, 0, 7)


def test_a_delivered_parcel_is_announced(sandbox, buy):
    sandbox.subscribe("FULFILLMENTS_UPDATE")
    buy(GUJI_12=1)
    order = only_order(sandbox)
    sandbox.form(ship_path(order), **{f"qty-{order.lines[0].id}": "1"})
    path = f"/stores/{SHOP}/admin/orders/{order.id}/deliver/"
    assert sandbox.form(path, parcel=str(order.fulfillments[0].id)).status == 303
    (body,) = sandbox.bodies("fulfillments/update")
    assert body["shipment_status"] == "delivered"
    document = "query Q($id: ID!) { order(id: $id) { fulfillments { displayStatus deliveredAt } } }"
    shown = sandbox.run(document, id=f"gid://shopify/Order/{order.id}")["order"]["fulfillments"]
    assert shown == [{"displayStatus": "DELIVERED", "deliveredAt": "2026-11-20T12:00:00Z"}]


def test_more_than_is_open_cannot_be_shipped(sandbox, buy):
    buy(GUJI_12=1)
    order = only_order(sandbox)
    response = sandbox.form(ship_path(order), **{f"qty-{order.lines[0].id}": "2"})
    assert response.status == 422
    assert order.fulfillments == []


def test_an_app_ships_through_the_fulfillment_order(sandbox, buy):
    buy(GUJI_12=2)
    order_id = f"gid://shopify/Order/{only_order(sandbox).id}"
    read = """query F($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { nodes {
      id lineItems(first: 5) { nodes { id remainingQuantity } } } } } }"""
    (work,) = sandbox.run(read, id=order_id)["order"]["fulfillmentOrders"]["nodes"]
    write = """mutation S($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
      fulfillment { totalQuantity trackingInfo { number } } userErrors { message } } }"""
    given = {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": work["id"]}],
        "trackingInfo": {"company": "USPS", "number": "9400"},
    }
    made = sandbox.run(write, f=given)["fulfillmentCreate"]["fulfillment"]
    assert made["totalQuantity"] == 2
    assert made["trackingInfo"] == [{"number": "9400"}]
    again = sandbox.run(write, f=given)["fulfillmentCreate"]
    assert again["userErrors"] == [{"message": "There is nothing left to ship."}]


def test_stock_is_edited_on_the_products_page(sandbox):
    path = f"/stores/{SHOP}/admin/products/stock/"
    boxes = {f"stock-{one.id}": str(one.available) for one in sandbox.store.variants()}
    boxes[f"stock-{sandbox.variant('DECAF').id}"] = "8"
    assert sandbox.form(path, **boxes).status == 303
    assert sandbox.variant("DECAF").available == 8
    entry = sandbox.world.state.ledger[-1]
    assert (entry.kind, len(entry.detail["changes"])) == ("stock_set", 1)


@pytest.mark.parametrize("path", ["/", "/ledger/", "/dials/", "/mail/", "/no/such/page/"])
def test_pages_allow_no_inline_code(sandbox, path):
    response = sandbox.send("GET", path)
    assert response.status == (404 if path.startswith("/no") else 200)
    if response.status == 200:
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert b"style=" not in response.body
        assert b"<script" not in response.body
