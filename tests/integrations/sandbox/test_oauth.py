"""Installing: the approve page, one-time codes, and the rotation of tokens."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.sandbox.shopify.signing import callback_hmac

from .conftest import SHOP

AUTHORIZE = f"/shopify-partner/{SHOP}/admin/oauth/authorize"
TOKEN = f"/shopify-partner/{SHOP}/admin/oauth/access_token"
BACK = "http://127.0.0.1:8000/connect/shopify/callback/"
QUERY = f"client_id=sandbox-api-key&scope=read_products,write_orders&redirect_uri={BACK}&state=xyz"
KEYS = {"client_id": "sandbox-api-key", "client_secret": "sandbox-api-secret"}


def approve(sandbox, answer="approve", **changes):
    fields = {name: values[0] for name, values in parse_qs(QUERY).items()}
    response = sandbox.form(AUTHORIZE, **{**fields, "answer": answer, **changes})
    query = parse_qs(urlsplit(response.headers.get("Location", "")).query)
    return response, {name: values[0] for name, values in query.items()}


def ask(sandbox, **fields):
    response = sandbox.json(TOKEN, **{**KEYS, **fields})
    return response.status, json.loads(response.body)


@pytest.fixture
def pair(sandbox):
    _, params = approve(sandbox)
    return ask(sandbox, code=params["code"], expiring="1")[1]


def works(sandbox, token):
    sandbox.token = token
    return sandbox.call("{ shop { name } }").status == 200


def test_approve_page_names_app_scopes_and_lets_the_form_end_at_the_portal(sandbox):
    response = sandbox.send("GET", AUTHORIZE, query=QUERY)
    html = response.body.decode()
    assert response.status == 200
    assert 'id="app-title">Crossdock<' in html
    assert "write_orders" in html
    policy = response.headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' http://127.0.0.1:8000")


def test_unknown_app_is_refused(sandbox):
    wrong = QUERY.replace("sandbox-api-key", "nobody")
    response = sandbox.send("GET", AUTHORIZE, query=wrong)
    assert response.status == 400
    assert b"could not find Shopify API application" in response.body


def test_approving_redirects_with_a_signed_code(sandbox):
    response, params = approve(sandbox)
    assert response.status == 302
    assert response.headers["Location"].startswith(BACK + "?")
    assert set(params) == {"code", "hmac", "host", "shop", "state", "timestamp"}
    assert (params["shop"], params["state"]) == (SHOP, "xyz")
    assert params["hmac"] == callback_hmac(params, "sandbox-api-secret")


def test_declining_gives_no_code(sandbox):
    _, params = approve(sandbox, answer="decline")
    assert params["error"] == "access_denied"
    assert "code" not in params


def test_a_code_gives_an_expiring_pair_once(sandbox):
    _, params = approve(sandbox)
    status, pair = ask(sandbox, code=params["code"], expiring="1")
    assert status == 200
    assert pair["access_token"].startswith("shpat_")
    assert pair["refresh_token"].startswith("shprt_")
    assert (pair["expires_in"], pair["refresh_token_expires_in"]) == (3600, 7776000)
    assert pair["scope"] == "read_products,write_orders"
    assert ask(sandbox, code=params["code"])[0] == 400


def test_a_code_dies_after_a_minute(sandbox, clock):
    _, params = approve(sandbox)
    clock.forward(seconds=61)
    assert ask(sandbox, code=params["code"])[0] == 400


def test_wrong_secret_is_refused_and_the_code_stays_good(sandbox):
    _, params = approve(sandbox)
    assert ask(sandbox, client_secret="wrong", code=params["code"])[0] == 400
    assert ask(sandbox, code=params["code"])[0] == 200


def test_refreshing_kills_the_old_access_token(sandbox, pair):
    status, fresh = ask(sandbox, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert status == 200
    assert not works(sandbox, pair["access_token"])
    assert works(sandbox, fresh["access_token"])


def test_a_lost_answer_can_be_asked_for_again_with_the_old_refresh_token(sandbox, pair):
    ask(sandbox, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    status, again = ask(sandbox, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert status == 200
    assert works(sandbox, again["access_token"])


def test_the_old_refresh_token_is_dead_once_its_replacement_was_used(sandbox, pair):
    first = pair["refresh_token"]
    second = ask(sandbox, grant_type="refresh_token", refresh_token=first)[1]["refresh_token"]
    ask(sandbox, grant_type="refresh_token", refresh_token=second)
    status, answer = ask(sandbox, grant_type="refresh_token", refresh_token=first)
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_access_token_expires_after_an_hour(sandbox, clock, pair):
    clock.forward(seconds=3599)
    assert works(sandbox, pair["access_token"])
    clock.forward(seconds=1)
    assert not works(sandbox, pair["access_token"])


def test_client_credentials_work_for_the_own_store_only(sandbox):
    assert sandbox.form(TOKEN, grant_type="client_credentials", **KEYS).status == 200
    sandbox.store.own = False
    refused = sandbox.form(TOKEN, grant_type="client_credentials", **KEYS)
    assert (refused.status, json.loads(refused.body)["error"]) == (400, "shop_not_permitted")


def test_a_bad_token_is_answered_as_shopify_does(sandbox):
    sandbox.token = "shpat_wrong"
    response = sandbox.call("{ shop { name } }")
    assert response.status == 401
    assert json.loads(response.body)["errors"].startswith("[API] Invalid API key or access token")


def test_uninstalling_kills_the_token_and_announces_it(sandbox):
    sandbox.subscribe("APP_UNINSTALLED")
    path = f"/stores/{SHOP}/admin/apps/uninstall/"
    assert sandbox.form(path, client_id="sandbox-api-key").status == 303
    assert sandbox.call("{ shop { name } }").status == 401
    assert sandbox.bodies("app/uninstalled")[0]["myshopify_domain"] == SHOP


def test_who_approves_our_app_again_lets_us_in_again(sandbox, pair):
    for shop in (SHOP, "*"):
        assert sandbox.json("/control/dials", shop=shop, mode="401").status == 201

    approve(sandbox, answer="cancel")
    kept = [dial.shop for dial in sandbox.world.state.dials]
    approve(sandbox)

    assert kept == [SHOP, "*"]
    assert [dial.shop for dial in sandbox.world.state.dials] == ["*"]
