"""Query cost: the bucket empties, refuses, and refills with time."""

import json

from integrations.sandbox.shopify.graphql.cost import Bucket, page_weight

ORDERS = "query O($n: Int!) { orders(first: $n) { nodes { id } } }"


def cost(response):
    return json.loads(response.body)["extensions"]["cost"]


def test_a_call_is_charged_what_it_used(sandbox):
    report = cost(sandbox.call(ORDERS, n=250))
    assert report["requestedQueryCost"] == 1 + page_weight(250)
    assert report["actualQueryCost"] < report["requestedQueryCost"]
    left = report["throttleStatus"]["currentlyAvailable"]
    assert 2000 - report["actualQueryCost"] <= left <= 2000


def test_an_empty_bucket_throttles_without_effect(sandbox, order_of):
    order_of()
    bucket = next(iter(sandbox.world.buckets.values()))
    bucket.left, bucket.restore = 3, 0
    answer = json.loads(sandbox.call(ORDERS, n=250).body)
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert answer["extensions"]["cost"]["actualQueryCost"] is None
    assert bucket.left == 3


def test_a_bucket_refills_but_never_overflows():
    bucket = Bucket(maximum=100, restore=10, left=0, at=0)
    bucket.refill(3)
    assert bucket.left == 30
    bucket.refill(60)
    assert bucket.left == 100


def test_one_request_may_not_cost_more_than_a_thousand(sandbox):
    document = """{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { variant {
      product { variants(first: 250) { nodes { id } } } } } } } } }"""
    answer = json.loads(sandbox.call(document).body)
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_a_page_of_more_than_250_is_refused(sandbox):
    answer = json.loads(sandbox.call(ORDERS, n=251).body)
    assert answer["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
