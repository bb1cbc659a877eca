"""The real thing for end-to-end tests: sandbox, portal and worker clusters as child processes.

They share the test database, so a test may look at rows; what partners and stores really have is
asked of the sandbox, which shares no code with the portal.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psutil
import requests
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
T = TypeVar("T")
API_KEY, API_SECRET = "e2e-app", "e2e-app-secret"
# Everything a stack started carries its mark: a number of a process that is gone may be given to
# somebody else's, which must not be killed for it.
MARK = "CROSSDOCK_E2E_STACK"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def eventually(look: Callable[[], T], what: str, timeout: float = 30.0) -> T:
    """The first true answer of `look`; fails with `what` after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        answer = look()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"Not within {timeout:.0f} s: {what}")
        time.sleep(0.1)


def database_url() -> str:
    """The test database, as child processes find it."""
    here = connection.settings_dict
    login = here["USER"] + (f":{here['PASSWORD']}" if here["PASSWORD"] else "")
    return f"postgres://{login}@{here['HOST']}:{here['PORT'] or 5432}/{here['NAME']}"


@dataclass
class Process:
    """A child in its own session, so that it and all it started can be killed at once."""

    arguments: list[str]
    env: dict[str, str]
    log: Path
    popen: Any = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.popen = subprocess.Popen(
                [sys.executable, *self.arguments],
                cwd=ROOT,
                env=self.env,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def kill(self) -> None:
        """SIGKILL for the whole session: nothing gets to tidy up."""
        for process in self.family():
            with _gone_is_fine():
                process.kill()
        if self.popen:
            self.popen.wait(10)

    def family(self) -> list[psutil.Process]:
        """The process and its descendants, and orphans that stayed in its session."""
        return session(self.popen.pid, self.env[MARK]) if self.popen else []

    def stop(self) -> None:
        if self.alive:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        self.kill()


def session(leader: int, mark: str) -> list[psutil.Process]:
    """The living processes of the session this one began, if they carry the mark of our stack."""
    found = []
    for process in marked(mark):
        with _gone_is_fine():
            if os.getsid(process.pid) == leader:
                found.append(process)
    return found


def marked(mark: str) -> list[psutil.Process]:
    """Every living process of a stack."""
    found = []
    for process in psutil.process_iter():
        with _gone_is_fine():
            if process.environ().get(MARK) == mark:
                found.append(process)
    return found


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except (psutil.NoSuchProcess, psutil.AccessDenied, ProcessLookupError, PermissionError):
        return


@dataclass
class Stack:
    """Addresses and processes of one end-to-end test."""

    folder: Path
    env: dict[str, str]
    portal_url: str
    sandbox_url: str
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, **env: str) -> Process:
        log = self.folder / f"{name}.log"
        process = Process(list(arguments), self.env | env, log)
        process.start()
        self.processes[name] = process
        return process

    def start_workers(self) -> None:
        self.start("crossdock", "manage.py", "qcluster", CROSSDOCK_PROCESS="cluster")
        self.start(
            "flows", "manage.py", "qcluster", CROSSDOCK_PROCESS="cluster", Q_CLUSTER_NAME="flows"
        )

    def control(self, path: str, **body: Any) -> Any:
        """POST to the sandbox's control API."""
        answer = requests.post(f"{self.sandbox_url}/control/{path}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def ask(self, path: str, **params: Any) -> Any:
        """GET from the sandbox's control API."""
        answer = requests.get(f"{self.sandbox_url}/control/{path}", params=params, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def kill_somebody(self, rng: random.Random) -> str:
        """kill -9 one worker process, or a whole cluster; returns what was killed."""
        process = self.processes["crossdock"]
        family = process.family()
        if len(family) < 2 or rng.random() < 0.5:
            process.kill()
            return "cluster"
        with _gone_is_fine():
            rng.choice(family).kill()
        return "process"

    def revive(self) -> None:
        """What `manage.py up` does: start again what died, after killing what it left behind."""
        for name in ("crossdock", "flows"):
            process = self.processes[name]
            if not process.alive:
                process.kill()
                process.start()

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop()

    def tail(self) -> str:
        """The end of every log, for a failing test."""
        return "\n".join(
            f"--- {p.log.name}\n{p.log.read_text(errors='replace')[-2000:]}"
            for p in self.processes.values()
        )


def make_stack(folder: Path, **extra: str) -> Stack:
    """Sandbox, portal and both clusters, each a process of ours."""
    stack = sandbox_alone(folder, **extra)
    stack.start(
        "portal", "-m", "uvicorn", "config.asgi:application",
        "--port", stack.portal_url.rpartition(":")[2], CROSSDOCK_PROCESS="asgi",
    )  # fmt: skip
    stack.start_workers()
    return stack


def sandbox_alone(folder: Path, **extra: str) -> Stack:
    """The addresses and environment of a stack of which only the sandbox runs yet."""
    portal, sandbox, mail = free_port(), free_port(), free_port()
    passed_on = ("PATH", "PYTHONPATH", "DJANGO_SETTINGS_MODULE")
    env = {
        MARK: uuid.uuid4().hex,
        "SPT_NOENV": "1",  # the titles of worker processes leave the environment readable
        **{name: os.environ[name] for name in passed_on if name in os.environ},
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "CREDENTIAL_KEYS": settings.CREDENTIAL_KEYS,
        "BASE_URL": f"http://127.0.0.1:{portal}",
        "SANDBOX_URL": f"http://127.0.0.1:{sandbox}",
        "ALLOW_PRIVATE_HOSTS": "1",
        "SHOPIFY_API_KEY": API_KEY,
        "SHOPIFY_API_SECRET": API_SECRET,
        "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
        "ENV_FILE": str(folder / "none.env"),
        "HTTP_READ_TIMEOUT_S": "1.5",
        "CONFIRM_AFTER_S": "2",
        "BREAKER_COOL_S": "1",
        "RUN_LEASE_S": "30",
        **extra,
    }
    stack = Stack(folder, env, env["BASE_URL"], env["SANDBOX_URL"])
    stack.start("sandbox", "manage.py", "sandbox", "--port", str(sandbox), "--smtp-port", str(mail))
    return stack


def wait_until_up(stack: Stack) -> None:
    def answers() -> bool:
        try:
            requests.get(f"{stack.sandbox_url}/control/stores", timeout=2)
            return requests.get(f"{stack.portal_url}/healthz", timeout=2).ok
        except requests.ConnectionError:
            return False

    eventually(answers, "portal and sandbox answer", 40)
