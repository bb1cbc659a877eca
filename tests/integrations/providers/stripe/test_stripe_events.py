"""What each recorded event says of a payment, and what says nothing."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import BadResponse
from integrations.types import Payment

from .conftest import ACCOUNT, NOW, SESSION, load

PAID = Payment(
    external_id="pi_3QfMaya",
    status="paid",
    amount=Decimal("84.50"),
    currency="USD",
    at=NOW,
    order_reference="CD-1001",
)


@pytest.fixture
def changed(world):
    """A recorded event with parts of its object, and of itself, replaced."""

    def say(name, about=None, event=None, **settings):
        body = load(name) | (event or {})
        body["data"]["object"] |= about or {}
        return world.stripe(**settings).parse(json.dumps(body).encode(), {})

    return say


def test_a_payment_that_succeeded_is_paid(world):
    assert world.said("payment_intent_succeeded") == [("payment.paid", PAID)]


def test_what_was_received_counts_and_not_what_was_asked(changed):
    event = changed("payment_intent_succeeded", {"amount": 9000})[0]
    assert event.data.amount == Decimal("84.50")


def test_a_paid_checkout_names_the_same_payment(world):
    [(topic, payment)] = world.said("checkout_session_completed")
    assert (topic, payment.external_id, payment.checkout_id) == (
        "payment.paid",
        "pi_3QfMaya",
        SESSION,
    )
    assert (payment.amount, payment.currency) == (Decimal("84.50"), "USD")
    assert payment.order_reference == ""


def test_a_checkout_with_nothing_to_pay_stands_for_its_payment(world):
    [(topic, payment)] = world.said("checkout_session_completed_free")
    assert (topic, payment.external_id) == ("payment.paid", "cs_live_nothingToPay")
    assert payment.amount == 0


def test_a_bank_transfer_is_paid_once_it_came(world):
    assert world.said("checkout_session_completed_unpaid") == []
    [(topic, payment)] = world.said("checkout_session_async_payment_succeeded")
    assert (topic, payment.external_id) == ("payment.paid", "pi_3QfBank")
    assert payment.order_reference == "CD-1002"


def test_a_bank_transfer_that_does_not_come_failed(world):
    [(topic, payment)] = world.said("checkout_session_async_payment_failed")
    assert (topic, payment.status) == ("payment.failed", "failed")
    assert payment.reason == "The payment that was to follow the checkout did not come."


def test_a_declined_card_says_why_and_how_much_was_tried(world):
    [(topic, payment)] = world.said("payment_intent_payment_failed")
    assert (topic, payment.external_id) == ("payment.failed", "pi_3QfMaya")
    assert payment.reason == "Your card has insufficient funds."
    assert payment.amount == Decimal("84.50")


def test_a_refund_says_all_that_went_back_so_far(world):
    part, full = world.said("charge_refunded_part"), world.said("charge_refunded_all")
    assert [topic for topic, _ in part + full] == ["payment.refunded"] * 2
    assert [one.refunded for _, one in part + full] == [Decimal("30.00"), Decimal("84.50")]
    assert [one.external_id for _, one in part + full] == ["pi_3QfMaya"] * 2
    assert part[0][1].amount == Decimal("84.50")


def test_a_charge_without_a_payment_stands_for_itself(changed):
    event = changed("charge_refunded_part", {"payment_intent": None})[0]
    assert event.data.external_id == "ch_3QfMaya"


def test_a_dispute_says_why_in_words(world):
    [(topic, payment)] = world.said("charge_dispute_created")
    assert (topic, payment.status, payment.external_id) == (
        "payment.disputed",
        "disputed",
        "pi_3QfMaya",
    )
    assert payment.reason == "The customer says that the goods did not arrive."
    assert payment.at == datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_an_expired_checkout_and_other_types_say_nothing(world, changed):
    assert world.said("checkout_session_expired") == []
    assert world.said("vector_invoiceitem") == []
    assert changed("payment_intent_succeeded", event={"type": "payment_intent.created"}) == []


@pytest.mark.parametrize("mode", ["subscription", "setup"])
def test_a_checkout_that_sells_no_goods_says_nothing(changed, mode):
    assert changed("checkout_session_completed", {"mode": mode}) == []
    assert changed("checkout_session_async_payment_failed", {"mode": mode}) == []


def test_events_of_the_other_mode_are_not_ours(world):
    assert world.said("payment_intent_succeeded", livemode=False) == []


def test_events_of_another_account_are_not_ours(changed):
    assert changed("payment_intent_succeeded", event={"account": "acct_other"}) == []
    assert len(changed("payment_intent_succeeded", event={"account": ACCOUNT})) == 1


def test_our_number_stands_under_a_key_of_choice_and_before_the_client_reference(changed):
    about = {"metadata": {"po": " CD-7 "}, "client_reference_id": "cart-9"}
    own = changed("checkout_session_completed", about, order_key="po")[0]
    other = changed("checkout_session_completed", about)[0]
    assert (own.data.order_reference, other.data.order_reference) == ("CD-7", "cart-9")


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("usd", "84.50"),
        ("jpy", "8450"),
        ("krw", "8450"),
        ("mga", "8450"),
        ("kwd", "8.450"),
        ("bhd", "8.450"),
        ("isk", "84.50"),
        ("ugx", "84.50"),
    ],
)
def test_minor_units_are_as_many_as_the_currency_has(changed, currency, amount):
    event = changed("payment_intent_succeeded", {"currency": currency})[0]
    assert (str(event.data.amount), event.data.currency) == (amount, currency.upper())


@pytest.mark.parametrize("amount", [None, "8450", 84.5, True, 10**12])
def test_an_amount_that_is_no_whole_number_is_unreadable_and_never_zero(changed, amount):
    with pytest.raises(BadResponse, match="no whole number as amount_received"):
        changed("payment_intent_succeeded", {"amount_received": amount})


def test_an_event_that_does_not_say_its_mode_is_unreadable(changed):
    with pytest.raises(BadResponse, match="whether it is a live or a test one"):
        changed("payment_intent_succeeded", event={"livemode": None})


def test_a_thin_event_is_refused_with_what_to_do(world):
    with pytest.raises(BadResponse, match="Choose snapshot events"):
        world.said("v2_core_event")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"x"', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_unreadable(world, body):
    with pytest.raises(BadResponse, match="not readable JSON"):
        world.stripe().parse(body, {})
