"""Which warehouse an address is, and what may not be one."""

import pytest
from pydantic import ValidationError

from integrations import registry
from integrations.providers.extensiv.config import host_of

EXTENSIV = registry.provider_class("extensiv")


@pytest.mark.parametrize(
    "written",
    [
        "https://wms.acme.example",
        "https://wms.acme.example/",
        "  HTTPS://WMS.Acme.Example  ",
        "wms.acme.example",
    ],
)
def test_every_spelling_of_an_address_is_one_account(written):
    assert EXTENSIV.normalize_account(written) == "wms.acme.example"
    assert EXTENSIV.Settings(base_url=written).base_url == "https://wms.acme.example"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "https://",
        "localhost",
        "https://wms.acme.example:8443",
        "https://wms.acme.example/api/v1",
        "https://wms.acme.example?x=1",
        "https://wms.acme.example#x",
        "https://user:word@wms.acme.example",
        "https://10.0.0.7",
        "https://[::1]",
        "https://[::1",
        "https://-wms.acme.example",
        "https://wms..example",
        "https://wms.acme.example.evil/../x",
        "https://wms acme.example",
    ],
)
def test_what_is_no_address_of_a_warehouse_is_refused_with_an_example(written):
    with pytest.raises(ValueError, match=r"It looks like https://wms\.acme-3pl\.com\."):
        host_of(written)


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_only_https_is_spoken(scheme):
    with pytest.raises(ValueError, match="Write the address with https://"):
        host_of(f"{scheme}://wms.acme.example")


@pytest.mark.parametrize(("written", "kept"), [(" usd ", "USD"), ("CAD", "CAD")])
def test_a_currency_is_kept_in_capitals(written, kept):
    assert EXTENSIV.Settings(base_url="wms.acme.example", currency=written).currency == kept


@pytest.mark.parametrize("calls", [0, -1, 100.5, "many"])
def test_calls_a_second_lie_between_none_and_a_hundred(calls):
    with pytest.raises(ValidationError):
        EXTENSIV.Settings(base_url="wms.acme.example", calls_per_second=calls)


@pytest.mark.parametrize(("calls", "gap"), [(1, 1.0), (4, 0.25), (0.5, 2.0)])
def test_the_least_gap_between_two_calls_follows_the_limit(calls, gap):
    settings = EXTENSIV.Settings(base_url="wms.acme.example", calls_per_second=calls)
    assert EXTENSIV.least_gap(settings) == gap


def test_a_secret_is_never_written_out():
    secrets = EXTENSIV.Secrets(client_id="portal", client_secret="hush")
    assert "hush" not in repr(secrets)


def test_it_ships_to_the_customer_and_the_environment_names_its_three_values():
    assert EXTENSIV.ships_to == "customer"
    assert sorted(EXTENSIV.bootstrap) == [
        "EXTENSIV_BASE_URL",
        "EXTENSIV_CLIENT_ID",
        "EXTENSIV_CLIENT_SECRET",
    ]
