"""The account: its id, its check with and without a key, and what its endpoint is sent."""

import pytest
from pydantic import ValidationError

from integrations.errors import NotAuthorized, Rejected
from integrations.providers.stripe.provider import Stripe

from .conftest import ACCOUNT, load

HOOK = "https://portal.example/hooks/k/"
NO_KEY = {"webhook_secret": "whsec_test_secret"}


def test_an_account_keeps_its_case_behind_the_prefix():
    assert Stripe.normalize_account(f" ACCT_{ACCOUNT[5:]} ") == ACCOUNT


def test_settings_refuse_what_is_no_account_or_key():
    with pytest.raises(ValidationError, match="begins with acct_"):
        Stripe.Settings(account="pi_123")
    with pytest.raises(ValidationError, match="1 to 40 characters"):
        Stripe.Settings(account=ACCOUNT, sku_key=" ")


def test_with_a_key_stripe_says_whose_account_it_is(world):
    world.answer("/v1/account", load("account"))
    info = world.stripe().check()
    assert (info.account, info.name, info.currency) == (ACCOUNT, "Crossdock Goods", "USD")
    sent = world.net.calls[0].request.headers
    assert sent["Authorization"] == "Bearer rk_live_1"
    assert sent["Stripe-Version"] == "2026-06-24.dahlia"


def test_the_key_of_another_account_is_refused(world):
    world.answer("/v1/account", load("account") | {"id": "acct_other"})
    with pytest.raises(NotAuthorized, match="acct_other answered instead of"):
        world.stripe().check()


def test_a_key_of_the_other_mode_is_refused_before_any_call(world):
    with pytest.raises(NotAuthorized, match="for the other mode"):
        world.stripe(livemode=False).check()
    assert not world.net.calls


def test_a_refused_key_needs_a_person(world):
    world.answer("/v1/account", {"error": {"message": "Invalid API Key"}}, status=401)
    with pytest.raises(NotAuthorized):
        world.stripe().check()


def test_without_a_key_the_settings_are_all_there_is(world):
    assert world.stripe(NO_KEY).check().account == ACCOUNT
    assert not world.net.calls


def test_without_a_signing_secret_nothing_works(world):
    with pytest.raises(NotAuthorized, match="begins with whsec_"):
        world.stripe({"webhook_secret": " ", "api_key": "rk_live_1"}).check()


def test_types_that_do_not_come_to_our_address_are_named(world):
    world.answer("/v1/webhook_endpoints", load("webhook_endpoints"))
    with pytest.raises(Rejected) as refused:
        world.stripe().subscribe(HOOK)
    assert str(refused.value) == (
        "Stripe does not send payment_intent.payment_failed, "
        "checkout.session.async_payment_succeeded, checkout.session.async_payment_failed, "
        f"charge.dispute.created to {HOOK}. Add them to the webhook endpoint in Stripe."
    )


def test_an_endpoint_for_everything_lacks_nothing(world):
    world.answer("/v1/webhook_endpoints", load("webhook_endpoints"))
    assert world.stripe().subscribe("https://elsewhere.example/") == []


def test_an_endpoint_that_is_turned_off_sends_nothing(world):
    listed = load("webhook_endpoints")
    listed["data"][1]["status"] = "disabled"
    world.answer("/v1/webhook_endpoints", listed)
    with pytest.raises(Rejected, match=r"payment_intent\.succeeded"):
        world.stripe().subscribe("https://elsewhere.example/")


def test_without_a_key_nobody_can_look(world):
    assert world.stripe(NO_KEY).subscribe(HOOK) == []
    assert not world.net.calls


def test_a_payment_has_a_page_and_a_checkout_has_none(world):
    base = f"https://dashboard.stripe.com/{ACCOUNT}"
    assert world.stripe().payment_url("pi_3QfMaya") == f"{base}/payments/pi_3QfMaya"
    test_mode = world.stripe(livemode=False)
    assert test_mode.payment_url("pi_3QfMaya") == f"{base}/test/payments/pi_3QfMaya"
    assert world.stripe().payment_url("cs_live_1") == ""
    assert world.stripe().payment_url("pi_1/../x") == ""
