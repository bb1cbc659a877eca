"""How Extensiv is signed in to, what its settings may be, and when it is asked."""

import pytest
from pydantic import ValidationError

from integrations import registry
from integrations.errors import NotAuthorized
from integrations.providers.base import Cadence
from integrations.providers.extensiv.dialect import DIALECTS
from tests.integrations.providers.extensiv.conftest import BASE, PRODUCTS

EXTENSIV = registry.provider_class("extensiv")
TOKEN = {"access_token": "fresh", "expires_in": 3600, "token_type": "Bearer"}


def test_a_token_is_kept_until_a_minute_before_its_end(world):
    world.answer("POST", "/oauth/token", TOKEN)
    world.answer("GET", PRODUCTS, [])
    provider = world.make(None, base_url=BASE)
    for seconds in (0, 3539, 2):
        world.sleep(seconds)
        provider.check()
    assert [one.method for one in world.sent] == ["POST", "GET", "GET", "POST", "GET"]
    assert world.sent[1].headers["Authorization"] == "Bearer fresh"


def test_after_a_401_it_is_renewed_once_and_no_more(world, extensiv):
    world.answer("POST", "/oauth/token", TOKEN)
    world.answer("GET", PRODUCTS, {}, 401)
    with pytest.raises(NotAuthorized):
        extensiv.check()
    assert [one.method for one in world.sent] == ["GET", "POST", "GET"]
    assert world.tokens.renewed == ["good"]


def test_a_client_they_do_not_know_says_what_to_do(world):
    world.answer("POST", "/oauth/token", {"Message": "invalid_client: not registered"}, 401)
    with pytest.raises(NotAuthorized, match="Enter them again"):
        world.make(None, base_url=BASE).check()
    assert len(world.sent) == 1


def test_without_credentials_nothing_is_sent(world):
    with pytest.raises(NotAuthorized, match="Enter both"):
        world.make(None, secret="", base_url=BASE).check()
    assert world.sent == []


def test_an_address_that_leads_nowhere_is_said(world, extensiv):
    world.answer("GET", PRODUCTS, {}, 404)
    with pytest.raises(NotAuthorized, match="There is no Extensiv interface"):
        extensiv.check()


def test_the_check_answers_with_account_and_currency(world, extensiv):
    world.answer("GET", PRODUCTS, [])
    info = extensiv.check()
    assert (info.account, info.currency) == ("wms.acme.example", "USD")
    assert world.sent[0].params == {"page": "1", "pageSize": "1"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"base_url": "http://wms.acme.example"}, "over https only"),
        ({"base_url": "wms"}, "not the address of an Extensiv warehouse"),
        ({"base_url": "https://u@wms.acme.example"}, "not the address of an Extensiv warehouse"),
        ({"base_url": BASE, "currency": "dollars"}, "A currency is three letters"),
        ({"base_url": BASE, "calls_per_second": 0}, "greater than 0"),
        ({"base_url": BASE, "dialect": "wms3pl"}, "Input should be"),
    ],
)
def test_a_wrong_setting_is_said(values, said):
    with pytest.raises(ValidationError, match=said):
        EXTENSIV.Settings(**values)


def test_every_dialect_can_be_chosen():
    assert EXTENSIV.Settings(base_url=BASE, dialect="portal").dialect in DIALECTS
    assert sorted(DIALECTS) == ["portal"]


def test_its_hours_and_its_calls_a_second():
    assert EXTENSIV.default_schedules == {
        "products": Cadence(daily_at="03:30"),
        "stock": Cadence(every_minutes=15),
        "order_status": Cadence(every_minutes=5),
    }
    assert EXTENSIV.least_gap(EXTENSIV.Settings(base_url=BASE)) == 0.5
