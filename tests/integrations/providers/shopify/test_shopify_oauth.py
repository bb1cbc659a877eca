"""Connecting a store: the domain, the signed callback, the grants, renewal before expiry."""

import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from integrations.errors import NotAuthorized, Retryable
from integrations.providers.shopify.oauth import is_signed, normalize_shop
from integrations.providers.shopify.own_store import OwnStore
from integrations.providers.shopify.store import missing_scopes
from integrations.types import Tokens

from .conftest import NOW, OWN, PARTNER, TOKENS, load

VECTORS = load("hmac_vectors")["callbacks"]
EXPIRING = {
    "access_token": "shpat_new",
    "scope": "read_products,write_orders",
    "expires_in": 3600,
    "refresh_token": "shprt_new",
    "refresh_token_expires_in": 7776000,
}


def params_of(query: str) -> dict[str, str | list[str]]:
    parsed = parse_qs(query, keep_blank_values=True)
    return {key: value if key.endswith("[]") else value[0] for key, value in parsed.items()}


def callback(
    secret: str = "hush", shop: str = PARTNER, age: int = 0, **more: str
) -> dict[str, str]:
    params = {"code": "c0de", "shop": shop, "state": "st4te", **more}
    params["timestamp"] = str(int(NOW.timestamp()) - age)
    message = "&".join(f"{key}={value}" for key, value in sorted(params.items()))
    return params | {
        "hmac": hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    }


@pytest.mark.parametrize(
    "text", ["lantern.myshopify.com", " Lantern.MyShopify.com ", "LANTERN.myshopify.com"]
)
def test_a_shop_domain_has_one_spelling(text):
    assert normalize_shop(text) == "lantern.myshopify.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lantern",
        "lantern.example.com",
        "-lantern.myshopify.com",
        "a.b.myshopify.com",
        "lantern.myshopify.com.evil.example",
        "lantern.myshopify.com/admin",
        "https://lantern.myshopify.com",
        "lantern.myshopify.com\n.evil.example",
        "evil.example/lantern.myshopify.com",
        "evil.example#.myshopify.com",
        "läntern.myshopify.com",
        "127.0.0.1",
        "a" * 101 + ".myshopify.com",
    ],
)
def test_anything_else_is_no_shop(text):
    with pytest.raises(ValueError, match="permanent domain"):
        OwnStore.base_url(text, OwnStore.Settings(shop="own.myshopify.com"))


@pytest.mark.parametrize("vector", VECTORS["valid"])
def test_public_callback_signatures_are_reproduced(vector):
    assert is_signed(params_of(vector["query"]), [vector["secret"]])


@pytest.mark.parametrize("vector", VECTORS["invalid"])
def test_wrong_callback_signatures_are_refused(vector):
    assert not is_signed(params_of(vector["query"]), [vector["secret"]])


def test_both_escapings_of_the_libraries_are_accepted():
    plain, form = "host=YWRtaW4=&shop=a b&c%26d", "host=YWRtaW4%3D&shop=a%20b%26c%25d"
    for message in (plain.replace("c%26d", "c%25d").replace(" b&", " b%26"), form):
        signed = hmac.new(b"hush", message.encode(), hashlib.sha256).hexdigest()
        assert is_signed({"host": "YWRtaW4=", "shop": "a b&c%d", "hmac": signed}, ["hush"])


def test_a_callback_is_believed_when_signed_fresh_and_about_this_shop(world):
    assert world.partner().verify_callback(callback())


@pytest.mark.parametrize(
    "params",
    [
        callback(secret="other"),
        callback(shop="evil.myshopify.com"),
        callback(age=91),
        callback(age=-91),
        callback() | {"code": "changed"},
        callback() | {"extra": "1"},
        callback() | {"hmac": "é"},
        {"shop": PARTNER, "timestamp": str(int(NOW.timestamp()))},
        {},
    ],
)
def test_a_callback_is_refused(world, params):
    assert world.partner().verify_callback(params) is False


@pytest.mark.parametrize("stamp", ["", "soon", "1.7e9", "-5", "9" * 30, "١٢٣"])
def test_a_timestamp_that_is_no_time_is_refused_though_signed(world, stamp):
    params = callback()
    params["timestamp"] = stamp
    message = "&".join(f"{k}={v}" for k, v in sorted(params.items()) if k != "hmac")
    params["hmac"] = hmac.new(b"hush", message.encode(), hashlib.sha256).hexdigest()
    assert world.partner().verify_callback(params) is False


def test_the_owner_is_asked_for_an_offline_token_with_our_scopes(world):
    url = urlsplit(world.partner().authorize_url("st4te", "https://portal.example.com/cb/"))
    assert (url.scheme, url.netloc, url.path) == ("https", PARTNER, "/admin/oauth/authorize")
    assert dict(parse_qsl(url.query)) == {
        "client_id": "key",
        "scope": "read_products,read_inventory,read_locations,write_orders,write_order_edits",
        "redirect_uri": "https://portal.example.com/cb/",
        "state": "st4te",
    }


def test_the_scopes_to_ask_for_may_be_overridden(world):
    own = world.own(scopes="read_orders, write_products")
    assert own.asked_scopes() == ("read_orders", "write_products")


def test_a_code_becomes_tokens_with_their_expiries(world, net):
    net.post(f"https://{PARTNER}{TOKENS}", json=EXPIRING)
    assert world.partner(None).exchange(callback()) == Tokens(
        access="shpat_new",
        expires_at=NOW + timedelta(hours=1),
        refresh="shprt_new",
        refresh_expires_at=NOW + timedelta(days=90),
        scopes=("read_products", "write_orders"),
    )
    assert json.loads(net.calls[0].request.body) == {
        "client_id": "key",
        "client_secret": "hush",
        "code": "c0de",
        "expiring": "1",
    }
    assert "X-Shopify-Access-Token" not in net.calls[0].request.headers


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400, "json": {"error": "invalid_request"}},
        {"status": 401, "json": {}},
        {"status": 500},
        {"json": {"access_token": ""}},
        {"body": "<html>", "content_type": "text/html"},
        {"body": requests.ReadTimeout()},
    ],
)
def test_a_failed_exchange_asks_to_start_again_and_is_not_repeated(world, net, answer):
    net.post(f"https://{PARTNER}{TOKENS}", **answer)
    with pytest.raises(NotAuthorized):
        world.partner(None).exchange(callback())
    assert len(net.calls) == 1


def test_a_callback_without_a_code_sends_nothing(world, net):
    with pytest.raises(NotAuthorized):
        world.partner(None).exchange({"shop": PARTNER})
    assert len(net.calls) == 0


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


def test_without_a_life_time_a_token_does_not_expire(world, net):
    net.post(f"https://{PARTNER}{TOKENS}", json={"access_token": "shpat_x", "scope": "read_orders"})
    assert world.partner(None).exchange(callback()) == Tokens("shpat_x", scopes=("read_orders",))


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


def test_a_check_lists_what_the_owner_did_not_grant(world):
    world.answer("graphql_shop")
    info = world.partner().check()
    assert (info.account, info.name, info.currency, info.timezone) == (
        PARTNER,
        "Lantern Roasters",
        "USD",
        "America/New_York",
    )
    assert info.missing == ("write_order_edits",)


def test_a_check_refuses_another_stores_answer(world):
    answer = load("graphql_shop")
    answer["data"]["shop"]["myshopifyDomain"] = "other.myshopify.com"
    world.answer(answer)
    with pytest.raises(NotAuthorized, match=r"other\.myshopify\.com answered"):
        world.partner().check()


def test_writing_includes_reading():
    assert missing_scopes(["read_orders", "write_orders"], ["write_orders"]) == ()
    assert missing_scopes(["write_orders"], ["read_orders"]) == ("write_orders",)


def test_secrets_are_not_shown(world):
    partner = world.partner(Tokens("shpat_x", refresh="shprt_x"), client_secret="s3cret")
    assert "s3cret" not in repr(partner.access.secrets)
    assert "shp" not in repr(partner.access.tokens.tokens)
