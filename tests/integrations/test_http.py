"""The client: what each answer, time-out and break means, and what is repeated."""

import contextlib
import gzip
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import responses

from integrations.errors import (
    BadResponse,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
    Throttled,
    Unconfirmed,
)
from integrations.http import USER_AGENT, Call, Client, Timeouts

BASE = "https://api.example.com"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def calls():
    return []


@pytest.fixture
def client(time, calls):
    client = Client(
        BASE,
        sleep=time.sleep,
        clock=lambda: time.at,
        now=lambda: NOW,
        jitter=lambda: 0.25,
        on_call=calls.append,
    )
    yield client
    client.close()


@pytest.fixture
def net():
    with responses.RequestsMock() as mock:
        yield mock


def test_a_read_returns_status_headers_and_json(client, net):
    net.get(f"{BASE}/items", json={"a": 1}, headers={"X-Thing": "yes"})
    answer = client.read("GET", "/items")
    assert (answer.status, answer.headers["x-thing"], answer.json()) == (200, "yes", {"a": 1})


def test_every_call_says_who_we_are_in_the_version_of_the_project(client, net):
    net.get(f"{BASE}/", body="{}")
    client.read("GET", "/")
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    assert net.calls[0].request.headers["User-Agent"] == f"Crossdock/{project['version']}"
    assert f"Crossdock/{project['version']}" == USER_AGENT


def test_a_call_is_recorded_without_its_query(client, net, calls):
    net.get(f"{BASE}/items", body="[1]")
    client.read("GET", "/items", params={"api_key": "s3cret"}, subject="CD-1")
    assert calls == [Call("GET", "/items", 200, 0, 1, 3, "", "CD-1", "good")]


def test_a_template_is_recorded_for_the_path(client, net, calls):
    net.get(f"{BASE}/items/77?x=1", body="{}")
    client.read("GET", "/items/77?x=1", template="/items/{id}")
    assert calls[0].path == "/items/{id}"


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520])
def test_a_read_is_tried_three_times_with_growing_waits(client, net, time, calls, status):
    net.get(f"{BASE}/", status=status)
    with pytest.raises(Retryable) as error:
        client.read("GET", "/")
    assert str(error.value) == f"api.example.com is in trouble (HTTP {status})."
    assert time.slept == [1.25, 2.25]
    assert [(call.attempt, call.error_kind) for call in calls] == [
        (1, "retryable"),
        (2, "retryable"),
        (3, "retryable"),
    ]


def test_a_read_recovers_within_its_tries(client, net, time):
    net.get(f"{BASE}/", body=requests.ConnectionError("reset"))
    net.get(f"{BASE}/", status=502)
    net.get(f"{BASE}/", json={"fine": True})
    assert client.read("GET", "/").json() == {"fine": True}
    assert time.slept == [1.25, 2.25]


@pytest.mark.parametrize("asked", ["7", "Fri, 20 Nov 2026 12:00:07 GMT"])
def test_a_short_retry_after_is_slept(client, net, time, asked):
    net.get(f"{BASE}/", status=429, headers={"Retry-After": asked})
    net.get(f"{BASE}/", body="{}")
    client.read("GET", "/")
    assert time.slept == [7.0]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("9", 9.0), ("86400", 3600.0), ("Fri, 20 Nov 2026 12:10:00 GMT", 600.0), ("inf", 3600.0)],
)
def test_a_long_retry_after_is_left_to_the_caller(client, net, time, asked, wait):
    net.get(f"{BASE}/", status=429, headers={"Retry-After": asked})
    with pytest.raises(Retryable) as error:
        client.read("GET", "/")
    assert (error.value.retry_after, error.value.counts, time.slept) == (wait, False, [])


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("0", 1.0),
        ("-5", 1.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 1.0),
        ("soon", 1.25),
        ("nan", 1.25),
    ],
)
def test_a_past_or_senseless_retry_after_waits_the_usual_time(client, net, time, asked, wait):
    net.get(f"{BASE}/", status=503, headers={"Retry-After": asked})
    net.get(f"{BASE}/", body="{}")
    client.read("GET", "/")
    assert time.slept == [wait]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520])
def test_a_write_that_may_have_worked_is_unconfirmed_and_sent_once(client, net, time, status):
    net.post(f"{BASE}/orders", status=status, headers={"Retry-After": "2"})
    with pytest.raises(Unconfirmed):
        client.write("POST", "/orders", json={})
    assert (len(net.calls), time.slept) == (1, [])


@pytest.mark.parametrize(
    "break_off", [requests.ConnectionError("reset"), requests.ReadTimeout("slow")]
)
def test_a_write_whose_answer_is_lost_is_unconfirmed(client, net, break_off):
    net.post(f"{BASE}/orders", body=break_off)
    with pytest.raises(Unconfirmed):
        client.write("POST", "/orders", json={})
    assert len(net.calls) == 1


def test_a_write_that_never_left_is_retryable_and_does_not_count(client, net):
    net.post(f"{BASE}/orders", body=requests.ConnectTimeout("no route"))
    with pytest.raises(Retryable) as error:
        client.write("POST", "/orders", json={})
    assert error.value.counts is False


def test_a_throttled_write_is_retryable_with_its_wait_and_does_not_count(client, net, time):
    net.post(f"{BASE}/orders", status=429, headers={"Retry-After": "2"})
    with pytest.raises(Retryable) as error:
        client.write("POST", "/orders")
    assert (error.value.retry_after, error.value.counts, time.slept) == (2.0, False, [])


@pytest.mark.parametrize("status", [400, 402, 404, 405, 409, 410, 413, 414, 415, 422, 423])
def test_a_refused_write_is_rejected(client, net, status):
    net.post(f"{BASE}/orders", status=status)
    with pytest.raises(Rejected) as error:
        client.write("POST", "/orders")
    assert str(error.value) == f"api.example.com refused the call (HTTP {status})."


def test_an_accepted_status_is_returned_for_the_provider_to_read(client, net):
    net.post(f"{BASE}/orders", status=409, json={"why": "twice"})
    assert client.write("POST", "/orders", accept=(409,)).json() == {"why": "twice"}


def test_a_404_on_a_read_is_an_answer(client, net):
    net.get(f"{BASE}/orders/1", status=404)
    assert client.read("GET", "/orders/1").status == 404


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


@pytest.mark.parametrize(("method", "kind"), [("read", BadResponse), ("write", Rejected)])
def test_a_redirect_is_an_error_and_nothing_is_followed(client, net, method, kind):
    net.post(f"{BASE}/", status=307, headers={"Location": "https://evil.example.com/"})
    with pytest.raises(kind):
        getattr(client, method)("POST", "/")
    assert [call.request.url for call in net.calls] == [f"{BASE}/"]


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


def test_a_throttle_read_in_a_body_waits_like_any_other(client, net, time, calls):
    waits = [3, 9]
    net.get(f"{BASE}/", body="{}")

    def inspect(answer):
        raise client.throttled(waits.pop(0))

    with pytest.raises(Throttled) as error:
        client.read("GET", "/", inspect=inspect)
    assert (time.slept, error.value.retry_after, error.value.counts) == ([3], 9, False)
    assert [(call.verdict, call.wait_s) for call in calls] == [("slow", 3.0), ("slow", 9.0)]


# --- what a call says about the system


def verdicts(client, calls, ask="read"):
    """What the tries of one call said, however it ended."""
    with contextlib.suppress(ProviderError):
        getattr(client, ask)("POST", "/")
    return [call.verdict for call in calls]


@pytest.mark.parametrize("status", [200, 204, 400, 403, 404, 409, 422])
@pytest.mark.parametrize("ask", ["read", "write"])
def test_a_system_that_says_no_works(client, net, calls, ask, status):
    net.post(f"{BASE}/", status=status)
    assert verdicts(client, calls, ask) == ["good"]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_read_that_fails_three_times_failed_once(client, net, calls, status):
    net.post(f"{BASE}/", status=status)
    assert verdicts(client, calls) == ["", "", "failed"]


def test_a_read_that_recovers_is_good(client, net, calls):
    net.post(f"{BASE}/", status=500)
    net.post(f"{BASE}/", body="{}")
    assert verdicts(client, calls) == ["", "good"]


@pytest.mark.parametrize(
    "problem", [requests.ConnectTimeout("no"), requests.ReadTimeout("slow"), OSError("reset")]
)
def test_no_connection_and_no_answer_are_failures(client, net, calls, problem):
    net.post(f"{BASE}/", body=problem)
    assert verdicts(client, calls, "write") == ["failed"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<html>Sorry</html>", "text/html; charset=utf-8"),
        ('{"a": ', "application/json"),
        ("", "application/json"),
        (b"\xef\xbb\xbf{}", "application/json"),
    ],
)
@pytest.mark.parametrize(("ask", "error"), [("read", BadResponse), ("write", Unconfirmed)])
def test_a_good_status_with_an_unusable_body_is_a_failure(
    client, net, calls, body, kind, ask, error
):
    net.post(f"{BASE}/", body=body, content_type=kind)
    with pytest.raises(error):
        getattr(client, ask)("POST", "/")
    assert [call.verdict for call in calls] == ["failed"]


@pytest.mark.parametrize("ask", ["read", "write"])
def test_a_redirect_is_a_failure(client, net, calls, ask):
    net.post(f"{BASE}/", status=302, headers={"Location": "https://evil.example.com/"})
    assert verdicts(client, calls, ask) == ["failed"]


def test_a_429_is_slow_at_every_try_and_says_for_how_long(client, net, calls):
    net.post(f"{BASE}/", status=429, headers={"Retry-After": "7"})
    assert verdicts(client, calls) == ["slow"] * 3
    assert [call.wait_s for call in calls] == [7.0] * 3


def test_a_401_that_is_renewed_says_nothing_and_the_second_that_it_works(client, net, calls):
    client.authorize(dict, lambda: True)
    net.post(f"{BASE}/", status=401)
    assert verdicts(client, calls, "write") == ["", "good"]


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
