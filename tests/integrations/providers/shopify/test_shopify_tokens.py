"""Tokens of a store: renewed in time, once, and never shown."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import requests

from integrations.errors import NotAuthorized, Retryable
from integrations.types import Tokens

from .conftest import EXPIRING, NOW, OWN, PARTNER, TOKENS


def test_tokens_are_renewed_five_minutes_before_they_expire(world, net):
    partner = world.partner(Tokens("old", NOW + timedelta(minutes=5), "shprt_old"))
    net.post(f"https://{PARTNER}{TOKENS}", json=EXPIRING)
    assert partner.headers() == {"X-Shopify-Access-Token": "shpat_new"}
    assert partner.access.tokens.renewed == ["old"]
    assert json.loads(net.calls[0].request.body) == {
        "client_id": "key",
        "client_secret": "hush",
        "grant_type": "refresh_token",
        "refresh_token": "shprt_old",
    }


def test_tokens_that_live_longer_are_left_alone(world):
    partner = world.partner(Tokens("old", NOW + timedelta(minutes=5, seconds=1), "shprt_old"))
    assert partner.headers() == {"X-Shopify-Access-Token": "old"}


def test_a_lost_refresh_is_repeated_with_the_stored_token(world, net):
    partner = world.partner(Tokens("old", NOW, "shprt_old"))
    net.post(f"https://{PARTNER}{TOKENS}", body=requests.ReadTimeout())
    net.post(f"https://{PARTNER}{TOKENS}", json=EXPIRING)
    assert partner.headers() == {"X-Shopify-Access-Token": "shpat_new"}


def test_while_a_refresh_fails_the_old_token_serves_its_last_minutes(world, net):
    partner = world.partner(Tokens("old", NOW + timedelta(minutes=2), "shprt_old"))
    net.post(f"https://{PARTNER}{TOKENS}", status=503)
    assert partner.headers() == {"X-Shopify-Access-Token": "old"}


def test_an_expired_token_is_never_used(world, net):
    partner = world.partner(Tokens("old", NOW, "shprt_old"))
    net.post(f"https://{PARTNER}{TOKENS}", status=503)
    with pytest.raises(Retryable):
        partner.headers()


@pytest.mark.parametrize("life", [0, -3600, "soon", 12])
def test_a_senseless_life_time_does_not_make_us_renew_in_a_loop(world, net, life):
    partner = world.partner(Tokens("old", NOW, "shprt_old"))
    net.post(f"https://{PARTNER}{TOKENS}", json=EXPIRING | {"expires_in": life})
    partner.headers()
    world.sleep(29)
    partner.headers()
    assert len(net.calls) == 1
    world.sleep(1)
    partner.headers()
    assert len(net.calls) == 2


def test_a_dead_refresh_token_needs_the_owner(world, net):
    partner = world.partner(Tokens("old", NOW, "shprt_old"))
    net.post(f"https://{PARTNER}{TOKENS}", status=400, json={"error": "invalid_grant"})
    with pytest.raises(NotAuthorized, match="Connect the store again"):
        partner.check()
    assert len(net.calls) == 1


def test_after_a_401_the_token_is_renewed_once(world, net):
    partner = world.partner(Tokens("old", NOW + timedelta(hours=1), "shprt_old"))
    world.answer({"errors": "[API] Invalid API key or access token"}, status=401)
    net.post(f"https://{PARTNER}{TOKENS}", json=EXPIRING)
    world.answer("graphql_shop")
    partner.check()
    used = [call.request.headers.get("X-Shopify-Access-Token") for call in net.calls]
    assert used == ["old", None, "shpat_new"]


def test_an_uninstalled_partner_is_not_authorized(world):
    world.answer({"errors": "[API] Invalid API key or access token"}, status=401)
    with pytest.raises(NotAuthorized):
        world.partner(Tokens("shpat_gone")).check()


def test_our_own_store_fetches_a_token_without_a_browser(world, net):
    own = world.own(tokens=None)
    answer = {"access_token": "shpat_day", "scope": "read_orders", "expires_in": 86399}
    net.post(f"https://{OWN}{TOKENS}", json=answer)
    assert own.headers() == {"X-Shopify-Access-Token": "shpat_day"}
    assert dict(parse_qsl(net.calls[0].request.body)) == {
        "grant_type": "client_credentials",
        "client_id": "key",
        "client_secret": "hush",
    }


def test_a_partner_without_tokens_is_not_called(world, net):
    with pytest.raises(NotAuthorized, match="Send its owner a link"):
        world.partner(None).check()
    assert len(net.calls) == 0


def test_secrets_are_not_shown(world):
    partner = world.partner(Tokens("shpat_x", refresh="shprt_x"), client_secret="s3cret")
    assert "s3cret" not in repr(partner.access.secrets)
    assert "shp" not in repr(partner.access.tokens.tokens)
