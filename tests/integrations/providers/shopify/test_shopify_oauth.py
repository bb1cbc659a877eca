"""Connecting a store: the domain, the signed callback, the grants."""

import hashlib
import hmac
import json
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from integrations.errors import NotAuthorized
from integrations.providers.shopify.oauth import is_signed, normalize_shop
from integrations.providers.shopify.own_store import OwnStore
from integrations.providers.shopify.store import missing_scopes
from integrations.types import Tokens

from .conftest import EXPIRING, NOW, PARTNER, TOKENS, load

VECTORS = load("hmac_vectors")["callbacks"]


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


def test_without_a_life_time_a_token_does_not_expire(world, net):
    net.post(f"https://{PARTNER}{TOKENS}", json={"access_token": "shpat_x", "scope": "read_orders"})
    assert world.partner(None).exchange(callback()) == Tokens("shpat_x", scopes=("read_orders",))


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
