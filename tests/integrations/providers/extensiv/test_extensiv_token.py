"""Tokens for client credentials, as Extensiv gives them out: form, life, trouble, words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.errors import BadResponse, NotAuthorized, Retryable
from integrations.types import Tokens
from tests.integrations.providers.extensiv.conftest import BASE, PRODUCTS
from tests.integrations.providers.warehouse_world import NOW

SIGN_IN = "/oauth/token"
TOKEN = {"access_token": "fresh", "expires_in": 3600, "token_type": "Bearer"}


@pytest.fixture
def unsigned(world):
    """Without a token; the list of products is empty."""
    world.answer("GET", PRODUCTS, [])
    return world.make(None, base_url=BASE)


def signed_in(world) -> list:
    return [one for one in world.sent if one.url == f"{BASE}{SIGN_IN}"]


def test_it_signs_in_with_a_form_and_no_older_token(world, unsigned):
    world.answer("POST", SIGN_IN, TOKEN)
    unsigned.check()
    [asked] = signed_in(world)
    assert asked.body == "grant_type=client_credentials&client_id=portal&client_secret=hush"
    assert "Authorization" not in asked.headers


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (3600, 3600),
        ("1800", 1800),
        (None, 3600),
        ("soon", 3600),
        (-5, 0),
        (10**12, 30 * 86_400),
    ],
)
def test_the_life_of_a_token_is_what_the_answer_says(world, unsigned, said, seconds):
    world.answer("POST", SIGN_IN, TOKEN | {"expires_in": said})
    unsigned.check()
    assert world.tokens.current().expires_at == NOW + timedelta(seconds=seconds)


def test_a_life_without_any_measure_is_the_usual_one(world, unsigned):
    body = '{"access_token": "fresh", "expires_in": 1e999999999}'
    world.net.add("POST", f"{BASE}{SIGN_IN}", body=body, content_type="application/json")
    unsigned.check()
    assert world.tokens.current().expires_at == NOW + timedelta(hours=1)


def test_a_token_that_lives_a_minute_is_used_for_half_of_it(world, unsigned):
    world.answer("POST", SIGN_IN, TOKEN | {"expires_in": 60})
    for seconds, tokens in ((0, 1), (29, 1), (31, 2)):
        world.now = NOW + timedelta(seconds=seconds)
        unsigned.check()
        assert len(signed_in(world)) == tokens


def test_a_token_that_never_lives_is_fetched_for_each_call_and_no_oftener(world, unsigned):
    world.answer("POST", SIGN_IN, TOKEN | {"expires_in": 0})
    unsigned.check()
    unsigned.check()
    assert len(signed_in(world)) == 2


def test_an_expired_token_is_renewed_before_it_is_used(world):
    world.answer("GET", PRODUCTS, [])
    world.answer("POST", SIGN_IN, TOKEN)
    world.make(Tokens("old", expires_at=NOW, issued_at=NOW - timedelta(1)), base_url=BASE).check()
    assert [one.headers.get("Authorization") for one in world.sent] == [None, "Bearer fresh"]
    assert world.tokens.renewed == ["old"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_credentials_are_said_once_and_name_no_secret(world, unsigned, status):
    world.answer("POST", SIGN_IN, {"Message": "hush is wrong for portal"}, status)
    with pytest.raises(NotAuthorized, match=rf"client id and secret \(HTTP {status}\)") as caught:
        unsigned.check()
    assert "hush" not in str(caught.value)
    assert len(world.sent) == 1


def test_a_wrong_address_is_told_from_wrong_credentials(world, unsigned):
    world.answer("POST", SIGN_IN, {}, 404)
    with pytest.raises(NotAuthorized, match=r"has nothing at /oauth/token\. Check its address"):
        unsigned.check()


@pytest.mark.parametrize(
    "body", [{}, {"access_token": ""}, {"access_token": None}, {"access_token": "a\nb"}, [1], "x"]
)
def test_an_answer_without_a_token_is_a_bad_response(world, unsigned, body):
    world.answer("POST", SIGN_IN, body)
    with pytest.raises(BadResponse):
        unsigned.check()
    assert len(world.sent) == 1


def test_trouble_while_signing_in_is_tried_three_times_in_all(world, unsigned):
    world.answer("POST", SIGN_IN, {}, 503)
    with pytest.raises(Retryable):
        unsigned.check()
    assert (len(world.sent), world.slept) == (3, [1.0, 2.0])


def test_a_blank_id_is_as_bad_as_a_blank_secret(world):
    provider = world.make(None, base_url=BASE)
    secrets = provider.Secrets(client_id="", client_secret="hush")
    blank = type(provider)(replace(provider.access, secrets=secrets))
    with pytest.raises(NotAuthorized, match="There is no client id and secret"):
        blank.check()
    assert world.sent == []
