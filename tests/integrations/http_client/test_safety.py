"""Where nothing is sent, and what no error says."""

import pytest
import requests

from integrations.errors import BadResponse, Rejected, Unconfirmed
from integrations.http import Client
from tests.integrations.http_client.conftest import BASE


@pytest.mark.parametrize(("method", "kind"), [("read", BadResponse), ("write", Rejected)])
def test_a_redirect_is_an_error_and_nothing_is_followed(client, net, method, kind):
    net.post(f"{BASE}/", status=307, headers={"Location": "https://evil.example.com/"})
    with pytest.raises(kind):
        getattr(client, method)("POST", "/")
    assert [call.request.url for call in net.calls] == [f"{BASE}/"]


def test_errors_hold_neither_query_nor_credentials_nor_cause(client, net):
    client.authorize(lambda: {"X-Token": "t0ken"}, lambda: False)
    problem = requests.ConnectionError("HTTPSConnectionPool: /orders?api_key=s3cret t0ken")
    net.post(f"{BASE}/orders", body=problem)
    with pytest.raises(Unconfirmed) as error:
        client.write("POST", "/orders", params={"api_key": "s3cret"})
    assert "s3cret" not in str(error.value)
    assert "t0ken" not in str(error.value)
    assert (error.value.__cause__, error.value.__context__) == (None, None)


def test_errors_call_the_other_side_by_the_name_given(net):
    net.post(f"{BASE}/", status=422)
    with pytest.raises(Rejected) as error:
        Client(BASE, name="Lantern Roasters").write("POST", "/")
    assert str(error.value) == "Lantern Roasters refused the call (HTTP 422)."


@pytest.mark.parametrize(
    "address", ["http://api.example.com", "ftp://api.example.com", "https://", "api.example.com"]
)
def test_only_https_addresses_are_taken(address):
    with pytest.raises(ValueError, match="https"):
        Client(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "localhost"])
def test_a_private_host_is_refused_before_anything_is_sent(host, monkeypatch):
    connected = []
    monkeypatch.setattr("socket.socket.connect", lambda *a: connected.append(a))
    client = Client(f"https://{host}:9")
    with pytest.raises(Rejected) as error:
        client.write("POST", "/")
    assert "private network" in str(error.value)
    assert connected == []
