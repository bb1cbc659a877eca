"""The ERP's tokens: given for a password, expiring, revocable; and the limit of calls."""

import json
from email.utils import parsedate_to_datetime

import pytest

from .buyer import ACCOUNT, BASE


def test_a_token_says_in_three_ways_how_long_it_lives(buyer, clock):
    said = json.loads(buyer.sign_in().body)
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 1800)
    issued, expires = (
        parsedate_to_datetime(said[".issued"]),
        parsedate_to_datetime(said[".expires"]),
    )
    assert issued == clock()
    assert (expires - issued).total_seconds() == 1800


def test_a_token_is_good_for_half_an_hour_and_then_really_expires(buyer, clock):
    clock.forward(seconds=1799)
    assert buyer.get("PurchaseOrders").status == 200
    clock.forward(seconds=1)
    answer = buyer.get("PurchaseOrders")
    assert (answer.status, json.loads(answer.body)) == (401, {"Message": "Not Valid Token"})
    buyer.sign_in()
    assert buyer.get("PurchaseOrders").status == 200


def test_the_names_of_the_login_may_be_in_small_letters(buyer):
    erp = buyer.erp
    answer = buyer.sandbox.json(f"{BASE}/token", username=erp.username, password=erp.password)
    assert answer.status == 200


@pytest.mark.parametrize(("rule", "status"), [({}, 400), ({"refuses_login_with": "401"}, 401)])
def test_a_wrong_password_gets_no_token(buyer, rule, status):
    buyer.control("rules", **rule)
    answer = buyer.sign_in(Password="guess")
    assert answer.status == status
    assert json.loads(answer.body)["error"] == "invalid_grant"
    assert len(buyer.erp.tokens) == 1


def test_no_password_at_all_is_a_bad_request(buyer):
    answer = buyer.sandbox.json(f"{BASE}/token", Username="x")
    assert (answer.status, len(buyer.erp.tokens)) == (400, 1)


def test_a_changed_password_leaves_old_tokens_good(buyer):
    buyer.control("login", password="another")
    assert buyer.sign_in().status == 400
    assert buyer.get("PurchaseOrders").status == 200


def test_revoked_tokens_are_good_no_more(buyer):
    assert buyer.control("revoke") == {"revoked": 1}
    assert buyer.get("PurchaseOrders").status == 401
    assert buyer.sandbox.kinds()[-1] == "tokens_revoked"


def test_a_call_without_a_token_is_refused(buyer):
    assert buyer.sandbox.send("GET", f"{BASE}/PurchaseOrders").status == 401


def test_an_unknown_server_is_not_there(buyer):
    answer = buyer.sandbox.json("/sellercloud/other.api.sellercloud.com/api/token", Username="x")
    assert answer.status == 404


@pytest.mark.parametrize(
    "base", [BASE, f"/sellercloud/{ACCOUNT}/api", f"/sellercloud/{ACCOUNT}/Rest/API"]
)
@pytest.mark.parametrize("name", ["PurchaseOrders", "purchaseorders"])
def test_the_base_may_end_in_rest_and_paths_are_in_any_case(buyer, base, name):
    assert buyer.get(name, base=base).status == 200


def test_over_the_limit_the_body_says_when_it_ends(buyer, clock):
    buyer.control("rules", calls_per_window=2, window_seconds=600)
    assert [buyer.get("Inventory").status for _ in range(2)] == [200, 200]
    clock.forward(seconds=60)
    answer = buyer.get("Inventory")
    assert answer.status == 429
    assert json.loads(answer.body) == {
        "Error": "Too many requests.",
        "RateLimitResetTime": "2026-11-20T12:10:00.9856571Z",
    }
    assert "Retry-After" not in answer.headers


def test_the_limit_counts_every_call_and_ends_with_its_window(buyer, clock):
    buyer.control("rules", calls_per_window=2, window_seconds=600)
    buyer.sign_in()
    assert buyer.get("Inventory").status == 200
    assert buyer.sign_in().status == 429
    clock.forward(seconds=600)
    assert buyer.get("Inventory").status == 200
    assert dict(buyer.erp.calls) == {"token": 2, "Inventory": 2}
