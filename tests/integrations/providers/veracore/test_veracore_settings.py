"""How VeraCore is signed in to, what its settings may be, and when it is asked."""

import base64

import pytest
from pydantic import ValidationError

from integrations import registry
from integrations.errors import NotAuthorized
from integrations.providers.base import Cadence
from integrations.providers.veracore.dialect import DIALECTS
from integrations.types import Tokens
from tests.integrations.providers.veracore.conftest import STOCK
from tests.integrations.providers.warehouse_world import NOW

VERACORE = registry.provider_class("veracore")
TOKEN = {"access_token": "fresh", "expires_in": 3600, "token_type": "Bearer"}


def test_a_password_goes_with_every_call(world, veracore):
    world.answer("GET", STOCK, [])
    veracore.check()
    word = base64.b64encode(b"portal:hush").decode()
    assert world.sent[0].headers["Authorization"] == f"Basic {word}"


def test_a_password_that_is_refused_is_not_sent_again(world, veracore):
    world.answer("GET", STOCK, {}, 401)
    with pytest.raises(NotAuthorized, match=r"accept our credentials\. Enter user and"):
        veracore.check()
    assert len(world.sent) == 1


def test_a_token_is_asked_for_once_and_renewed_in_its_last_minute(world):
    world.answer("POST", "/oauth/token", TOKEN)
    world.answer("GET", STOCK, [])
    provider = world.make(None, company_id="X", auth="token")
    provider.check()
    world.sleep(3500)
    provider.check()
    assert [one.method for one in world.sent] == ["POST", "GET", "GET"]
    world.sleep(45)
    provider.check()
    assert [one.method for one in world.sent][3:] == ["POST", "GET"]
    form = "grant_type=client_credentials&client_id=portal&client_secret=hush"
    assert world.sent[0].body == form


def test_after_a_401_it_is_renewed_once_and_no_more(world):
    world.answer("POST", "/oauth/token", TOKEN)
    world.answer("GET", STOCK, {}, 401)
    with pytest.raises(NotAuthorized, match="Enter client id and secret again"):
        world.make(company_id="X", auth="token").check()
    assert [one.method for one in world.sent] == ["GET", "POST", "GET"]


def test_a_token_refused_says_what_to_do(world):
    world.answer("POST", "/oauth/token", {"Message": "invalid_client"}, 401)
    with pytest.raises(NotAuthorized, match="does not accept this client id and secret") as caught:
        world.make(None, company_id="X", auth="token").check()
    assert str(caught.value).count("Enter") == 1


@pytest.mark.parametrize("auth", ["basic", "token"])
def test_without_credentials_nothing_is_sent(world, auth):
    with pytest.raises(NotAuthorized, match="Enter") as caught:
        world.make(None, secret="", company_id="X", auth=auth).check()
    assert str(caught.value).count("Enter") == 1
    assert world.sent == []


@pytest.mark.parametrize("life", [None, "soon", -5])
def test_a_token_of_odd_life_is_usable(world, life):
    body = TOKEN | {"expires_in": life}
    world.answer("POST", "/oauth/token", body)
    world.answer("GET", STOCK, [])
    world.make(Tokens("old", expires_at=NOW), company_id="X", auth="token").check()
    assert world.sent[-1].headers["Authorization"] == "Bearer fresh"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"company_id": "a b"}, "A company id is letters"),
        ({"company_id": "X", "api_url": "http://api.veracore.com/v1"}, "over https only"),
        ({"company_id": "X", "api_url": "https://user@host.example/"}, "not the address"),
        ({"company_id": "X", "api_url": "https://[::1"}, "not the address"),
        ({"company_id": "X", "api_url": "https://host.example/a/../b"}, "not the address"),
        ({"company_id": "X", "orders_path": "orders"}, "A path begins with a slash"),
        ({"company_id": "X", "orders_path": "/../x"}, "A path begins with a slash"),
        ({"company_id": "X", "auth": "magic"}, "Input should be"),
        ({"company_id": "X", "calls_per_second": -1}, "greater than or equal to 0"),
    ],
)
def test_a_wrong_setting_is_said(values, said):
    with pytest.raises(ValidationError, match=said):
        VERACORE.Settings(**values)


def test_paths_are_joined_as_configured(world):
    world.answer("GET", "/stock/all", [])
    world.make(company_id="X", inventory_path="/stock/all/").check()
    assert world.sent[0].url == "https://api.veracore.com/v1/stock/all"


def test_every_dialect_can_be_chosen():
    choices = VERACORE.Settings.model_json_schema()["properties"]["dialect"]
    assert choices.get("const") == "rest" or choices["enum"] == sorted(DIALECTS)
    assert sorted(DIALECTS) == ["rest"]


def test_stock_at_two_and_the_rest_in_the_warehouses_hours():
    hours = Cadence(
        every_minutes=30,
        weekdays="01234",
        window_from="09:00",
        window_to="19:00",
        timezone="America/Los_Angeles",
    )
    assert VERACORE.default_schedules == {
        "stock": Cadence(daily_at="02:00", timezone="America/Los_Angeles"),
        "shipments": hours,
        "order_status": hours,
    }


def test_calls_keep_their_distance_where_the_warehouse_wants_it():
    settings = VERACORE.Settings(company_id="X", calls_per_second=4)
    assert VERACORE.least_gap(settings) == 0.25
    assert VERACORE.least_gap(VERACORE.Settings(company_id="X")) == 0
