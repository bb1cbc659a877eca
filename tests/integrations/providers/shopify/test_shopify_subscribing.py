"""A store is told once what we want to hear, and that our reference is unique."""

import pytest

from integrations.errors import NotAuthorized

from .placed_order import refused, staged

HOOK = "https://portal.example.com/hooks/k/"


def subscriptions(*rows):
    nodes = [{"id": "1", "topic": topic, "uri": uri} for topic, uri in rows]
    page = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    return {"data": {"webhookSubscriptions": page}}


DEFINED = {
    "data": {"metafieldDefinitionCreate": {"createdDefinition": {"id": "1"}, "userErrors": []}}
}


def test_only_missing_subscriptions_are_made(world):
    partner = world.partner()
    there = [(topic, HOOK) for topic in partner.topics[2:]]
    old = (partner.topics[0], "https://old.example.com/hooks/k/")
    world.answer(DEFINED, subscriptions(*there, old))
    world.answer(staged("webhookSubscriptionCreate"))
    assert partner.subscribe(HOOK) == ["FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE"]
    assert world.sent()[2:] == [
        {"op": "WebhookCreate", "topic": "FULFILLMENTS_CREATE", "uri": HOOK},
        {"op": "WebhookCreate", "topic": "FULFILLMENTS_UPDATE", "uri": HOOK},
    ]


def test_our_reference_becomes_a_unique_id_once(world):
    partner = world.partner()
    taken = {"code": "TAKEN", "field": ["definition"], "message": "Key is in use."}
    world.answer(refused("metafieldDefinitionCreate", taken))
    world.answer(subscriptions(*[(topic, HOOK) for topic in partner.topics]))
    assert partner.subscribe(HOOK) == []
    definition = world.sent()[0]["definition"]
    assert (definition["namespace"], definition["key"], definition["type"]) == (
        "crossdock",
        "reference",
        "id",
    )
    assert definition["capabilities"] == {"uniqueValues": {"enabled": True}}


def test_a_store_that_hides_customer_data_needs_a_person(world):
    message = (
        "This app is not approved to subscribe to webhook topics containing protected customer "
        "data."
    )
    world.answer(DEFINED, subscriptions())
    world.answer(refused("webhookSubscriptionCreate", {"field": ["topic"], "message": message}))
    with pytest.raises(NotAuthorized, match="protected customer data access"):
        world.partner().subscribe(HOOK)


def test_a_subscription_that_is_there_after_all_is_fine(world):
    partner = world.partner()
    world.answer(DEFINED, subscriptions(*[(topic, HOOK) for topic in partner.topics[1:]]))
    error = {"field": ["uri"], "message": "Address for this topic has already been taken"}
    world.answer(refused("webhookSubscriptionCreate", error))
    assert partner.subscribe(HOOK) == ["FULFILLMENTS_CREATE"]
