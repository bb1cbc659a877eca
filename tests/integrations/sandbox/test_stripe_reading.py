"""The portal's provider reads the simulated API: the account, its endpoint, its checkouts."""

import json
from decimal import Decimal

import pytest

from integrations.errors import BadResponse, NotAuthorized, Rejected
from integrations.sandbox.stripe.seed import ACCOUNT

from .payer import HOOK


def test_the_account_answers_to_its_key_alone(payer):
    assert payer.stripe().check().name == "Crossdock Goods"
    with pytest.raises(NotAuthorized):
        payer.stripe(api_key="sk_test_other").check()


def test_its_endpoint_is_sent_everything_the_portal_wants(payer):
    assert payer.stripe().subscribe(HOOK) == []
    payer.control("endpoint", enabled_events=["charge.refunded"])
    with pytest.raises(Rejected, match=r"does not send payment_intent\.succeeded"):
        payer.stripe().subscribe(HOOK)


def test_the_checkout_behind_either_event_is_the_same_order(payer):
    sale = payer.pay(line1="9 Alder Court", city="Eugene", state="OR", postal_code="97401")
    found = [payer.stripe().read_checkout(event.data) for event in payer.heard()]
    assert found[0] == found[1]
    assert (found[0].external_id, found[0].total) == (sale.id, Decimal("82.00"))
    assert [(one.sku, one.quantity, one.price) for one in found[0].lines] == [
        ("CD-TOTE-01", 2, Decimal("19.00")),
        ("GRN-TINC-30", 1, Decimal("38.00")),
    ]
    assert found[0].contact.address.street1 == "9 Alder Court"
    assert found[0].payment_reference == sale.payment


def test_long_lists_are_read_page_by_page(payer):
    lines = [{"sku": "HLX-CHOC-5", "quantity": 1}] * 230
    payer.pay(lines=lines)
    order = payer.stripe().read_checkout(payer.heard()[0].data)
    assert len(order.lines) == len({one.external_id for one in order.lines}) == 230


def test_a_server_deaf_to_its_filter_is_not_believed(payer):
    payer.pay()
    stranger = payer.heard()[0].data
    payer.merchant.sales.clear()
    payer.sandbox.world.state.deliveries.clear()
    payer.pay()
    payer.sandbox.json("/control/dials", mode="filter_ignored", operation="CheckoutSessions")
    with pytest.raises(BadResponse, match="checkouts of others"):
        payer.stripe().read_checkout(stranger)


def test_a_transfer_on_its_way_is_no_order_yet(payer):
    sale = payer.pay("transfer")
    body = payer.sent()[0][1]
    assert json.loads(body)["data"]["object"]["payment_status"] == "unpaid"
    payer.control("complete", payment=sale.payment)
    assert payer.stripe().read_checkout(payer.heard()[0].data).external_id == sale.id


def test_an_account_that_is_not_there_is_not_found(payer):
    assert payer.sandbox.send("GET", "/stripe/acct_none/v1/account").status == 404
    assert payer.sandbox.json("/control/stripes", account=ACCOUNT).status == 422
    assert payer.sandbox.json("/control/stripes", account="acct_two").status == 201
