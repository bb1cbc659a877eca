"""Outages, storms and refusals over the network: what the connection's row makes of them."""

import contextlib
from datetime import timedelta
from email.utils import format_datetime

import pytest
import requests
from django.utils import timezone

from integrations.errors import NotAuthorized, ProviderError, Rejected, Retryable, Throttled
from integrations.models import Alert, ApiCall, FlowSchedule, SyncRun
from integrations.services.breaker import admit, state_of
from integrations.services.connections import try_connection
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from integrations.services.ticks import start_due
from tests.integrations.remote_shop import RemoteShop
from tests.threads import at_once

TROUBLE = (500, {}, "oops")


def ask(shop, times=1):
    """Ask as often, whatever comes of it."""
    for _ in range(times):
        with contextlib.suppress(ProviderError):
            shop.provider().check()


def state(shop) -> str:
    return state_of(shop.fresh(), timezone.now())


# --- V1, V6, V7, V9: what counts as a failed call


@pytest.mark.parametrize(
    "answer",
    [
        requests.ConnectTimeout("no route"),
        requests.ReadTimeout("silence"),
        requests.ConnectionError("reset"),
        (408, {}, ""),
        (500, {}, ""),
        (503, {"Retry-After": "600"}, ""),
        (200, {"Content-Type": "text/html"}, "<html>We are moving</html>"),
        (200, {"Content-Type": "application/json"}, '{"data": '),
        (200, {}, ""),
        (200, {}, '{"errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}'),
        (302, {"Location": "https://evil.example.com/"}, ""),
    ],
)
def test_three_calls_without_a_usable_answer_open_the_breaker(shop, answer):
    shop.answer = lambda: answer
    ask(shop, 2)
    assert (state(shop), shop.fresh().failed_calls) == ("closed", 2)
    ask(shop)
    assert (state(shop), shop.fresh().failed_calls) == ("open", 3)
    assert Alert.objects.get(kind="outage").closed_at is None


@pytest.mark.parametrize(
    "answer",
    [
        (400, {}, ""),
        (422, {}, ""),
        (403, {}, ""),
        (200, {}, '{"errors": [{"message": "No.", "extensions": {"code": "ACCESS_DENIED"}}]}'),
        (200, {}, '{"errors": [{"message": "x", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}'),
        (200, {}, '{"errors": [{"message": "Field is unknown"}]}'),
    ],
)
def test_a_system_that_refuses_works(shop, answer):
    shop.answer = lambda: TROUBLE
    ask(shop, 2)
    shop.answer = lambda: answer
    ask(shop, 4)
    assert (state(shop), shop.fresh().failed_calls) == ("closed", 0)


def test_a_read_tried_three_times_is_one_failed_call(shop, naps):
    shop.answer = lambda: TROUBLE
    ask(shop)
    assert (shop.asked, len(naps), shop.fresh().failed_calls) == (3, 2, 1)
    assert list(ApiCall.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "",
        "",
        "failed",
    ]


def test_a_refresh_that_fails_is_one_failed_call_not_two(shop):
    shop.accepts = set()
    shop.token_answers = [TROUBLE] * 3
    ask(shop)
    assert (len(shop.token_requests), shop.fresh().failed_calls) == (3, 1)


def test_never_connected_is_a_plain_retry_that_does_not_count_as_an_attempt(shop):
    shop.answer = lambda: requests.ConnectTimeout("no route")
    with pytest.raises(Retryable) as error:
        shop.provider().graph.write("mutation M { orderCreate(order: {}) { id } }")
    assert (error.value.counts, shop.asked) == (False, 1)


# --- V6: twenty minutes of 500s


def test_after_twenty_minutes_of_500s_one_probe_closes_it_and_everything_goes(shop):
    shop.answer = lambda: TROUBLE
    left, probes = 20 * 60, 0
    ask(shop, 3)
    while left > 0:
        assert [admit(shop.fresh(), timezone.now()) for _ in range(3)] == [False] * 3
        wait = (shop.fresh().paused_until - timezone.now()).total_seconds() + 0.01
        shop.let_pass(wait)
        left -= wait
        assert try_connection(shop.fresh()) == "retryable"
        probes += 1
    assert (probes, shop.asked) == (4, 3 * 3 + 4 * 3)  # after 2, 6, 14 and 30 minutes
    shop.answer = shop.shop
    shop.let_pass(1801)
    assert try_connection(shop.fresh()) == "ok"
    assert (state(shop), shop.fresh().paused_until) == ("closed", None)
    assert not Alert.objects.filter(closed_at=None).exists()
    assert [admit(shop.fresh(), timezone.now()) for _ in range(5)] == [True] * 5


def test_a_nightly_check_does_not_call_a_system_that_is_left_alone(shop):
    shop.answer = lambda: TROUBLE
    ask(shop, 3)
    asked = shop.asked
    assert try_connection(shop.fresh()) == "waiting"
    assert shop.asked == asked


# --- V3, bug 13: 429 in every form


def date_ahead(seconds: int) -> str:
    return format_datetime(timezone.now() + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        (lambda: "7", 6.5, 7),
        (lambda: date_ahead(60), 57, 60),
        (lambda: date_ahead(-60), 0.5, 1),
        (lambda: "soon", 29.5, 30),
        (lambda: "86400", 3599.5, 3600),
        (lambda: None, 29.5, 30),
    ],
)
def test_a_429_makes_the_whole_connection_wait(shop, header, least, most):
    headers = {"Retry-After": value} if (value := header()) else {}
    shop.answer = lambda: (429, headers, "")
    with pytest.raises(Throttled):
        shop.provider().check()
    row = shop.fresh()
    assert least < (row.paused_until - timezone.now()).total_seconds() <= most
    assert (row.opened, row.failed_calls, admit(row, timezone.now())) == (0, 0, False)
    assert not Alert.objects.exists()


def test_a_throttle_in_a_200_makes_the_whole_connection_wait(shop):
    cost = {"requestedQueryCost": 1000, "throttleStatus": {"currentlyAvailable": 0}}
    cost["throttleStatus"]["restoreRate"] = 50
    body = '{"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": {"cost": %s}}'  # noqa: E501
    shop.answer = lambda: (200, {}, body % str(cost).replace("'", '"'))
    with pytest.raises(Throttled):
        shop.provider().check()
    assert 19 < (shop.fresh().paused_until - timezone.now()).total_seconds() <= 20
    assert ApiCall.objects.get().verdict == "slow"


def test_a_429_storm_at_one_partner_leaves_the_others_alone(shop, net):
    other = RemoteShop(net, "red-barn")
    shop.answer = lambda: (429, {"Retry-After": "600"}, "")
    ask(shop, 5)
    now = timezone.now()
    assert (admit(shop.fresh(), now), admit(other.fresh(), now)) == (False, True)
    assert try_connection(other.fresh()) == "ok"
    FlowSchedule.objects.filter(flow="stock").update(next_due_at=now)
    FlowSchedule.objects.exclude(flow="stock").update(enabled=False)
    assert start_due(now) == 1
    assert SyncRun.objects.get().connection == other.row
    assert start_due(now + timedelta(seconds=601)) == 1


def test_waits_within_a_read_are_slept_and_the_read_goes_on(shop, naps):
    answers = [(429, {"Retry-After": "7"}, ""), shop.shop()]
    shop.answer = lambda: answers.pop(0)
    shop.provider().check()
    assert naps == [7.0]
    assert shop.fresh().failed_calls == 0


# --- V4, V5, bug 12: 401


def test_a_401_is_renewed_once_and_the_call_repeated(shop):
    shop.accepts = set()
    shop.provider().check()
    assert (shop.token_requests, shop.asked) == (["r-old"], 2)


def test_a_401_for_ever_is_one_refresh_and_one_alert_and_stops_the_schedules(shop, flow):
    flow(lambda run: run.provider.check())
    shop.token_answers = [
        (200, {}, '{"access_token": "useless", "refresh_token": "r-2", "expires_in": 3600}')
    ]
    shop.accepts = set()
    FlowSchedule.objects.filter(flow="stock").update(next_due_at=timezone.now())
    assert start_due(timezone.now()) == 1
    assert run_flow(SyncRun.objects.get().pk) == "failed"
    row = shop.fresh()
    assert (row.status, row.opened, shop.token_requests) == ("needs_attention", 0, ["r-old"])
    assert Alert.objects.get(closed_at=None).kind == "credentials"
    asked = shop.asked
    FlowSchedule.objects.update(next_due_at=timezone.now())
    assert start_due(timezone.now()) == 0
    again, _ = request_run(row, "stock", trigger="webhook", inline=True)
    assert (run_flow(again.pk), shop.asked) == ("skipped", asked)
    assert Alert.objects.get(closed_at=None).count == 1


def test_a_refused_token_is_not_refreshed_again_within_thirty_seconds(shop):
    shop.accepts = set()
    shop.provider().check()
    shop.accepts = set()
    for _ in range(5):
        with pytest.raises(NotAuthorized):
            shop.provider().check()
    assert shop.token_requests == ["r-old"]


def test_the_new_refresh_token_is_stored_before_the_new_token_is_used(shop):
    stored = []

    def answer():
        stored.append(shop.fresh().tokens.reveal()["refresh"])
        return shop.shop()

    shop.accepts, shop.answer = set(), answer
    shop.provider().check()
    assert stored == ["r-1"]


def test_a_lost_answer_to_a_refresh_is_made_up_for_with_the_old_refresh_token(shop):
    shop.accepts = set()
    shop.token_answers = [requests.ReadTimeout("lost")] * 3
    with pytest.raises(Retryable):
        shop.provider().check()
    assert shop.fresh().tokens.reveal()["refresh"] == "r-old"
    shop.provider().check()
    assert shop.token_requests == ["r-old"] * 4
    assert shop.fresh().status == "active"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_401_storm_of_ten_workers_is_one_token_request(net, naps):
    shop = RemoteShop(net, "blue-door")
    shop.accepts = set()
    names = at_once(10, lambda index: shop.provider().check().name)
    assert names == ["Lantern Roasters"] * 10
    assert shop.token_requests == ["r-old"]
    assert shop.fresh().tokens.reveal()["refresh"] == "r-1"


# --- V17: the life of a token


@pytest.mark.parametrize("life", ['"expires_in": 0,', '"expires_in": -7200,', ""])
def test_a_token_without_a_sensible_life_is_refreshed_once_and_used(shop, life):
    body = f'{{"access_token": "new-1", {life} "refresh_token": "r-1"}}'
    shop.accepts, shop.token_answers = {"new-1"}, [(200, {}, body)]
    for _ in range(5):
        shop.provider().check()
    assert shop.token_requests == ["r-old"]


def test_a_refusal_of_a_write_is_no_failure_of_the_system(shop):
    shop.answer = lambda: (422, {}, "")
    for _ in range(4):
        with pytest.raises(Rejected):
            shop.provider().graph.write("mutation M { orderCreate(order: {}) { id } }")
    assert (state(shop), shop.fresh().failed_calls) == ("closed", 0)
