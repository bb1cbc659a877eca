"""Signing in: lives of tokens, one new one after a 401, wrong credentials, rate limits."""

from datetime import timedelta

import pytest

from integrations.errors import BadResponse, NotAuthorized, Retryable, Throttled
from integrations.types import PurchaseOrderQuery, Tokens
from tests.integrations.providers.sellercloud.conftest import NOW, PURCHASES, load

SIGN_IN = "/api/token"
NOTHING = {"Items": [], "TotalResults": 0}


def look(erp):
    return list(erp.pull_purchase_orders(PurchaseOrderQuery()))


def test_it_signs_in_and_sends_the_token_as_bearer(world):
    world.answer("POST", SIGN_IN, load("token"))
    world.answer("GET", PURCHASES, NOTHING)
    look(world.erp(tokens=None))
    [signed_in] = world.sent(SIGN_IN)
    assert signed_in.body == b'{"Username": "portal@acme.example", "Password": "hush-hush"}'
    assert "Authorization" not in signed_in.headers
    assert world.sent(PURCHASES)[0].headers["Authorization"] == "Bearer sc-token-1"


def test_a_token_of_1800_seconds_is_renewed_after_25_minutes_not_after_55(world):
    world.answer("POST", SIGN_IN, load("token"))
    world.answer("GET", PURCHASES, NOTHING)
    erp = world.erp(tokens=None)
    for minutes, tokens in ((0, 1), (24, 1), (26, 2)):
        world.now = NOW + timedelta(minutes=minutes)
        look(erp)
        assert len(world.sent(SIGN_IN)) == tokens


@pytest.mark.parametrize(
    ("changed", "life"),
    [
        ({}, timedelta(minutes=30)),
        ({"expires_in": None}, timedelta(minutes=30)),
        ({"expires_in": "3600"}, timedelta(hours=1)),
        ({"expires_in": -5}, timedelta(0)),
        ({"expires_in": None, ".expires": "soon"}, None),
    ],
)
def test_the_life_of_a_token_is_what_the_answer_says(world, changed, life):
    world.answer("POST", SIGN_IN, load("token") | changed)
    world.answer("GET", PURCHASES, NOTHING)
    erp = world.erp(tokens=None)
    look(erp)
    expires_at = erp.access.tokens.current().expires_at
    assert expires_at == (NOW + life if life is not None else None)


def test_a_token_that_lives_two_minutes_is_used_for_one_of_them(world):
    world.answer("POST", SIGN_IN, load("token") | {"expires_in": 120})
    world.answer("GET", PURCHASES, NOTHING)
    erp = world.erp(tokens=None)
    for seconds, tokens in ((0, 1), (59, 1), (61, 2)):
        world.now = NOW + timedelta(seconds=seconds)
        look(erp)
        assert len(world.sent(SIGN_IN)) == tokens


def test_after_a_401_one_new_token_is_fetched_and_the_call_repeated(world):
    world.answer("POST", SIGN_IN, load("token"))
    world.answer("GET", PURCHASES, {"Message": "Not Valid Token"}, 401)
    world.answer("GET", PURCHASES, NOTHING)
    look(world.erp())
    used = [call.headers["Authorization"] for call in world.sent(PURCHASES)]
    assert used == ["Bearer sc-good", "Bearer sc-token-1"]


def test_401_twice_ends_after_one_new_token(world):
    world.answer("POST", SIGN_IN, load("token"))
    world.answer("GET", PURCHASES, {"Message": "Not Valid Token"}, 401)
    with pytest.raises(NotAuthorized):
        look(world.erp())
    assert (len(world.sent(SIGN_IN)), len(world.sent(PURCHASES))) == (1, 2)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_credentials_are_said_once_and_name_no_secret(world, status):
    world.answer("POST", SIGN_IN, {"Message": "hush-hush is wrong"}, status)
    with pytest.raises(NotAuthorized, match="does not accept this username and password") as bad:
        look(world.erp(tokens=None))
    assert "hush" not in str(bad.value)
    assert "portal@" not in str(bad.value)
    assert (len(world.sent(SIGN_IN)), world.sent(PURCHASES)) == (1, [])


def test_a_wrong_address_is_told_from_wrong_credentials(world):
    world.answer("POST", SIGN_IN, "The resource cannot be found.", 404)
    with pytest.raises(NotAuthorized, match="most servers it ends in /rest"):
        look(world.erp(tokens=None))


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": "a\nb"}, [1]])
def test_an_answer_without_a_token_is_a_bad_response(world, body):
    world.answer("POST", SIGN_IN, body)
    with pytest.raises(BadResponse):
        look(world.erp(tokens=None))
    assert world.sent(PURCHASES) == []


def test_trouble_while_signing_in_is_tried_three_times_in_all(world):
    world.answer("POST", SIGN_IN, {}, 500)
    with pytest.raises(Retryable):
        look(world.erp(tokens=None))
    assert (len(world.sent(SIGN_IN)), world.slept) == (3, [1.0, 2.0])


def test_while_renewing_fails_the_old_token_is_good_for_its_last_minutes(world):
    world.answer("POST", SIGN_IN, {}, 503)
    world.answer("GET", PURCHASES, NOTHING)
    old = Tokens("sc-old", expires_at=NOW + timedelta(minutes=4), issued_at=NOW - timedelta(1))
    assert look(world.erp(tokens=old)) == []
    assert world.sent(PURCHASES)[0].headers["Authorization"] == "Bearer sc-old"


@pytest.mark.parametrize("status", [429, 403, 503, 200])
def test_the_reset_time_in_the_body_is_raised_and_never_slept(world, status):
    world.answer("GET", PURCHASES, load("too_many_requests"), status)
    with pytest.raises(Throttled) as limit:
        look(world.erp())
    assert limit.value.retry_after == pytest.approx(1489.985657)
    assert (world.slept, len(world.sent(PURCHASES))) == ([], 1)
    assert (world.calls[-1].verdict, world.calls[-1].wait_s) == ("slow", limit.value.retry_after)


@pytest.mark.parametrize("status", [429, 200])
def test_a_limit_without_a_time_waits_as_usual_and_goes_on(world, status):
    world.answer("GET", PURCHASES, {"Error": "Too many requests."}, status)
    world.answer("GET", PURCHASES, NOTHING)
    assert look(world.erp()) == []
    assert world.slept == [1.0]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_trouble_is_waited_for_1_and_2_seconds_and_then_raised(world, status):
    world.answer("GET", PURCHASES, {}, status)
    with pytest.raises(Retryable):
        look(world.erp())
    assert (world.slept, len(world.sent(PURCHASES))) == ([1.0, 2.0], 3)


def test_the_check_asks_for_one_purchase_order(world):
    world.answer("GET", PURCHASES, NOTHING)
    info = world.erp(currency="usd").check()
    assert (info.account, info.name, info.currency) == (
        "acme.api.sellercloud.com", "SellerCloud", "USD",
    )  # fmt: skip
    assert world.sent(PURCHASES)[0].params == {"pageNumber": "1", "pageSize": "1"}
