"""The calls an hour an account allows: counted for its host, and never exceeded."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.errors import OverBudget
from integrations.models import ApiCall, Connection, SyncRun
from integrations.prefetch import ahead
from integrations.services.budget import HourlyBudget, budget_of, same_host, used_of
from integrations.services.connections import provider_for
from integrations.services.run_requests import request_run
from integrations.services.runs import run_flow
from tests.conftest import make_fake
from tests.fakes import FakeProvider

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def called(fake, *minutes_ago, now):
    ApiCall.objects.bulk_create(
        ApiCall(connection=fake, method="GET", path="/", ms=1, at=now - ago * MINUTE)
        for ago in minutes_ago
    )


@pytest.fixture
def of_ten(monkeypatch):
    """Accounts of the fake allow ten calls an hour."""
    monkeypatch.setattr(FakeProvider, "hourly_budget", classmethod(lambda cls, settings: 10))


def take_all(budget, fake, now):
    """How many calls are let through, each of them made, and the refusal of the next."""
    for number in range(100):
        try:
            budget.take()
        except OverBudget as error:
            return number, error
        called(fake, 0, now=now)
    raise AssertionError("It never ends.")


def test_calls_of_the_last_hour_count_older_ones_do_not(fake, now):
    called(fake, 61, 60, 59, 5, 0, now=now)
    budget = HourlyBudget([fake.pk], 10, "beans.fake", lambda: now)
    made, error = take_all(budget, fake, now)
    assert made == 7
    assert str(error) == "Our 10 calls an hour to beans.fake are used up."


def test_it_goes_on_when_a_tenth_of_the_budget_is_free(fake, now):
    called(fake, *range(40, 60), now=now)  # the oldest of them fall out a minute apart
    _, error = take_all(HourlyBudget([fake.pk], 20, "beans.fake", lambda: now), fake, now)
    assert error.retry_after == 120  # two of twenty: made 59 and 58 minutes ago


def test_what_others_made_beyond_the_budget_must_fall_out_first(fake, now):
    called(fake, *range(30, 60), now=now)
    _, error = take_all(HourlyBudget([fake.pk], 20, "beans.fake", lambda: now), fake, now)
    assert error.retry_after == 12 * 60


@pytest.mark.parametrize(("minutes", "wait"), [(59.999, 1), (0, 3600)])
def test_the_wait_is_a_second_to_an_hour(fake, now, minutes, wait):
    called(fake, *[minutes] * 10, now=now)
    budget = HourlyBudget([fake.pk], 10, "x", lambda: now)
    assert take_all(budget, fake, now)[1].retry_after == wait


def test_calls_are_counted_once_in_half_a_minute_not_once_a_call(fake, now):
    moment = [now]
    budget = HourlyBudget([fake.pk], 1000, "beans.fake", lambda: moment[0])
    with CaptureQueriesContext(connection) as captured:
        for _ in range(50):
            budget.take()
    assert len(captured) == 1
    moment[0] += 30 * SECOND
    with CaptureQueriesContext(connection) as captured:
        budget.take()
    assert len(captured) == 1


def test_while_it_is_used_up_nobody_counts(fake, now):
    called(fake, *[10] * 10, now=now)
    budget = HourlyBudget([fake.pk], 10, "beans.fake", lambda: now)
    take_all(budget, fake, now)
    with CaptureQueriesContext(connection) as captured:
        take_all(budget, fake, now)
    assert len(captured) == 0


def test_calls_of_other_processes_are_seen_at_the_next_count(fake, now):
    moment = [now]
    budget = HourlyBudget([fake.pk], 10, "beans.fake", lambda: moment[0])
    budget.take()
    called(fake, *[0] * 10, now=now)
    moment[0] += 31 * SECOND
    with pytest.raises(OverBudget):
        budget.take()


def test_connections_of_one_host_share_its_budget(fake, of_ten, monkeypatch):
    tea, other = make_fake("tea.fake"), make_fake("far.fake")
    base = {"tea.fake": "https://one.example/tea", "beans.fake": "https://one.example/beans"}
    url = classmethod(lambda cls, account, settings: base.get(account, "https://two.example"))
    monkeypatch.setattr(FakeProvider, "base_url", url)
    assert sorted(same_host(fake)) == [fake.pk, tea.pk]
    called(tea, *[1] * 6, now=timezone.now())
    called(other, *[1] * 6, now=timezone.now())
    assert used_of(fake, timezone.now()) == 6
    assert take_all(budget_of(fake), fake, timezone.now())[0] == 4


def test_a_provider_without_a_budget_counts_nothing(fake):
    assert budget_of(fake) is None


def test_a_call_over_the_budget_is_not_made_and_leaves_no_record(fake, of_ten, net):
    page = net.get("https://beans.fake.example/page", json={})
    called(fake, *[5] * 9, now=timezone.now())
    http = provider_for(fake).access.http
    http.read("GET", "/page")
    with pytest.raises(OverBudget):
        http.read("GET", "/page")
    with pytest.raises(OverBudget):
        http.write("POST", "/page")
    http.close()
    assert page.call_count == 1
    assert ApiCall.objects.filter(path="/page").count() == 1
    fake.refresh_from_db()
    assert (fake.failed_calls, fake.opened, fake.paused_until) == (0, 0, None)


def test_reading_ahead_counts_in_the_thread_of_the_consumer(fake, of_ten, net):
    net.get("https://beans.fake.example/page", json={})
    called(fake, *[5] * 8, now=timezone.now())
    http = provider_for(fake).access.http

    def source():
        while True:
            yield http.read("GET", "/page").status

    answers = ahead(source())
    assert [next(answers), next(answers)] == [200, 200]
    with pytest.raises(OverBudget):
        next(answers)
    http.close()


def test_a_run_over_the_budget_is_put_off_until_calls_are_free(fake, of_ten, flow, net):
    net.get("https://beans.fake.example/page", json={})
    called(fake, *[50] * 9, now=timezone.now())

    def handler(run):
        for _ in range(5):
            run.provider.access.http.read("GET", "/page")
            run.count(processed=1)

    flow(handler)
    record, _ = request_run(fake, "stock", trigger="staff", inline=True)
    assert run_flow(record.pk) == "skipped"
    later = SyncRun.objects.get(status="queued")
    wait = (later.waits_until - timezone.now()).total_seconds()
    assert SyncRun.objects.get(pk=record.pk).processed == 1
    assert 590 < wait <= 600
    assert Connection.objects.get().failures == 0
