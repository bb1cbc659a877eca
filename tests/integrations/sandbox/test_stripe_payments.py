"""What the simulated Stripe tells of a payment, as the portal's provider understands it."""

import json
from decimal import Decimal

import pytest

from integrations.sandbox.stripe.seed import ACCOUNT


def words(events):
    return [(one.topic, one.data.external_id) for one in events]


def test_a_card_is_told_twice_as_one_payment(payer):
    sale = payer.pay()
    assert payer.types() == ["payment_intent.succeeded", "checkout.session.completed"]
    events = payer.heard()
    assert words(events) == [("payment.paid", sale.payment)] * 2
    assert {one.data.amount for one in events} == {Decimal("82.00")}
    assert events[1].data.checkout_id == sale.id


def test_our_order_number_comes_with_both(payer):
    payer.pay(order_number=" CD-1001 ")
    assert [one.data.order_reference for one in payer.heard()] == ["CD-1001", "CD-1001"]


def test_a_declined_card_is_followed_by_another(payer):
    sale = payer.pay("declined")
    events = payer.heard()
    assert [one.topic for one in events] == ["payment.failed", "payment.paid", "payment.paid"]
    assert (events[0].data.external_id, events[0].data.reason) == (
        sale.payment,
        "Your card was declined.",
    )


def test_a_transfer_is_paid_when_it_arrives(payer):
    sale = payer.pay("transfer")
    assert (payer.types(), payer.heard()) == (["checkout.session.completed"], [])
    payer.control("complete", payment=sale.payment)
    assert payer.types()[1:] == [
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]
    assert words(payer.heard()) == [("payment.paid", sale.payment)] * 2


def test_a_transfer_that_never_comes_failed(payer):
    sale = payer.pay("transfer")
    payer.control("fail", payment=sale.payment)
    assert words(payer.heard()) == [("payment.failed", sale.payment)] * 2


def test_refunds_say_all_that_went_back_so_far(payer):
    sale = payer.pay()
    payer.control("refund", payment=sale.payment, amount=3000)
    payer.control("refund", payment=sale.payment)
    refunds = [one.data for one in payer.heard() if one.topic == "payment.refunded"]
    assert [one.refunded for one in refunds] == [Decimal("30.00"), Decimal("82.00")]


def test_a_dispute_says_why(payer):
    sale = payer.pay()
    payer.control("dispute", payment=sale.payment, reason="product_not_received")
    last = payer.heard()[-1]
    assert (last.topic, last.data.external_id) == ("payment.disputed", sale.payment)
    assert last.data.reason == "The customer says that the goods did not arrive."


@pytest.mark.parametrize(
    ("action", "given", "says"),
    [
        ("refund", {"amount": 8201}, "Between 0.01 and 82.00 can be refunded."),
        ("refund", {"amount": 0}, "Between 0.01 and 82.00 can be refunded."),
        ("complete", {}, "is paid, not processing."),
        ("dispute", {"reason": "boredom"}, "for one of these reasons"),
    ],
)
def test_what_cannot_be_is_refused_and_told_to_nobody(payer, action, given, says):
    sale = payer.pay()
    path = f"/control/stripes/{ACCOUNT}/{action}"
    answer = payer.sandbox.json(path, payment=sale.payment, **given)
    assert answer.status == 422
    assert says in json.loads(answer.body)["error"]
    assert len(payer.types()) == 2


def test_only_types_the_endpoint_wants_are_sent(payer):
    payer.control("endpoint", enabled_events=["checkout.session.completed"])
    payer.pay()
    assert payer.types() == ["checkout.session.completed"]


def test_without_an_endpoint_nobody_is_told(payer):
    payer.control("endpoint", url="")
    payer.pay()
    assert payer.types() == []


def test_what_took_effect_is_in_the_ledger(payer):
    sale = payer.pay("declined")
    payer.control("refund", payment=sale.payment)
    kinds = [one for one in payer.sandbox.kinds() if one.startswith("payment")]
    assert kinds == ["payment_failed", "payment_paid", "payment_refunded"]
