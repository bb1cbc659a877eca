"""Child processes of `manage.py up`: started, watched, restarted, and stopped without losing work.

Each child leads its own session. SIGTERM goes to its main process only, because a cluster that
gets it in every process drops the job in its hand; SIGKILL goes to the whole session, because a
cluster whose main process died leaves workers behind that go on without it.
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
STEADY_S = 10.0  # alive this long it did not fail at its start: the next restart is quick again
WATCH_EVERY_S = 15.0
POLL_S = 0.25
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process to keep alive. `cluster` names the heartbeat that tells whether it works.

    One that `serves_others` is stopped last: a job in hand may need its answers.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    serves_others: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    pause: float = FIRST_PAUSE_S

    def start(self) -> None:
        """Start it in a session of its own."""
        self.process = subprocess.Popen(  # noqa: S603 - our own command lines
            list(self.command),
            env={**os.environ, **self.env},
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        self.started_at = time.monotonic()

    def is_dead(self) -> bool:
        """True once its main process has ended."""
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """SIGTERM to the main process: it finishes what it has in hand."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def kill_session(self) -> None:
        """SIGKILL to everything it started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def used_ports(host: str, ports: Sequence[int]) -> list[int]:
    """Those of the ports somebody else listens on: a child would start, fail, and start again."""
    return [port for port in ports if not _is_free(host, port)]


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _end_with_parent() -> None:
    """In the child: get SIGTERM when the parent dies, however it dies (Linux only)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps children alive until it is asked to stop."""

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str], object],
        last_beats: Callable[[], Mapping[str, datetime] | None],
        silent_after: Mapping[str, timedelta],
        grace_s: float = 30.0,
    ) -> None:
        self.children = children
        self._say, self._last_beats, self._silent_after = say, last_beats, silent_after
        self._grace_s = grace_s
        limits = silent_after.values()
        self._watch_every_s = min([WATCH_EVERY_S, *(t.total_seconds() / 4 for t in limits)])
        self._stopping = 0
        self._watch_at = self._blind_at = 0.0

    def run(self, each_turn: Callable[[], object] = lambda: None) -> None:
        """Start everything and stay until SIGTERM or SIGINT; a second one does not wait."""
        before = {one: signal.signal(one, self._stop) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            for child in self.children:
                child.start()
            while not self._stopping:
                self.turn(time.monotonic())
                each_turn()
                time.sleep(POLL_S)
        finally:
            self._stop_children()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: object) -> None:
        self._stopping += 1

    def turn(self, now: float) -> None:
        """One look at every child: restart the dead, end those that only seem to live."""
        for child in self.children:
            if child.is_dead():
                self._restart(child, now)
        if now >= self._watch_at:
            self._watch_at = now + self._watch_every_s
            self._kill_silent(now)

    def _restart(self, child: Child, now: float) -> None:
        if not child.restart_at:
            assert child.process is not None
            child.kill_session()
            if now - child.started_at > STEADY_S:
                child.pause = FIRST_PAUSE_S
            self._say(
                f"{child.name} ended (exit code {child.process.returncode}); "
                f"starting it again in {child.pause:.0f} s."
            )
            child.restart_at = now + child.pause
            child.pause = min(child.pause * 2, LONGEST_PAUSE_S)
        if now >= child.restart_at:
            child.restart_at = 0.0
            child.start()

    def _kill_silent(self, now: float) -> None:
        """A cluster can hang for ever without ending: its heartbeat, sent as a job, shows it.

        While the database is away nobody can write a heartbeat; afterwards the time begins anew.
        """
        beats = self._last_beats()
        if beats is None:
            self._blind_at = now
            return
        for child in self.children:
            limit = self._silent_after.get(child.cluster)
            since = max(child.started_at, self._blind_at)
            if limit is None or now - since < limit.total_seconds():
                continue
            beat = beats.get(child.cluster)
            if beat is None or datetime.now(UTC) - beat > limit:
                self._say(f"{child.name} gives no sign of life; ending it.")
                child.kill_session()

    def _stop_children(self) -> None:
        deadline = time.monotonic() + self._grace_s
        for last in (False, True):
            some = [child for child in self.children if child.serves_others == last]
            for child in some:
                child.ask_to_stop()
            while time.monotonic() < deadline and self._stopping < 2:
                if all(child.process is None or child.is_dead() for child in some):
                    break
                time.sleep(POLL_S)
            for child in some:
                child.kill_session()
