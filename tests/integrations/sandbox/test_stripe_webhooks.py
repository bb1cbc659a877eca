"""Deliveries of the simulated Stripe that go wrong, and the secret that is changed."""

import json

import pytest

from integrations.errors import BadResponse
from integrations.sandbox.shopify.courier import settle
from integrations.sandbox.stripe.seed import ACCOUNT, SECRET


@pytest.fixture
def dial(payer):
    def turn(mode, operation="payment_intent.succeeded", **values):
        given = {"mode": mode, "operation": operation, "shop": ACCOUNT, **values}
        assert payer.sandbox.json("/control/dials", **given).status == 201

    return turn


def verdicts(payer, **keys):
    return [payer.stripe(**keys).verify(body, headers) for _, body, headers in payer.sent()]


def test_each_attempt_is_signed_with_its_own_time(payer):
    payer.pay()
    first = payer.sent()[0][2]["stripe-signature"]
    payer.sandbox.clock.forward(hours=2)
    later = payer.sent()[0][2]["stripe-signature"]
    assert first != later
    assert verdicts(payer) == [True, True]


def test_copies_have_one_id(payer, dial):
    dial("duplicate_webhooks", copies=3)
    payer.pay()
    ids = [json.loads(body)["id"] for kind, body, _ in payer.sent() if "intent" in kind]
    assert (len(ids), len(set(ids))) == (3, 1)


def test_forged_and_unsigned_ones_are_refused(payer, dial):
    dial("forged_webhooks")
    dial("unsigned_webhooks", operation="checkout.session.completed")
    payer.pay()
    assert verdicts(payer) == [False, False]
    assert "stripe-signature" not in payer.sent()[1][2]


def test_the_previous_secret_signs_where_a_dial_says_so(payer, dial):
    payer.control("endpoint", secret="whsec_new")
    dial("old_secret_webhooks")
    payer.pay()
    assert verdicts(payer, webhook_secret="whsec_new") == [False, True]
    both = {"webhook_secret": "whsec_new", "old_webhook_secret": SECRET}
    assert verdicts(payer, **both) == [True, True]


def test_an_unreadable_one_is_signed_all_the_same(payer, dial):
    dial("unreadable_webhooks", body_form="html")
    payer.pay()
    assert verdicts(payer) == [True, True]
    with pytest.raises(BadResponse):
        payer.heard()


def test_a_dropped_one_is_noted_and_never_sent(payer, dial):
    dial("drop_webhooks")
    payer.pay()
    assert payer.types() == ["checkout.session.completed"]
    assert "webhook_dropped" in payer.sandbox.kinds()


def test_one_is_overtaken_by_the_next(payer, dial):
    dial("webhooks_out_of_order", operation="*", delay_seconds=600)
    payer.pay()
    (key, held), (other, _) = payer.sandbox.world.state.deliveries.items()
    assert held.due_at > payer.sandbox.clock()
    settle(payer.sandbox.world, other, 200)
    assert payer.sandbox.world.state.deliveries[key].due_at == payer.sandbox.clock()


def test_one_that_is_refused_is_tried_again_and_given_up_in_the_end(payer):
    payer.control("endpoint", enabled_events=["payment_intent.succeeded"])
    payer.pay()
    world = payer.sandbox.world
    (key,) = world.state.deliveries
    for _ in range(8):
        settle(world, key, 401)
    assert key in world.state.deliveries
    settle(world, key, 401)
    assert world.state.deliveries == {}
