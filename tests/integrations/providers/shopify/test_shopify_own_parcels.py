"""Parcels are published in our own store, once."""

import pytest
import requests

from integrations.errors import Duplicate, Rejected, Unconfirmed
from integrations.types import ShipmentToPublish

from .conftest import GRAPHQL, LAST, OWN, load

ORDER = "gid://shopify/Order/820982911946154508"


def line(number: int) -> str:
    return f"gid://shopify/LineItem/{number}"


def parcel(*lines, number: str = "1Z9", carrier: str = "ups") -> ShipmentToPublish:
    return ShipmentToPublish(ORDER, tuple(lines), carrier, number, "")


def created(number: int):
    fulfillment = {"id": f"gid://shopify/Fulfillment/{number}"}
    return {"data": {"fulfillmentCreate": {"fulfillment": fulfillment, "userErrors": []}}}


def fulfilled(*rows, number: str | None = "1Z9", status: str = "SUCCESS", external: int = 1):
    nodes = [{"quantity": units, "lineItem": {"id": line(one), "sku": ""}} for one, units in rows]
    return {
        "id": f"gid://shopify/Fulfillment/{external}",
        "status": status,
        "trackingInfo": [{"number": number}] if number else [],
        "fulfillmentLineItems": {"nodes": nodes, "pageInfo": LAST},
    }


def open_order(*fulfillments, **statuses):
    answer = load("graphql_fulfillment_orders")
    answer["data"]["order"]["fulfillments"] = list(fulfillments)
    for order in answer["data"]["order"]["fulfillmentOrders"]["nodes"]:
        number = f"fo{order['id'][-2:]}"
        order["status"] = statuses.get(number, order["status"])
    return answer


def test_a_parcel_is_published_with_its_tracking_and_without_mail(world):
    world.answer_own(open_order(), created(5))
    assert world.own().publish_shipment(parcel((line(1), 2))) == "gid://shopify/Fulfillment/5"
    assert world.sent()[1]["fulfillment"] == {
        "notifyCustomer": False,
        "trackingInfo": {"company": "UPS", "number": "1Z9"},
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": "gid://shopify/FulfillmentOrder/11",
                "fulfillmentOrderLineItems": [
                    {"id": "gid://shopify/FulfillmentOrderLineItem/111", "quantity": 2}
                ],
            }
        ],
    }


def test_units_at_two_locations_are_published_in_two_calls(world):
    world.answer_own(open_order(), created(5), created(6))
    assert world.own().publish_shipment(parcel((line(1), 4))) == "gid://shopify/Fulfillment/6"
    taken = [
        call["fulfillment"]["lineItemsByFulfillmentOrder"][0]["fulfillmentOrderLineItems"]
        for call in world.sent()[1:]
    ]
    assert [lines[0]["quantity"] for lines in taken] == [3, 1]


def test_when_only_the_first_location_passed_the_outcome_is_unknown(world):
    error = {"field": ["fulfillment"], "message": "Location is closed."}
    refusal = {"data": {"fulfillmentCreate": {"fulfillment": None, "userErrors": [error]}}}
    world.answer_own(open_order(), created(5), refusal)
    with pytest.raises(Unconfirmed, match="Location is closed"):
        world.own().publish_shipment(parcel((line(1), 4)))


def test_a_repeat_sends_only_what_is_not_under_that_number_yet(world):
    world.answer_own(open_order(fulfilled((1, 3))), created(6))
    world.own().publish_shipment(parcel((line(1), 4)))
    parts = world.sent()[1]["fulfillment"]["lineItemsByFulfillmentOrder"]
    assert parts[0]["fulfillmentOrderLineItems"][0]["quantity"] == 1


def test_a_parcel_the_store_has_is_a_duplicate_and_nothing_is_sent(world, net):
    world.answer_own(open_order(fulfilled((1, 2))))
    with pytest.raises(Duplicate):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 1


def test_a_canceled_fulfillment_does_not_count(world):
    world.answer_own(open_order(fulfilled((1, 2), status="CANCELLED")), created(5))
    assert world.own().publish_shipment(parcel((line(1), 2))) == "gid://shopify/Fulfillment/5"


def test_units_nobody_can_fulfill_any_more_are_a_duplicate(world, net):
    world.answer_own(open_order(fo11="CLOSED", fo12="CLOSED"))
    with pytest.raises(Duplicate, match="fulfilled already"):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 1


def test_more_units_than_are_open_are_refused_whole(world, net):
    world.answer_own(open_order())
    with pytest.raises(Rejected, match="1 of these units"):
        world.own().publish_shipment(parcel((line(1), 6)))
    assert len(net.calls) == 1


def test_an_order_on_hold_is_refused_with_what_to_do(world, net):
    world.answer_own(open_order(fo11="ON_HOLD", fo12="CLOSED"))
    with pytest.raises(Rejected, match="Release the hold"):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 1


def found(*fulfillments):
    return {"data": {"order": {"fulfillments": list(fulfillments)}}}


@pytest.mark.parametrize(
    ("there", "answer"),
    [
        ([fulfilled((1, 2), external=8)], "gid://shopify/Fulfillment/8"),
        ([fulfilled((1, 1)), fulfilled((1, 1), external=9)], "gid://shopify/Fulfillment/9"),
        ([fulfilled((1, 1))], None),
        ([fulfilled((1, 2), number="1Z8")], None),
        ([fulfilled((1, 2), status="CANCELLED")], None),
        ([], None),
    ],
)
def test_a_parcel_is_found_by_its_number_when_all_its_units_are_there(world, there, answer):
    world.answer_own(found(*there))
    assert world.own().find_shipment(parcel((line(1), 2))) == answer


def test_a_parcel_without_a_number_is_found_by_its_lines(world):
    there = [fulfilled((1, 2)), fulfilled((1, 2), number=None, external=3)]
    world.answer_own(found(*there))
    shipment = parcel((line(1), 2), number="")
    assert world.own().find_shipment(shipment) == "gid://shopify/Fulfillment/3"


def test_a_lost_answer_about_a_parcel_is_unconfirmed(world, net):
    world.answer_own(open_order())
    net.post(f"https://{OWN}{GRAPHQL}", body=requests.ReadTimeout())
    with pytest.raises(Unconfirmed):
        world.own().publish_shipment(parcel((line(1), 2)))
    assert len(net.calls) == 2


def test_a_parcel_of_an_order_that_is_gone_is_refused(world):
    world.answer_own({"data": {"order": None}})
    with pytest.raises(Rejected, match="does not have this order"):
        world.own().publish_shipment(parcel((line(1), 2)))
