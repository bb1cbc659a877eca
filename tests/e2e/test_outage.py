"""A store that is down for a while: left alone, probed, and afterwards everything goes."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integrations.models import Alert, ApiCall, Connection, SyncRun
from integrations.services.breaker import admit
from integrations.services.run_requests import request_run
from integrations.tasks import tick
from tests.e2e import play
from tests.e2e.stack import Stack, eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def user(stack: Stack) -> User:
    return User.objects.create_superuser("mia")


def test_a_store_that_is_down_is_left_alone_and_goes_on_when_it_is_back(
    stack: Stack, user: User
) -> None:
    own = play.connect_own_store()
    partner = play.connect_partner(play.BLUE_DOOR, user)
    play.wait_for_products(partner)
    eventually(lambda: not SyncRun.objects.filter(status__in=["queued", "running"]), "first runs")

    stack.control("dials", shop=play.BLUE_DOOR, mode="500")
    store = partner.connection
    for _ in range(3):
        request_run(store, "products", trigger="staff", user=user)
        ended = SyncRun.objects.filter(connection=store, status__in=["queued", "running"])
        eventually(lambda ended=ended: not ended.exists(), "a run failed", 30)
    silent = Connection.objects.get(pk=store.pk)
    assert silent.opened >= 1
    assert silent.failed_calls >= 3
    assert Alert.objects.filter(kind="outage", closed_at=None).count() == 1
    assert admit(Connection.objects.get(pk=own.pk), timezone.now())

    # Long enough for the run to meet a closed door; the probes of the ticks decide when it opens.
    Connection.objects.filter(pk=store.pk).update(
        paused_until=timezone.now() + timedelta(seconds=20)
    )
    run, _ = request_run(store, "products", trigger="schedule")
    waiting = SyncRun.objects.filter(pk=run.pk, status="queued", reason="waiting")
    eventually(waiting.exists, "the run waits")
    calls = ApiCall.objects.filter(connection=store).count()
    tick()
    assert ApiCall.objects.filter(connection=store).count() == calls

    stack.control("dials/clear")
    answers = Connection.objects.filter(pk=store.pk, opened=0, paused_until=None)
    eventually(lambda: tick() >= 0 and answers.exists(), "a probe was answered", 40)
    assert not Alert.objects.filter(kind="outage", closed_at=None).exists()
    SyncRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=3))
    tick()
    eventually(lambda: SyncRun.objects.filter(pk=run.pk, status="completed"), "the run went", 30)
