"""What a call returns and leaves behind, what is repeated, and what each failure means."""

import tomllib
from pathlib import Path

import pytest
import requests

from integrations.errors import Rejected, Retryable, Throttled, Unconfirmed
from integrations.http import USER_AGENT, Call
from tests.integrations.http_client.conftest import BASE, NOW


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
    assert calls == [Call("GET", "/items", 200, 0, 1, 3, "", "CD-1", "good", at=NOW)]


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


def test_a_throttle_read_in_a_body_waits_like_any_other(client, net, time, calls):
    waits = [3, 9]
    net.get(f"{BASE}/", body="{}")

    def inspect(answer):
        raise client.throttled(waits.pop(0))

    with pytest.raises(Throttled) as error:
        client.read("GET", "/", inspect=inspect)
    assert (time.slept, error.value.retry_after, error.value.counts) == ([3], 9, False)
    assert [(call.verdict, call.wait_s) for call in calls] == [("slow", 3.0), ("slow", 9.0)]


@pytest.mark.parametrize("status", [200, 404, 429, 503])
def test_a_reset_time_read_from_the_body_counts_at_any_status(client, net, time, status):
    net.get(f"{BASE}/items", json={"until": 90}, status=status)
    with pytest.raises(Throttled) as limit:
        client.read("GET", "/items", retry_after_of=lambda answer: answer.json()["until"])
    assert (limit.value.retry_after, time.slept) == (90, [])


def test_a_body_without_a_reset_time_is_judged_as_ever(client, net, time):
    net.get(f"{BASE}/items", json={}, status=429, headers={"Retry-After": "3"})
    net.get(f"{BASE}/items", json={"ok": 1})
    assert client.read("GET", "/items", retry_after_of=lambda answer: None).json() == {"ok": 1}
    assert time.slept == [3]
