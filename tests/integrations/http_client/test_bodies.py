"""Answers that cannot be read."""

import gzip

import pytest

from integrations.errors import BadResponse, Unconfirmed
from integrations.http import Client, Timeouts
from tests.integrations.http_client.conftest import BASE

BAD_BODIES = {
    "empty": b"",
    "cut off": b'{"a": [1, 2',
    "not utf-8": b'{"a": "\xff"}',
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "nested": b"[" * 100_000 + b"]" * 100_000,
    "huge number": b"9" * 5000,
    "list": b"[1]",
}


@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.parametrize(("method", "kind"), [("read", BadResponse), ("write", Unconfirmed)])
def test_an_unreadable_answer_is_bad_after_a_read_and_unknown_after_a_write(
    client, net, name, method, kind
):
    net.post(f"{BASE}/", body=BAD_BODIES[name])
    with pytest.raises(kind):
        getattr(client, method)("POST", "/").mapping()


def test_a_204_has_no_json(client, net):
    net.delete(f"{BASE}/", status=204)
    with pytest.raises(Unconfirmed) as error:
        client.write("DELETE", "/").json()
    assert str(error.value) == "api.example.com answered with nothing: the outcome is unknown."


def test_a_web_page_with_200_is_not_data(client, net):
    net.get(f"{BASE}/", body="<html>Maintenance</html>", content_type="text/html; charset=utf-8")
    with pytest.raises(BadResponse) as error:
        client.read("GET", "/").json()
    assert str(error.value) == "api.example.com answered with a web page instead of data."


def test_fractions_never_become_floats(client, net):
    net.get(f"{BASE}/", body=b'{"price": 0.1}')
    assert str(client.read("GET", "/").json()["price"]) == "0.1"


@pytest.mark.parametrize(("method", "kind"), [("read", BadResponse), ("write", Unconfirmed)])
def test_an_answer_over_the_byte_cap_is_given_up(net, method, kind):
    client = Client(BASE, timeouts=Timeouts(max_bytes=1000))
    bomb = gzip.compress(b"0" * 1_000_000)
    net.post(f"{BASE}/", body=bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(kind) as error:
        getattr(client, method)("POST", "/")
    assert "more data than we accept" in str(error.value)


def test_data_that_cannot_be_unpacked_is_a_bad_answer(client, net):
    net.get(f"{BASE}/", body=b"not gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(BadResponse):
        client.read("GET", "/")
