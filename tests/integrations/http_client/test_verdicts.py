"""What a call says about the system."""

import contextlib

import pytest
import requests

from integrations.errors import BadResponse, ProviderError, Unconfirmed
from tests.integrations.http_client.conftest import BASE


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
