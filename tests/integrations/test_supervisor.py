"""What `manage.py up` does with its children; the real processes are in the end-to-end tests."""

import signal
import socket
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from integrations import supervisor
from integrations.management.commands import up
from integrations.supervisor import Child, Supervisor


class Process:
    """A child process that lives as long as it is told."""

    def __init__(self, pid):
        self.pid, self.returncode, self.signals = pid, None, []

    def poll(self):
        return self.returncode

    def terminate(self):
        self.signals.append("TERM")

    def wait(self):
        return self.returncode


@pytest.fixture
def started(monkeypatch):
    """Every process started, and every session killed."""
    processes, killed = [], []

    def popen(command, **options):
        assert options["start_new_session"] is True
        processes.append(Process(len(processes) + 100))
        return processes[-1]

    def killpg(pid, number):
        assert number == signal.SIGKILL
        killed.append(pid)
        process = next(one for one in processes if one.pid == pid)
        process.returncode = process.returncode if process.returncode is not None else -9

    monkeypatch.setattr(supervisor.subprocess, "Popen", popen)
    monkeypatch.setattr(supervisor.os, "killpg", killpg)
    return SimpleNamespace(processes=processes, killed=killed)


def make(beats=None, said=None):
    child = Child("The worker", ["x"], cluster="crossdock")
    boss = Supervisor(
        [child],
        say=(said if said is not None else []).append,
        last_beats=lambda: beats or {},
        silent_after={"crossdock": timedelta(minutes=5)},
        grace_s=0,
    )
    child.start()
    child.started_at = 1000.0
    return boss, child


def test_a_dead_child_is_started_again_after_a_pause_and_its_orphans_are_killed(started):
    said = []
    boss, child = make(said=said)
    started.processes[0].returncode = 0
    boss.turn(1010.0)
    assert (len(started.processes), started.killed) == (1, [100])
    assert said == ["The worker ended (exit code 0); starting it again in 1 s."]
    boss.turn(1010.5)
    assert len(started.processes) == 1
    boss.turn(1011.0)
    assert len(started.processes) == 2
    assert child.process is started.processes[1]


def test_the_pause_grows_while_it_keeps_dying_and_is_short_again_once_it_ran(started):
    boss, child = make()
    pauses = []
    for _ in range(7):
        started.processes[-1].returncode = 1
        child.started_at = 1000.0
        boss.turn(1001.0)
        pauses.append(child.restart_at - 1001.0)
        boss.turn(child.restart_at)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    started.processes[-1].returncode = 1
    child.started_at = 1000.0
    boss.turn(1011.0)
    assert child.restart_at == 1012.0


def test_a_living_child_is_left_alone(started):
    boss, _ = make(beats={"crossdock": datetime.now(UTC)})
    boss.turn(1000.0 + 3600)
    assert (len(started.processes), started.killed) == (1, [])


def test_a_cluster_without_a_sign_of_life_is_killed_and_started_again(started):
    said = []
    boss, child = make({"crossdock": datetime.now(UTC) - timedelta(minutes=6)}, said)
    boss.turn(1000.0 + 301)
    assert started.killed == [100]
    assert said == ["The worker gives no sign of life; ending it."]
    boss.turn(1302.0)
    boss.turn(child.restart_at)
    assert len(started.processes) == 2


def test_a_cluster_just_started_gets_time_for_its_first_sign(started):
    boss, _ = make({"crossdock": datetime.now(UTC) - timedelta(hours=9)})
    boss.turn(1000.0 + 299)
    assert started.killed == []


def test_after_the_database_was_away_a_cluster_gets_time_for_its_next_sign(started):
    old = {"crossdock": datetime.now(UTC) - timedelta(minutes=20)}
    answers = [None, old, old]
    boss, _ = make()
    boss._last_beats = lambda: answers.pop(0)
    boss.turn(3000.0)
    boss.turn(3299.0)
    assert started.killed == []
    boss.turn(3314.0)
    assert started.killed == [100]


def test_a_short_limit_is_looked_at_more_often(started):
    boss = Supervisor(
        [],
        say=print,
        last_beats=dict,
        silent_after={"crossdock": timedelta(seconds=10), "flows": timedelta(minutes=5)},
    )
    assert boss._watch_every_s == 2.5


def test_stopping_asks_the_main_process_first_and_then_ends_the_session(started):
    boss, _ = make()
    boss._stop_children()
    assert started.processes[0].signals == ["TERM"]
    assert started.killed == [100]


def test_what_serves_others_is_stopped_last(started):
    boss, child = make()
    stores = Child("The sandbox", ["y"], serves_others=True)
    boss.children = [stores, child]
    stores.start()
    boss._stop_children()
    assert started.killed == [child.process.pid, stores.process.pid]
    assert [one.signals for one in started.processes] == [["TERM"], ["TERM"]]


def test_a_port_somebody_listens_on_is_noticed():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert supervisor.used_ports("127.0.0.1", [port]) == [port]
    assert supervisor.used_ports("127.0.0.1", [port]) == []


# --- the command ---


def test_up_does_not_start_on_a_port_in_use(db, monkeypatch):
    monkeypatch.setattr(up, "used_ports", lambda host, ports: list(ports))
    with pytest.raises(CommandError, match="Port 8170 is in use"):
        call_command("up", "--port=8170")


def flags(**options):
    values = {
        "host": "127.0.0.1", "port": 8170, "sandbox": False, "sandbox_port": 8171,
        "mail_port": 8172, "sandbox_state": "",
    }  # fmt: skip
    return values | options


def test_up_runs_a_portal_and_two_clusters():
    web, worker, flows = up._children(flags())
    assert web.env["CROSSDOCK_PROCESS"] == "asgi"
    assert (worker.cluster, flows.cluster) == ("crossdock", "flows")
    assert flows.env["Q_CLUSTER_NAME"] == "flows"
    assert "Q_CLUSTER_NAME" not in worker.env
    assert web.env["BASE_URL"] == "http://127.0.0.1:8170"


def test_up_leaves_a_public_address_alone(settings):
    settings.BASE_URL = "https://portal.example"
    assert up._children(flags())[0].env["BASE_URL"] == "https://portal.example"


def test_up_with_the_sandbox_hands_it_its_ports():
    command = up._children(flags(sandbox=True, sandbox_state="/x.json"))[-1].command
    assert command[-4:] == ["sandbox", "--port=8171", "--smtp-port=8172", "--state=/x.json"]


def test_up_does_not_start_a_sandbox_nobody_would_call(db, settings):
    settings.SANDBOX_URL = ""
    with pytest.raises(CommandError, match="--sandbox plays the stores"):
        call_command("up", "--sandbox")


def test_up_refuses_a_postgresql_that_was_not_migrated(db, settings, monkeypatch):
    monkeypatch.setattr(up, "used_ports", lambda host, ports: [])
    settings.IS_SQLITE = False
    plan = [("migration", False)] * 3
    monkeypatch.setattr(up.MigrationExecutor, "migration_plan", lambda self, targets: plan)
    with pytest.raises(CommandError, match="lacks 3 migrations"):
        call_command("up")
