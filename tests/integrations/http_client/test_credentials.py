"""Credentials: sent with each call, renewed once."""

import pytest

from integrations.errors import NotAuthorized, Retryable
from tests.integrations.http_client.conftest import BASE


def test_a_403_is_not_authorized_and_nothing_is_renewed(client, net):
    client.authorize(dict, lambda: pytest.fail("renewed"))
    net.get(f"{BASE}/", status=403)
    with pytest.raises(NotAuthorized):
        client.read("GET", "/")
    assert len(net.calls) == 1


@pytest.mark.parametrize("method", ["read", "write"])
def test_after_a_401_credentials_are_renewed_once_and_the_call_repeated(client, net, method):
    tokens = ["old"]
    client.authorize(lambda: {"X-Token": tokens[-1]}, lambda: bool(tokens.append("new")) or True)
    net.post(f"{BASE}/", status=401)
    net.post(f"{BASE}/", json={"fine": 1})
    assert getattr(client, method)("POST", "/").json() == {"fine": 1}
    assert [call.request.headers["X-Token"] for call in net.calls] == ["old", "new"]


def test_a_second_401_is_not_authorized(client, net):
    renewals = []
    client.authorize(dict, lambda: bool(renewals.append(1)) or True)
    net.post(f"{BASE}/", status=401)
    with pytest.raises(NotAuthorized):
        client.write("POST", "/")
    assert (len(net.calls), len(renewals)) == (2, 1)


def test_a_401_with_nothing_to_renew_is_not_repeated(client, net):
    net.get(f"{BASE}/", status=401)
    with pytest.raises(NotAuthorized):
        client.read("GET", "/")
    assert len(net.calls) == 1


def test_a_write_is_not_repeated_when_renewing_ate_its_deadline(client, net, time):
    client.authorize(dict, lambda: time.sleep(31) is None)
    net.post(f"{BASE}/", status=401)
    with pytest.raises(Retryable):
        client.write("POST", "/")
    assert len(net.calls) == 1


def test_a_call_may_leave_the_credentials_out(client, net):
    client.authorize(lambda: {"X-Token": "t"}, lambda: pytest.fail("renewed"))
    net.post(f"{BASE}/token", status=401)
    with pytest.raises(NotAuthorized):
        client.read("POST", "/token", authorized=False)
    assert "X-Token" not in net.calls[0].request.headers
