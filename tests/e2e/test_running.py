"""`manage.py up` with real clusters on a PostgreSQL of its own, and what may happen to them."""

import itertools
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psutil
import psycopg
import pytest
import requests
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ

from integrations.models import FlowSchedule, SyncRun
from integrations.services import ticks
from integrations.services.intake import Delivery, receive_for_app
from integrations.services.run_requests import request_run
from orders.models import Order
from tests.e2e.announcing import OWN, announcement, captured, deliver, is_stored, order_id
from tests.e2e.server import Portal, Server, default_database, manage
from tests.e2e.stack import API_KEY, API_SECRET, eventually
from tests.e2e.work import (
    active_runs,
    beats_every_second,
    both_work,
    left_over,
    own_store,
    slow_run,
    sooner_or_later,
    state,
)

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

SILENT_S = 25  # in production five minutes
_numbers = itertools.count(7_000_000_001)


@pytest.fixture(scope="module")
def shared(
    server: Server, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    assert connection.vendor == "postgresql", "End-to-end tests run with `make test-postgres`."
    portal = Portal(tmp_path_factory.mktemp("portal"), server, SILENT_S)
    with django_db_blocker.unblock(), default_database(server.port):
        try:
            portal.start("--migrate")
            made = manage(
                portal, "connect", "shopify", "crossdock-coffee", "--set", f"shop={OWN}",
                "--secret", f"client_id={API_KEY}", "--secret", f"client_secret={API_SECRET}",
                "--check",
            )  # fmt: skip
            assert made.returncode == 0, made.stderr
            with beats_every_second():
                eventually(lambda: not active_runs(), "first runs are through", 60)
                yield portal
        finally:
            portal.stop()


@pytest.fixture
def portal(shared: Portal, request: pytest.FixtureRequest) -> Iterator[Portal]:
    """Up, with both clusters, and nothing to do."""
    if shared.process is None or not shared.process.alive:
        shared.start()
    eventually(lambda: both_work(shared), "both clusters work", 60)
    yield shared
    # pytest shows what is printed where the test failed.
    print(shared.tail(), *left_over(), sep="\n")


# --- clusters that hang, workers that freeze ---


def test_clusters_that_hang_are_ended_and_their_work_goes_on(portal: Portal) -> None:
    before = portal.clusters()
    (idle,) = portal.workers("flows")
    idle.kill()  # it held the lock of its queue: its successor waits for ever
    main = before["crossdock"]
    for process in [main, *main.children(recursive=True)]:
        process.suspend()
    number = next(_numbers)
    assert deliver(portal, number) == 200
    run, _ = request_run(own_store(), "channel_orders", trigger="staff")

    eventually(lambda: replaced(portal, before), "both clusters were replaced", SILENT_S + 40)
    sooner_or_later(lambda: captured([number]), "the order was captured")
    sooner_or_later(lambda: state(run) == "completed", "the run was made")
    said = portal.tail()
    assert "The worker gives no sign of life; ending it." in said
    assert "The worker of long runs gives no sign of life; ending it." in said
    assert not main.is_running()


def replaced(portal: Portal, before: dict[str, psutil.Process]) -> bool:
    now = portal.clusters()
    return len(now) == 2 and all(now[name] != before[name] for name in before)


def test_a_worker_frozen_beyond_its_lease_writes_nothing_more(portal: Portal) -> None:
    run = slow_run(portal, 2)
    (worker,) = portal.workers("flows")
    worker.suspend()
    long_ago = timezone.now() - timedelta(minutes=4)
    FlowSchedule.objects.filter(lease_until__isnull=False).update(lease_until=long_ago)
    SyncRun.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)
    ticks.sweep(timezone.now())
    assert state(run) == "interrupted"
    frozen = SyncRun.objects.filter(pk=run.pk).values().get()
    time.sleep(2)  # its store has given up by now

    worker.resume()

    again = SyncRun.objects.get(connection=own_store(), flow="channel_orders", status="queued")
    eventually(lambda: state(again) == "completed", "the run was made again")
    assert SyncRun.objects.filter(pk=run.pk).values().get() == frozen


# --- stopping, and starting with another key ---


def test_a_stop_lets_the_job_in_hand_finish_and_leaves_nothing_running(portal: Portal) -> None:
    run = slow_run(portal, 4)
    family = portal.family()

    assert stop(portal, signals=1) == 0

    assert state(run) == "completed"
    eventually(lambda: not any(alive(one) for one in family), "nothing is left running", 5)
    assert "Stopped." in portal.tail()


def alive(process: psutil.Process) -> bool:
    """One that was killed and that its new parent has not buried yet is not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_second_signal_does_not_wait_and_the_run_is_made_again(portal: Portal) -> None:
    run = slow_run(portal, 60)
    family = portal.family()
    began = time.monotonic()

    assert stop(portal, signals=2) == 0

    assert time.monotonic() - began < 10
    eventually(lambda: not any(alive(one) for one in family), "nothing is left running", 5)
    assert state(run) == "running"
    long_ago = timezone.now() - timedelta(minutes=4)
    FlowSchedule.objects.filter(lease_until__isnull=False).update(lease_until=long_ago)
    SyncRun.objects.filter(pk=run.pk).update(heartbeat_at=long_ago)
    ticks.sweep(timezone.now())
    again = SyncRun.objects.get(connection=own_store(), flow="channel_orders", status="queued")
    portal.start()
    eventually(lambda: state(again) == "completed", "the run was made again")


def stop(portal: Portal, signals: int) -> int:
    """The exit code after that many SIGTERMs."""
    assert portal.process is not None
    for _ in range(signals):
        portal.process.popen.send_signal(signal.SIGTERM)
        time.sleep(1)
    return int(portal.process.popen.wait(25))


def test_work_queued_under_another_secret_key_is_done_all_the_same(portal: Portal) -> None:
    assert stop(portal, signals=1) == 0
    numbers = [next(_numbers) for _ in range(3)]
    for number in numbers:
        taken = receive_for_app("shopify", Delivery(*announcement(number)), timezone.now())
        assert taken == 200
    run, _ = request_run(own_store(), "channel_orders", trigger="staff")
    with another_key(portal):
        untouched = OrmQ.objects.filter(lock__lte=timezone.now()).values_list("pk", flat=True)
        jobs = OrmQ.objects.filter(pk__in=list(untouched))
        portal.start()
        eventually(lambda: not jobs.exists(), "the queue threw its jobs away", 60)
        assert not captured(numbers)
        assert state(run) == "queued"

        sooner_or_later(lambda: captured(numbers), "the orders were captured")
        sooner_or_later(lambda: state(run) == "completed", "the run was made")


@contextmanager
def another_key(portal: Portal) -> Iterator[None]:
    """Everything started in here has another SECRET_KEY; the next test starts with the old one."""
    old = portal.secret_key
    portal.secret_key = Conf.SECRET_KEY = "another-key-" + "y" * 50
    try:
        yield
    finally:
        portal.stop()
        portal.secret_key = Conf.SECRET_KEY = old


# --- the database ---


def test_a_database_restarted_under_load_loses_no_webhook(portal: Portal, server: Server) -> None:
    numbers = [next(_numbers) for _ in range(60)]
    first: dict[int, int] = {}

    def sell(number: int) -> None:
        first[number] = deliver(portal, number)

    with ThreadPoolExecutor(4) as shop:
        for index, number in enumerate(numbers):
            shop.submit(sell, number)
            time.sleep(0.05)
            if index == 15:
                shop.submit(server.restart)
    connection.close()
    assert set(first.values()) == {200, 503}
    stored = {number for number in numbers if is_stored(number)}
    assert {number for number, status in first.items() if status == 200} <= stored

    refused = [number for number, status in first.items() if status == 503]
    assert {deliver(portal, number) for number in refused} == {200}  # the store tries again
    process = portal.process
    run, _ = request_run(own_store(), "channel_orders", trigger="staff")
    sooner_or_later(lambda: captured(numbers), "every order was captured")
    sooner_or_later(lambda: state(run) == "completed", "runs go on")
    assert Order.objects.filter(external_id__in=map(order_id, numbers)).count() == len(numbers)
    assert portal.process is process


def test_a_read_only_database_is_said_and_nothing_is_half_done(
    portal: Portal, server: Server
) -> None:
    User.objects.create_superuser("mia", password="a-long-password-7")
    number = next(_numbers)
    with read_only(server):
        assert deliver(portal, number) == 503
        page = log_in(portal)
        assert page.status_code == 503
        assert "The database takes no changes" in page.text
        ready = requests.get(f"{portal.url}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "fail"})
        assert not is_stored(number)
        assert User.objects.get(username="mia").last_login is None

    assert deliver(portal, number) == 200
    assert log_in(portal).status_code == 200
    sooner_or_later(lambda: captured([number]), "the order was captured")


@contextmanager
def read_only(server: Server) -> Iterator[None]:
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("SET default_transaction_read_only = off")
        admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        admin.execute("SELECT pg_reload_conf()")
        time.sleep(0.5)
        try:
            yield
        finally:
            admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            admin.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)


def log_in(portal: Portal) -> requests.Response:
    """A person logs in, in a browser of their own."""
    browser = requests.Session()
    address = f"{portal.url}/admin/login/?next=/admin/"
    browser.get(address, timeout=10)
    form = {
        "username": "mia",
        "password": "a-long-password-7",
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    return browser.post(address, data=form, timeout=20)
