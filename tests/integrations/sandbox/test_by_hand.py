"""What merchants and shop staff do by hand, through the control API, and what it announces."""

import json

import pytest

from .test_orders import ADD, BEGIN, COMMIT, SET

pytestmark = pytest.mark.e2e

STATE = """query O($id: ID!) { order(id: $id) { closed closedAt cancelledAt merchantEditable
  merchantEditableErrors displayFulfillmentStatus displayFinancialStatus
  totalRefundedSet { shopMoney { amount } } refunds { totalRefundedSet { shopMoney { amount } } }
  fulfillmentOrders(first: 1) { nodes { status supportedActions { action } } } } }"""
TOPICS = (
    *("ORDERS_UPDATED", "ORDERS_EDITED", "ORDERS_CANCELLED", "ORDERS_FULFILLED"),
    *("FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE", "REFUNDS_CREATE"),
)


@pytest.fixture
def ours(live, receiver):
    """An order our app placed; returns its id."""
    live.subscribe(receiver.url, *TOPICS)
    answer = live.order(("GUJI-12", 2), ("DECAF", 1)).json()["data"]["orderCreate"]
    assert answer["userErrors"] == []
    return answer["order"]["id"]


def state(live, order_id):
    return live.run(STATE, id=order_id)["order"]


def lines(live):
    order = next(iter(live.store.orders.values()))
    return [(line.sku, line.current_quantity, line.fulfilled) for line in order.lines]


def topics(receiver, count):
    return sorted(one.topic for one in receiver.wait(count))


def begin(live, order_id):
    """The session's id, its lines by SKU order, or the refusal."""
    answer = live.run(BEGIN, id=order_id)["orderEditBegin"]
    if answer["userErrors"]:
        return answer["userErrors"][0]["message"]
    return answer["calculatedOrder"]


def refusal(live, document, **variables):
    (payload,) = live.run(document, **variables).values()
    return payload["userErrors"][0]["message"]


def test_the_merchant_changes_adds_and_removes_lines(live, receiver, ours):
    live.at_store(
        "edit",
        order="#1001",
        lines=[{"sku": "GUJI-12", "quantity": 5}, {"sku": "DECAF", "quantity": 0}],
        add=[{"sku": "GUJI-32", "quantity": 2}],
    )
    assert lines(live) == [("GUJI-12", 5, 0), ("DECAF", 0, 0), ("GUJI-32", 2, 0)]
    assert topics(receiver, 2) == ["orders/edited", "orders/updated"]
    edited = next(one for one in receiver.got if one.topic == "orders/edited")
    changes = json.loads(edited.body)["order_edit"]["line_items"]
    assert [one["delta"] for one in changes["additions"]] == [3, 2]
    assert [one["delta"] for one in changes["removals"]] == [1]
    assert live.variant("GUJI-32").available == 1


def test_an_edit_that_cannot_be_leaves_everything(live, ours):
    path = "stores/blue-door.myshopify.com/edit"
    wanted = [{"sku": "GUJI-12", "quantity": 1}, {"sku": "DECAF", "quantity": -1}]
    assert live.post(path, order="#1001", lines=wanted).status == 422
    assert lines(live) == [("GUJI-12", 2, 0), ("DECAF", 1, 0)]
    assert live.store.edits == {}


@pytest.mark.parametrize(
    ("mark", "back", "shown", "work"),
    [
        ("start", "unstart", "IN_PROGRESS", ("IN_PROGRESS", "MARK_AS_OPEN")),
        ("hold", "release", "ON_HOLD", ("ON_HOLD", "RELEASE_HOLD")),
    ],
)
def test_marks_are_shown_and_taken_back(live, receiver, ours, mark, back, shown, work):
    live.at_store(mark, order="#1001")
    found = state(live, ours)
    (one,) = found["fulfillmentOrders"]["nodes"]
    assert found["displayFulfillmentStatus"] == shown
    assert one["status"] == work[0]
    assert work[1] in [each["action"] for each in one["supportedActions"]]
    live.at_store(back, order="#1001")
    assert state(live, ours)["displayFulfillmentStatus"] == "UNFULFILLED"
    assert topics(receiver, 2) == ["orders/updated"] * 2


def test_an_order_on_hold_is_not_shipped(live, ours):
    live.at_store("hold", order="#1001")
    answer = live.post("stores/blue-door.myshopify.com/ship", order="#1001")
    assert (answer.status, answer.json()["error"]) == (422, "The fulfillment order is on hold.")
    assert lines(live) == [("GUJI-12", 2, 0), ("DECAF", 1, 0)]


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("archive", "The order is archived."),
        ("cancel", "The order is canceled."),
        ("ship", "The order is already fulfilled."),
        ("open_editor", "The order is being edited by someone else."),
    ],
)
def test_an_app_cannot_edit_an_order_that_is_done_or_in_other_hands(live, ours, action, reason):
    open_edit = begin(live, ours)["id"]
    live.at_store(action, order="#1001")
    before = lines(live)
    found = state(live, ours)
    assert (found["merchantEditable"], found["merchantEditableErrors"]) == (False, [reason])
    assert begin(live, ours) == reason
    decaf = f"gid://shopify/ProductVariant/{live.variant('GUJI-32').id}"
    live.run(ADD, id=open_edit, v=decaf, n=1)
    assert refusal(live, COMMIT, id=open_edit) == reason
    assert lines(live) == before


def test_an_archived_order_says_so_and_can_be_edited_again_later(live, receiver, ours):
    live.at_store("archive", order="#1001")
    found = state(live, ours)
    assert (found["closed"], found["cancelledAt"]) == (True, None)
    assert found["closedAt"] is not None
    (got,) = receiver.wait(1)
    assert (got.topic, json.loads(got.body)["closed_at"] is not None) == ("orders/updated", True)
    live.at_store("unarchive", order="#1001")
    assert state(live, ours)["merchantEditable"] is True
    assert state(live, ours)["closedAt"] is None


def test_a_commit_is_refused_when_somebody_edited_in_between(live, ours):
    edit = begin(live, ours)
    guji = edit["lineItems"]["nodes"][0]["id"]
    live.run(SET, id=edit["id"], line=guji, n=9)
    live.at_store("edit", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 3}])
    said = refusal(live, COMMIT, id=edit["id"])
    assert said == "The order has been edited since this edit began."
    assert lines(live)[0] == ("GUJI-12", 3, 0)


def test_a_partly_shipped_order_takes_new_lines_but_no_fewer_than_left(live, ours):
    live.at_store("ship", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 1}])
    live.at_store("ship", order="#1001", lines=[{"sku": "DECAF", "quantity": 1}])
    edit = begin(live, ours)
    guji, decaf = (one["id"] for one in edit["lineItems"]["nodes"])
    low = "Quantity can't be lower than what is fulfilled"
    done = "The line item is fulfilled and can't be edited"
    assert refusal(live, SET, id=edit["id"], line=guji, n=0) == low
    assert refusal(live, SET, id=edit["id"], line=decaf, n=4) == done
    live.run(SET, id=edit["id"], line=guji, n=4)
    assert live.run(COMMIT, id=edit["id"])["orderEditCommit"]["userErrors"] == []
    assert lines(live) == [("GUJI-12", 4, 1), ("DECAF", 1, 1)]


def test_a_commit_is_refused_when_the_line_was_shipped_in_between(live, ours):
    edit = begin(live, ours)
    guji = edit["lineItems"]["nodes"][0]["id"]
    live.run(SET, id=edit["id"], line=guji, n=1)
    live.at_store("ship", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 2}])
    assert "fulfilled" in refusal(live, COMMIT, id=edit["id"])
    assert lines(live)[0] == ("GUJI-12", 2, 2)


def test_an_edit_commits_and_gives_back_stock(live, ours):
    assert live.variant("GUJI-12").available == 10  # the order was placed past the stock
    live.at_store("edit", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 6}])
    assert live.variant("GUJI-12").available == 6
    live.at_store("edit", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 3}])
    assert live.variant("GUJI-12").available == 9


def test_shipping_partly_late_tracking_and_voiding(live, receiver, ours):
    live.at_store("ship", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 1}])
    assert topics(receiver, 2) == ["fulfillments/create", "orders/updated"]
    live.at_store("track", order="#1001", company="UPS", number="1Z999")
    got = [one for one in receiver.wait(4)[2:] if one.topic == "fulfillments/update"]
    assert json.loads(got[0].body)["tracking_numbers"] == ["1Z999"]
    live.at_store("void", order="#1001")
    news = receiver.wait(6)[4:]
    voided = next(one for one in news if one.topic == "fulfillments/update")
    assert json.loads(voided.body)["status"] == "cancelled"
    assert lines(live) == [("GUJI-12", 2, 0), ("DECAF", 1, 0)]
    again = live.post("stores/blue-door.myshopify.com/void", order="#1001", parcel="#1001-F1")
    assert again.json()["error"] == "The fulfillment has already been cancelled."


def test_a_voided_parcel_puts_promised_units_back_on_the_shelf(live):
    live.sell(("GUJI-12", 4))
    level = next(iter(live.variant("GUJI-12").levels.values()))
    live.at_store("ship", order="#1001")
    assert (level.available, level.committed, level.on_hand) == (6, 0, 6)
    live.at_store("void", order="#1001")
    assert (level.available, level.committed, level.on_hand) == (6, 4, 10)
    live.at_store("cancel", order="#1001")
    assert (level.available, level.committed) == (10, 0)


def test_more_than_ordered_can_leave_when_asked_for(live, receiver, ours):
    path = "stores/blue-door.myshopify.com/ship"
    too_many = [{"sku": "GUJI-12", "quantity": 3}]
    assert live.post(path, order="#1001", lines=too_many).status == 422
    live.at_store("ship", order="#1001", lines=too_many, too_many=True)
    assert lines(live) == [("GUJI-12", 2, 3), ("DECAF", 1, 0)]
    parcel = next(one for one in receiver.wait(2) if one.topic == "fulfillments/create")
    assert json.loads(parcel.body)["line_items"][0]["quantity"] == 3


def test_the_last_parcel_announces_the_order_as_fulfilled(live, receiver, ours):
    live.at_store("ship", order="#1001")
    wanted = ["fulfillments/create", "orders/fulfilled", "orders/updated"]
    assert topics(receiver, 3) == wanted


PERSON = {"email": "maya@example.com", "first_name": "Maya", "last_name": "Okafor"}


def test_a_customers_order_is_refunded_in_part(live, receiver):
    live.subscribe(receiver.url, "REFUNDS_CREATE", "ORDERS_UPDATED")
    order = live.sell(("GUJI-12", 3), **PERSON)
    live.at_store("refund", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 1}])
    got = {one.topic: json.loads(one.body) for one in receiver.wait(2)}
    refund = got["refunds/create"]
    assert refund["transactions"][0]["amount"] == "19.50"
    assert refund["refund_line_items"][0]["restock_type"] == "cancel"
    changed = got["orders/updated"]
    assert changed["line_items"][0]["current_quantity"] == 2
    assert changed["financial_status"] == "partially_refunded"
    assert changed["refunds"] == [refund]
    assert live.variant("GUJI-12").available == 8
    found = state(live, f"gid://shopify/Order/{order['id']}")
    assert found["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert found["totalRefundedSet"]["shopMoney"]["amount"] == "19.50"
    assert len(found["refunds"]) == 1


def test_money_alone_and_the_rest(live):
    live.sell(("GUJI-12", 2))
    live.at_store("refund", order="#1001", lines=[], amount="5.00")
    assert lines(live) == [("GUJI-12", 2, 0)]
    live.at_store("refund", order="#1001", amount="34.00", restock=False)
    order = next(iter(live.store.orders.values()))
    assert (order.financial_status, lines(live)) == ("REFUNDED", [("GUJI-12", 0, 0)])
    assert live.variant("GUJI-12").available == 8


def test_a_returned_unit_is_for_sale_again(live):
    live.sell(("GUJI-12", 2))
    live.at_store("ship", order="#1001")
    live.at_store("refund", order="#1001", lines=[{"sku": "GUJI-12", "quantity": 1}])
    order = next(iter(live.store.orders.values()))
    assert order.refunds[0].lines[0].restock == "return"
    assert lines(live) == [("GUJI-12", 1, 2)]
    assert live.variant("GUJI-12").available == 9


def test_more_than_was_paid_cannot_be_refunded(live):
    live.sell()
    path = "stores/blue-door.myshopify.com/refund"
    answer = live.post(path, order="#1001", lines=[], amount="20.00")
    assert answer.json()["error"] == "At most 19.50 USD can be refunded"
    assert next(iter(live.store.orders.values())).refunds == []
